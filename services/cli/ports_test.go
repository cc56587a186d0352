package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/driver/serial"
)

// usbStick makes the files that tell of a Quectel modem with two ports, of which
// the first is for diagnosis.
func usbStick(t *testing.T) serial.Roots {
	t.Helper()
	dir := t.TempDir()
	r := serial.Roots{Sys: dir + "/sys", Dev: dir + "/dev", Proc: dir + "/proc"}
	stick := r.Sys + "/devices/1-2"
	write := func(path, text string) {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	link := func(to, from string) {
		must(t, os.MkdirAll(filepath.Dir(from), 0o755))
		must(t, os.Symlink(to, from))
	}
	write(stick+"/idVendor", "2c7c\n")
	write(stick+"/idProduct", "0125\n")
	write(stick+"/manufacturer", "Quectel\n")
	write(stick+"/product", "EC25\n")
	for name, number := range map[string]string{"ttyUSB0": "00", "ttyUSB1": "02"} {
		iface := stick + "/1-2:1." + number
		write(iface+"/bInterfaceNumber", number)
		write(iface+"/"+name+"/port_number", "0")
		link(iface+"/"+name, r.Sys+"/class/tty/"+name+"/device")
		write(r.Dev+"/"+name, "")
		link(r.Dev+"/"+name, r.Dev+"/serial/by-id/usb-Quectel-if"+number)
	}
	must(t, os.MkdirAll(r.Proc+"/7", 0o755))
	write(r.Proc+"/7/comm", "ModemManager\n")
	return r
}

func TestPorts(t *testing.T) {
	t.Parallel()
	r := usbStick(t)
	var out bytes.Buffer
	must(t, (&env{stdout: &out}).runPorts(r))
	got := strings.ReplaceAll(out.String(), filepath.Dir(r.Dev), "")
	var lines []string
	for l := range strings.Lines(got) {
		lines = append(lines, strings.Join(strings.Fields(l), " "))
	}
	want := []string{
		"USE PORT FOR MODEM DEVICE OPENED BY",
		"/dev/ttyUSB0 diagnostic Quectel EC25 (2c7c:0125), interface 00 /dev/serial/by-id/usb-Quectel-if00 -",
		"* /dev/ttyUSB1 at Quectel EC25 (2c7c:0125), interface 02 /dev/serial/by-id/usb-Quectel-if02 -",
		"",
		"ModemManager runs here, and may open ports: install the udev rules (99-viesti-modem.rules), or stop it.",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	out.Reset()
	must(t, os.RemoveAll(r.Sys+"/class/tty/ttyUSB0"))
	must(t, os.RemoveAll(r.Sys+"/class/tty/ttyUSB1"))
	must(t, (&env{stdout: &out}).runPorts(r))
	if !strings.HasPrefix(out.String(), "(no serial port is there)\n") {
		t.Errorf("without ports:\n%s", out.String())
	}
}
