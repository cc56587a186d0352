package serial

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fakePort is a port of a made-up machine.
type fakePort struct{ name, usb, vendor, product, number, protocol, byID string }

// machine makes the files that tell of ports.
func machine(t *testing.T, ports ...fakePort) Roots {
	t.Helper()
	dir := t.TempDir()
	r := Roots{Sys: dir + "/sys", Dev: dir + "/dev", Proc: dir + "/proc"}
	for _, d := range []string{r.Sys + "/class/tty", r.Dev + "/serial/by-id", r.Dev + "/serial/by-path", r.Proc} {
		must(t, os.MkdirAll(d, 0o755))
	}
	write := func(dir, name, text string) {
		must(t, os.MkdirAll(dir, 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o644))
	}
	for _, p := range ports {
		stick := filepath.Join(r.Sys, "devices", p.usb)
		iface := filepath.Join(stick, p.usb+":1."+p.number)
		write(stick, "idVendor", p.vendor)
		write(stick, "idProduct", p.product)
		write(stick, "serial", "SN"+p.usb)
		write(iface, "bInterfaceNumber", p.number)
		class, rest, _ := strings.Cut(p.protocol, "/")
		sub, protocol, _ := strings.Cut(rest, "/")
		write(iface, "bInterfaceClass", class)
		write(iface, "bInterfaceSubClass", sub)
		write(iface, "bInterfaceProtocol", protocol)
		write(filepath.Join(iface, p.name), "port_number", "0")
		must(t, os.Symlink("/sys/bus/usb-serial/drivers/option1", filepath.Join(iface, p.name, "driver")))
		must(t, os.MkdirAll(filepath.Join(r.Sys, "class/tty", p.name), 0o755))
		must(t, os.Symlink(filepath.Join(iface, p.name), filepath.Join(r.Sys, "class/tty", p.name, "device")))
		node := filepath.Join(r.Dev, p.name)
		must(t, os.WriteFile(node, nil, 0o600))
		must(t, os.Symlink(node, filepath.Join(r.Dev, "serial/by-path", p.usb+"-"+p.number)))
		if p.byID != "" {
			must(t, os.Symlink(node, filepath.Join(r.Dev, "serial/by-id", p.byID)))
		}
	}
	return r
}

// TestRoles has a row for each family whose ports are known.
func TestRoles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		id, number, protocol string
		want                 Role
	}{
		{"12d1:1506", "00", "ff/02/01", RolePPP},
		{"12d1:1506", "01", "ff/02/02", RoleAT},
		{"12d1:1c05", "03", "ff/01/02", RoleAT},
		{"12d1:1573", "03", "ff/01/05", RoleGPS},
		{"12d1:1506", "02", "08/06/50", RoleUnknown},
		{"1e0e:9001", "00", "ff/ff/ff", RoleDiagnostic},
		{"1e0e:9001", "01", "ff/00/00", RoleGPS},
		{"1e0e:9001", "02", "ff/00/00", RoleAT},
		{"1e0e:9001", "03", "ff/00/00", RoleSecondary},
		{"1e0e:9001", "04", "ff/00/00", RoleAudio},
		{"1e0e:9011", "04", "ff/00/00", RoleAT},
		{"1e0e:9206", "02", "ff/00/00", RoleAT},
		{"2c7c:0125", "00", "ff/ff/ff", RoleDiagnostic},
		{"2c7c:0296", "01", "ff/00/00", RoleGPS},
		{"2c7c:0306", "02", "ff/00/00", RoleAT},
		{"2c7c:0125", "03", "ff/00/00", RoleSecondary},
		{"2c7c:ffff", "00", "ff/ff/ff", RoleUnknown},
		{"1bc7:1031", "01", "ff/00/00", RoleAT},
		{"1bc7:1040", "05", "ff/00/00", RoleSecondary},
		{"1bc7:1003", "00", "ff/00/00", RoleAT},
		{"1546:1010", "06", "ff/00/00", RoleAT},
		{"1546:01a8", "00", "02/02/01", RoleGPS},
		{"0403:6001", "00", "ff/ff/ff", RoleUnknown},
	} {
		vendor, product, _ := strings.Cut(test.id, ":")
		if got := roleOf(&Port{Vendor: vendor, Product: product, Interface: test.number, Protocol: test.protocol}); got != test.want {
			t.Errorf("%s interface %s (%s) is %s, want %s", test.id, test.number, test.protocol, got, test.want)
		}
	}
}

// quectel is a stick of four ports.
func quectel(usb string, first int) []fakePort {
	var ports []fakePort
	for i := range 4 {
		ports = append(ports, fakePort{
			fmt.Sprintf("ttyUSB%d", first+i), usb, "2c7c", "0125", fmt.Sprintf("%02d", i), "ff/00/00",
			fmt.Sprintf("usb-Quectel_%s-if%02d-port0", usb, i),
		})
	}
	return ports
}

