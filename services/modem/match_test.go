package modem

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// sockets is a made-up machine with USB sockets, and simulated modems to plug in.
type sockets struct {
	t     *testing.T
	roots serial.Roots

	mu sync.Mutex
	// ends are the ptys of modems by port, and opened the ports that were opened.
	ends   map[string]string
	opened []string
}

func newSockets(t *testing.T) *sockets {
	t.Helper()
	dir := t.TempDir()
	s := &sockets{t: t, roots: serial.Roots{Sys: dir + "/sys", Dev: dir + "/dev", Proc: dir + "/proc"}, ends: map[string]string{}}
	for _, d := range []string{s.roots.Sys + "/class/tty", s.roots.Dev + "/serial/by-path"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// plug puts a Quectel stick into a socket: one port is for diagnosis, the other is
// the modem's.
func (s *sockets) plug(socket, number, diagnosis, at string, m *sim.Modem) {
	s.t.Helper()
	stick := filepath.Join(s.roots.Sys, "devices", socket)
	files := map[string]string{"idVendor": "2c7c", "idProduct": "0125", "serial": number}
	for name, iface := range map[string]string{diagnosis: "00", at: "02"} {
		files[socket+":1."+iface+"/bInterfaceNumber"] = iface
		files[socket+":1."+iface+"/"+name+"/port_number"] = "0"
	}
	for name, text := range files {
		path := filepath.Join(stick, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	end := filepath.Join(s.t.TempDir(), at)
	l, err := m.ListenPTY(end)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = l.Close() })
	s.mu.Lock()
	s.ends[filepath.Join(s.roots.Dev, at)] = end
	s.mu.Unlock()
	for name, iface := range map[string]string{diagnosis: "00", at: "02"} {
		node := filepath.Join(s.roots.Dev, name)
		for link, to := range map[string]string{
			filepath.Join(s.roots.Sys, "class/tty", name, "device"):                              filepath.Join(stick, socket+":1."+iface, name),
			filepath.Join(s.roots.Dev, "serial/by-path", "pci-usb-"+socket+":1."+iface+"-port0"): node,
		} {
			if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
				s.t.Fatal(err)
			}
			if err := os.Symlink(to, link); err != nil {
				s.t.Fatal(err)
			}
		}
		if err := os.WriteFile(node, nil, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// use makes the machine that of a service.
func (s *sockets) use(p *places) {
	p.roots = s.roots
	p.open = s.open
}

func (s *sockets) open(ctx context.Context, d Device) (io.ReadWriteCloser, error) {
	s.mu.Lock()
	s.opened = append(s.opened, filepath.Base(d.Device))
	end := s.ends[d.Device]
	s.mu.Unlock()
	return serial.Open(ctx, end, serial.Options{})
}

// TestMatch finds each of two modems by another property, whatever port it has; the
// ports for diagnosis are left alone.
func TestMatch(t *testing.T) {
	t.Parallel()
	const imei, iccid = "350000000000017", "89358050000000000025"
	for name, match := range map[string]Match{
		"IMEI":       {IMEI: imei},
		"IMEI and 2": {IMEI: "350000000000010", USBSerial: "N2"},
		"ICCID":      {ICCID: iccid},
		"number":     {USBSerial: "N2"},
		"socket":     {ByPath: "/dev/serial/by-path/pci-usb-1-2"},
		"interface":  {ByPath: "pci-usb-1-2:1.02-port0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := newSockets(t), newRig(t)
			wanted := sim.New(sim.Config{IMEI: imei, ICCID: iccid})
			s.plug("1-1", "N1", "ttyUSB0", "ttyUSB1", sim.New(sim.Config{IMEI: "350000000000025", ICCID: "89358050000000000017"}))
			s.plug("1-2", "N2", "ttyUSB2", "ttyUSB3", wanted)
			r.places = s.use
			r.worker("modem1", sim.Config{}, func(d *Device) { d.Device, d.Match = "", match })
			r.submit("m1", "hello", nil)
			r.sent("m1")
			if n := len(wanted.Records()); n != 1 {
				t.Errorf("%d messages through the modem that is meant, want 1", n)
			}
			if st := r.state("modem1", life.ModemIdle); filepath.Base(st.Device) != "ttyUSB3" {
				t.Errorf("its device is %q", st.Device)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if slices.Contains(s.opened, "ttyUSB0") || slices.Contains(s.opened, "ttyUSB2") {
				t.Errorf("opened were %q", s.opened)
			}
		})
	}
}

// TestMatchAwaits: a modem that is not plugged in is waited for.
func TestMatchAwaits(t *testing.T) {
	t.Parallel()
	s, r := newSockets(t), newRig(t)
	r.places = s.use
	r.worker("modem1", sim.Config{}, func(d *Device) {
		d.Device, d.Match, d.OpenSleep = "", Match{IMEI: "350000000000017"}, config.Duration(patience)
	})
	r.until("the modem is missed", func() bool {
		states, err := r.bus.Modems(t.Context())
		return err == nil && len(states) == 1 && strings.Contains(states[0].Reason, "no modem is plugged in with imei ...0017; 0 were looked at; it is waited for")
	})
	m := sim.New(sim.Config{IMEI: "350000000000017"})
	s.plug("1-1", "N1", "ttyUSB0", "ttyUSB1", m)
	r.submit("m1", "hello", nil)
	r.sent("m1")
	if n := len(m.Records()); n != 1 {
		t.Errorf("%d messages through the modem, want 1", n)
	}
}

func TestMatchProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"match: {imei: 350000000000017}":                  "",
		"match: {by_path: usb-1}":                         "",
		"{match: {iccid: 8935805}, device: /dev/ttyUSB0}": "device and match",
		"match: {}": "no device",
	} {
		var d Device
		if err := yaml.Unmarshal([]byte(text), &d); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		d.Name = "A"
		err := (&Config{Modems: []Device{d}}).Check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestSeveralFit: nobody guesses which of two modems is meant.
func TestSeveralFit(t *testing.T) {
	t.Parallel()
	s := newSockets(t)
	s.plug("1-1", "N", "ttyUSB0", "ttyUSB1", sim.New(sim.Config{}))
	s.plug("1-2", "N", "ttyUSB2", "ttyUSB3", sim.New(sim.Config{}))
	d := DefaultDevice()
	d.Name, d.Match = "A", Match{USBSerial: "N"}
	p := newPlaces([]Device{d}, s.open)
	p.roots = s.roots
	if _, err := p.find(t.Context(), &d); err == nil || !strings.Contains(err.Error(), "fits several") {
		t.Errorf("find: %v", err)
	}
	other := DefaultDevice()
	other.Name, other.Device = "B", filepath.Join(s.roots.Dev, "ttyUSB0")
	p = newPlaces([]Device{d, other}, s.open)
	p.roots = s.roots
	if place, err := p.find(t.Context(), &d); err != nil || filepath.Base(place) != "ttyUSB3" {
		t.Errorf("find beside another modem: %q, %v", place, err)
	}
}
