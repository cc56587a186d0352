package serial

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Roots are where the system tells of its devices and processes.
type Roots struct{ Sys, Dev, Proc string }

// System are the roots of this machine.
var System = Roots{Sys: Sysfs, Dev: "/dev", Proc: "/proc"}

// Port is a serial port as the kernel tells of it, without opening it. What is
// not known, or does not exist off USB, is empty.
type Port struct {
	// Device is the path of its node, which is another one after the next start.
	Device string
	// ByID and ByPath are the links that stay the same for the modem, and for the socket.
	ByID, ByPath string
	Driver       string
	// Vendor and Product have four lower-case hex digits.
	Vendor, Product, Manufacturer, Name, Serial string
	// Interface is bInterfaceNumber, two hex digits, and Protocol its
	// class/subclass/protocol.
	Interface, Protocol string
	// USB is the directory of the USB device; all ports of one stick have the same.
	USB  string
	Role Role
}

// Stable is the name to be used in a configuration.
func (p *Port) Stable() string { return cmp.Or(p.ByID, p.ByPath, p.Device) }

// Ports lists the serial ports of the machine that belong to a device, by name.
// None of them is opened.
func (r Roots) Ports() ([]Port, error) {
	entries, err := os.ReadDir(filepath.Join(r.Sys, "class", "tty"))
	if err != nil {
		return nil, fmt.Errorf("listing serial ports: %w", err)
	}
	byID, byPath := r.links("by-id"), r.links("by-path")
	var ports []Port
	for _, entry := range entries {
		p, ok := r.port(entry.Name())
		if !ok {
			continue
		}
		p.ByID, p.ByPath = byID[p.Device], byPath[p.Device]
		ports = append(ports, p)
	}
	slices.SortFunc(ports, func(a, b Port) int {
		return cmp.Or(cmp.Compare(len(a.Device), len(b.Device)), cmp.Compare(a.Device, b.Device))
	})
	return ports, nil
}

// port reads what sysfs tells of a port. A line of the mainboard's chip that is
// not there has the type 0, and a terminal without hardware has no device.
func (r Roots) port(name string) (Port, bool) {
	class := filepath.Join(r.Sys, "class", "tty", name)
	dir, err := filepath.EvalSymlinks(filepath.Join(class, "device"))
	if err != nil || attribute(class, "type") == "0" {
		return Port{}, false
	}
	p := Port{Device: filepath.Join(r.Dev, name)}
	if driver, err := os.Readlink(filepath.Join(dir, "driver")); err == nil {
		p.Driver = filepath.Base(driver)
	}
	for ; len(dir) > 1; dir = filepath.Dir(dir) {
		if n := attribute(dir, "bInterfaceNumber"); n != "" && p.Interface == "" {
			p.Interface = n
			p.Protocol = attribute(dir, "bInterfaceClass") + "/" + attribute(dir, "bInterfaceSubClass") + "/" + attribute(dir, "bInterfaceProtocol")
		}
		if p.Vendor = attribute(dir, "idVendor"); p.Vendor != "" {
			p.USB, p.Product, p.Serial = dir, attribute(dir, "idProduct"), attribute(dir, "serial")
			p.Manufacturer, p.Name = attribute(dir, "manufacturer"), attribute(dir, "product")
			break
		}
	}
	p.Role = roleOf(&p)
	return p, true
}

// attribute reads a file of sysfs; a missing one is empty.
func attribute(dir, name string) string {
	data, _ := os.ReadFile(filepath.Join(dir, name))
	return strings.TrimSpace(string(data))
}

// links returns the links of a directory below serial, by what they lead to.
func (r Roots) links(kind string) map[string]string {
	links, _ := filepath.Glob(filepath.Join(r.Dev, "serial", kind, "*"))
	slices.Sort(links)
	to := map[string]string{}
	for _, link := range links {
		target, err := filepath.EvalSymlinks(link)
		if err != nil {
			continue
		}
		node := filepath.Join(r.Dev, filepath.Base(target))
		if to[node] == "" {
			to[node] = link
		}
	}
	return to
}

// Best returns the port of one USB device that AT commands are for: its first AT
// port, else the next best. ok is false when there is none.
func Best(ports []Port, usb string) (best Port, ok bool) {
	for _, p := range ports {
		if usb != "" && p.USB == usb && p.Role.Commands() && (!ok || p.Role.rank() < best.Role.rank()) {
			best, ok = p, true
		}
	}
	return best, ok
}

// ErrWrongPort says that a port is not one for AT commands. The error is a *RoleError.
var ErrWrongPort = errors.New("not a port for AT commands")

// RoleError is an ErrWrongPort that says which port is the right one.
type RoleError struct {
	Device string
	Role   Role
	// Use is the port to use instead; empty: none is known.
	Use string
}

// Error implements error.
func (e *RoleError) Error() string {
	use := "use another port of it"
	if e.Use != "" {
		use = "use " + e.Use
	}
	return fmt.Sprintf("%v: %s is the %s port of its modem, and is not opened; %s (or set any_port: true)", ErrWrongPort, e.Device, e.Role, use)
}

// Unwrap returns ErrWrongPort.
func (e *RoleError) Unwrap() error { return ErrWrongPort }

// CheckRole fails with a *RoleError when a device is known to be a port that does
// not take AT commands. Nothing is opened; what is not known passes.
func (r Roots) CheckRole(device string) error {
	real, _ := filepath.EvalSymlinks(device) // of one that is not there Open says what is wrong
	p, ok := r.port(filepath.Base(real))
	if !ok || p.Role.Commands() {
		return nil
	}
	wrong := &RoleError{Device: device, Role: p.Role}
	if ports, err := r.Ports(); err == nil {
		if best, ok := Best(ports, p.USB); ok {
			wrong.Use = best.Stable()
		}
	}
	return wrong
}