func TestPorts(t *testing.T) {
	t.Parallel()
	r := machine(t, append(quectel("1-2", 9), fakePort{"ttyACM0", "1-3", "0000", "1111", "00", "02/02/01", ""})...)
	// Neither a terminal without hardware nor a line that the chip does not have.
	must(t, os.MkdirAll(r.Sys+"/class/tty/tty1", 0o755))
	must(t, os.MkdirAll(r.Sys+"/class/tty/ttyS3/device", 0o755))
	must(t, os.WriteFile(r.Sys+"/class/tty/ttyS3/type", []byte("0\n"), 0o644))
	ports, err := r.Ports()
	must(t, err)
	var got []string
	for _, p := range ports {
		got = append(got, strings.Join([]string{filepath.Base(p.Device), p.Vendor, p.Product, p.Serial, p.Interface, p.Driver, string(p.Role), filepath.Base(p.Stable())}, " "))
	}
	want := []string{
		"ttyACM0 0000 1111 SN1-3 00 option1 unknown 1-3-00",
		"ttyUSB9 2c7c 0125 SN1-2 00 option1 diagnostic usb-Quectel_1-2-if00-port0",
		"ttyUSB10 2c7c 0125 SN1-2 01 option1 gps usb-Quectel_1-2-if01-port0",
		"ttyUSB11 2c7c 0125 SN1-2 02 option1 at usb-Quectel_1-2-if02-port0",
		"ttyUSB12 2c7c 0125 SN1-2 03 option1 at-secondary usb-Quectel_1-2-if03-port0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCheckRole: a port that is known to be for something else is refused, under
// any of its names, with the one to use.
func TestCheckRole(t *testing.T) {
	t.Parallel()
	r := machine(t, append(quectel("1-2", 0), quectel("1-4", 4)...)...)
	for _, device := range []string{"ttyUSB4", "serial/by-id/usb-Quectel_1-4-if01-port0"} {
		err := r.CheckRole(filepath.Join(r.Dev, device))
		var wrong *RoleError
		if !errors.As(err, &wrong) || !errors.Is(err, ErrWrongPort) || filepath.Base(wrong.Use) != "usb-Quectel_1-4-if02-port0" || !strings.Contains(err.Error(), wrong.Use) {
			t.Errorf("%s: %v", device, err)
		}
	}
	for _, device := range []string{"ttyUSB6", "ttyUSB7", "missing", "serial/by-id/usb-Quectel_1-2-if02-port0"} {
		must(t, r.CheckRole(filepath.Join(r.Dev, device)))
	}
}

// TestLockers finds who has a port open, and who has it locked though its
// descriptors cannot be seen.
func TestLockers(t *testing.T) {
	t.Parallel()
	r := machine(t, quectel("1-2", 0)...)
	node := filepath.Join(r.Dev, "ttyUSB2")
	for pid, name := range map[string]string{"77": "minicom", "88": "ModemManager", "99": "smsd"} {
		must(t, os.MkdirAll(filepath.Join(r.Proc, pid, "fd"), 0o755))
		must(t, os.WriteFile(filepath.Join(r.Proc, pid, "comm"), []byte(name+"\n"), 0o644))
	}
	must(t, os.Symlink(node, filepath.Join(r.Proc, "77/fd/3")))
	var st unix.Stat_t
	must(t, unix.Stat(node, &st))
	locks := fmt.Sprintf("1: FLOCK  ADVISORY  WRITE 99 %02x:%02x:%d 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 66 %02[1]x:%02[2]x:%[3]d 0 EOF\n", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	must(t, os.WriteFile(filepath.Join(r.Proc, "locks"), []byte(locks), 0o644))
	if got := strings.Join(r.Holders(filepath.Join(r.Dev, "serial/by-id/usb-Quectel_1-2-if02-port0")), ", "); got != "minicom (77), smsd (99)" {
		t.Errorf("held by %q", got)
	}
	if got := r.Holders(filepath.Join(r.Dev, "ttyUSB1")); len(got) > 0 {
		t.Errorf("a free port is held by %q", got)
	}
	if !r.ModemManager() {
		t.Error("ModemManager is not found")
	}
	must(t, os.RemoveAll(filepath.Join(r.Proc, "88")))
	if r.ModemManager() {
		t.Error("ModemManager is found although it does not run")
	}
}

// TestBusySaysWhatToDo: ModemManager is named with its remedy, others only by name.
func TestBusySaysWhatToDo(t *testing.T) {
	t.Parallel()
	const remedy = "systemctl disable --now ModemManager"
	for _, test := range []struct {
		err  BusyError
		tell bool
	}{
		{BusyError{Device: "d", Holders: []string{"ModemManager (9)"}, ModemManager: true}, true},
		{BusyError{Device: "d", ModemManager: true}, true},
		{BusyError{Device: "d", Holders: []string{"minicom (7)"}, ModemManager: true}, false},
		{BusyError{Device: "d"}, false},
	} {
		if got := test.err.Error(); strings.Contains(got, remedy) != test.tell {
			t.Errorf("%+v: %s", test.err, got)
		}
	}
}
