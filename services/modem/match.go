package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Match says what a modem is, in place of where: it is looked for among the USB
// modems of the host. All that is given must be so.
type Match struct {
	// IMEI and ICCID are numbers of the modem and of its SIM, which are asked for.
	IMEI  config.Text `yaml:"imei"`
	ICCID config.Text `yaml:"iccid"`
	// USBSerial is the serial number of the USB device.
	USBSerial string `yaml:"usb_serial"`
	// ByPath is the socket: a name below /dev/serial/by-path, or the part of it in
	// front of the interface.
	ByPath string `yaml:"by_path"`
}

func (m *Match) wanted() bool { return *m != Match{} }

// asks reports whether modems must be asked who they are.
func (m *Match) asks() bool { return m.IMEI != "" || m.ICCID != "" }

// String tells what is looked for, with the ends of numbers alone.
func (m *Match) String() string {
	var all []string
	add := func(name, value string) {
		if value != "" {
			all = append(all, name+" "+value)
		}
	}
	add("imei", lastDigits(string(m.IMEI)))
	add("iccid", lastDigits(string(m.ICCID)))
	add("usb_serial", m.USBSerial)
	add("by_path", m.ByPath)
	return strings.Join(all, ", ")
}

func lastDigits(number string) string {
	const shown = 4
	if len(number) <= shown {
		return number
	}
	return "..." + number[len(number)-shown:]
}

// fits compares what is known of a port without asking.
func (m *Match) fits(p *serial.Port) bool {
	path, want := filepath.Base(p.ByPath), filepath.Base(m.ByPath)
	return (m.USBSerial == "" || p.Serial == m.USBSerial) &&
		(m.ByPath == "" || path == want || strings.HasPrefix(path, want+":"))
}

// is compares what a modem said of itself.
func (m *Match) is(id driver.Identity) bool {
	return (m.IMEI == "" || sameIMEI(string(m.IMEI), id.IMEI)) &&
		(m.ICCID == "" || trimICCID(string(m.ICCID)) == trimICCID(id.ICCID))
}

// sameIMEI leaves the check digit out, which some modems do not tell, and others
// replace by the version of their software (3GPP TS 23.003 §6.2).
func sameIMEI(a, b string) bool {
	const digits = 14
	return len(a) >= digits && len(b) >= digits && a[:digits] == b[:digits]
}

// trimICCID takes off the digit that fills up 19 digits.
func trimICCID(id string) string { return strings.TrimRight(id, "Ff") }

// places knows where the modems of a host are. Its methods may be called at the
// same time.
type places struct {
	roots serial.Roots
	open  Opener
	// asking is held, by having put a value in, by who asks modems: one at a time.
	asking chan struct{}

	mu sync.Mutex
	// devices are where modems are, by name: as configured, or as found.
	devices map[string]string
	// found are those that were found, until they are left again.
	found map[string]bool
	// said is what modems at ports said of themselves.
	said map[node]statement
}

// node is a port until it is unplugged: its node is another one then.
type node struct {
	path  string
	inode uint64
}

// statement is what was said, or why nothing was, and when.
type statement struct {
	id  driver.Identity
	err error
	at  time.Time
}

// statementAge is how long a statement holds: a SIM may be changed.
const statementAge = time.Minute

func newPlaces(modems []Device, open Opener) *places {
	p := &places{
		roots: serial.System, open: open, asking: make(chan struct{}, 1),
		devices: map[string]string{}, found: map[string]bool{}, said: map[node]statement{},
	}
	for i := range modems {
		if d := &modems[i]; d.Device != "" {
			p.devices[d.Name] = d.Device
		}
	}
	return p
}

// others are where the other modems of the host are.
func (p *places) others(name string) (devices []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for other, device := range p.devices {
		if other != name {
			devices = append(devices, device)
		}
	}
	slices.Sort(devices)
	return devices
}

// leave forgets where a modem was found.
func (p *places) leave(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found[name] {
		delete(p.found, name)
		delete(p.devices, name)
	}
}

// find looks for a modem, and returns its port for AT commands; a
// serial.ErrNoDevice when it is not there.
func (p *places) find(ctx context.Context, d *Device) (string, error) {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	ports, err := p.candidates(d)
	if err != nil {
		return "", err
	}
	var fit []string
	var silent []error
	for _, port := range ports {
		if d.Match.asks() {
			s := p.ask(ctx, d, port)
			if s.err != nil {
				silent = append(silent, s.err)
				continue
			}
			if !d.Match.is(s.id) {
				continue
			}
		}
		fit = append(fit, port)
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case len(fit) == 0:
		return "", errors.Join(fmt.Errorf("%w: no modem is plugged in with %s; %d were looked at", serial.ErrNoDevice, &d.Match, len(ports)), errors.Join(silent...))
	case len(fit) > 1:
		return "", fmt.Errorf("%w: %s fits several: %s", ErrConfig, &d.Match, strings.Join(fit, ", "))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.devices[d.Name], p.found[d.Name] = fit[0], true
	return fit[0], nil
}

// candidates are the ports for AT commands of the USB devices that fit and are no
// other modem's, one for each.
func (p *places) candidates(d *Device) (devices []string, err error) {
	ports, err := p.roots.Ports()
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, other := range p.others(d.Name) {
		if usb, err := serial.USBDevice(p.roots.Sys, other); err == nil {
			taken[usb] = true
		}
	}
	for i := range ports {
		usb := ports[i].USB
		if usb == "" || taken[usb] || !d.Match.fits(&ports[i]) {
			continue
		}
		if best, ok := serial.Best(ports, usb); ok {
			devices = append(devices, best.Device)
		}
		taken[usb] = true
	}
	return devices, nil
}

// ask asks the modem at a port who it is, unless it said so just now.
func (p *places) ask(ctx context.Context, d *Device, port string) statement {
	key := node{path: port}
	if info, err := os.Stat(port); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			key.inode = st.Ino
		}
	}
	if s, ok := p.said[key]; ok && time.Since(s.at) < statementAge {
		return s
	}
	s := statement{at: time.Now()}
	if s.id, s.err = p.askNow(ctx, d, port); s.err != nil {
		s.err = fmt.Errorf("asking %s who it is: %w", port, s.err)
	}
	if ctx.Err() == nil {
		p.said[key] = s
	}
	return s
}

func (p *places) askNow(ctx context.Context, d *Device, port string) (driver.Identity, error) {
	at := *d
	at.Device = port
	device, err := p.open(ctx, at)
	if err != nil {
		return driver.Identity{}, err
	}
	const attempts = 3
	m := driver.New(device, driver.Config{
		Profile: driver.NoProfile, Attempts: attempts, Timeouts: driver.Timeouts{Command: cmp.Or(time.Duration(d.ReadTimeout), time.Second)},
	})
	defer func() { _ = m.Close() }()
	return m.Identify(ctx)
}
