package serial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// tree makes a sysfs with a stick of two ports and a port that is not on USB, and
// the device nodes.
func tree(t *testing.T) (sysfs, dev string) {
	t.Helper()
	dir := t.TempDir()
	sysfs, dev = filepath.Join(dir, "sys"), filepath.Join(dir, "dev")
	stick := filepath.Join(sysfs, "devices", "pci0", "usb1", "1-2")
	for _, d := range []string{stick + "/1-2:1.0/ttyUSB0", stick + "/1-2:1.1/ttyUSB1", sysfs + "/devices/platform/serial8250", sysfs + "/class/tty/ttyUSB0", sysfs + "/class/tty/ttyUSB1", sysfs + "/class/tty/ttyS0", dev} {
		must(t, os.MkdirAll(d, 0o755))
	}
	for name, text := range map[string]string{"idVendor": "12d1\n", "idProduct": "1506\n", "authorized": "1\n"} {
		must(t, os.WriteFile(filepath.Join(stick, name), []byte(text), 0o644))
	}
	for port, to := range map[string]string{
		"ttyUSB0": stick + "/1-2:1.0/ttyUSB0", "ttyUSB1": stick + "/1-2:1.1/ttyUSB1", "ttyS0": sysfs + "/devices/platform/serial8250",
	} {
		must(t, os.Symlink(to, filepath.Join(sysfs, "class", "tty", port, "device")))
		must(t, os.WriteFile(filepath.Join(dev, port), nil, 0o600))
	}
	must(t, os.Symlink(filepath.Join(dev, "ttyUSB0"), filepath.Join(dev, "by-id-stick")))
	return sysfs, dev
}

func TestUSBDevice(t *testing.T) {
	t.Parallel()
	sysfs, dev := tree(t)
	for name, want := range map[string]string{"ttyUSB0": "12d1:1506", "ttyUSB1": "12d1:1506", "by-id-stick": "12d1:1506", "ttyS0": "", "missing": ""} {
		if got := USBID(sysfs, filepath.Join(dev, name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	first, err := USBDevice(sysfs, filepath.Join(dev, "ttyUSB0"))
	must(t, err)
	if second, err := USBDevice(sysfs, filepath.Join(dev, "ttyUSB1")); second != first || err != nil {
		t.Errorf("two ports of a stick: %s and %s, %v", first, second, err)
	}
	if _, err := USBDevice(sysfs, filepath.Join(dev, "ttyS0")); !errors.Is(err, ErrNotUSB) {
		t.Errorf("a port that is not on USB: %v", err)
	}
}

func TestResetUSB(t *testing.T) {
	sysfs, dev := tree(t)
	authorized := filepath.Join(sysfs, "devices", "pci0", "usb1", "1-2", "authorized")
	read := func() string {
		data, err := os.ReadFile(authorized)
		must(t, err)
		return string(data[:1])
	}
	synctest.Test(t, func(t *testing.T) {
		done := make(chan error, 1)
		go func() { done <- ResetUSB(context.Background(), sysfs, filepath.Join(dev, "ttyUSB1"), 2*time.Second) }()
		synctest.Wait()
		if got := read(); got != "0" {
			t.Errorf("in between, authorized is %s", got)
		}
		must(t, <-done)
		if got := read(); got != "1" {
			t.Errorf("afterwards, authorized is %s", got)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := ResetUSB(ctx, sysfs, filepath.Join(dev, "ttyUSB0"), time.Hour); !errors.Is(err, context.Canceled) || read() != "1" {
			t.Errorf("given up: %v, authorized is %s", err, read())
		}
	})
	if err := ResetUSB(context.Background(), sysfs, filepath.Join(dev, "ttyS0"), 0); !errors.Is(err, ErrNotUSB) {
		t.Errorf("a port that is not on USB: %v", err)
	}
}

func TestAwaitDevice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "by-id", "stick")
	done := make(chan error, 1)
	go func() { done <- AwaitDevice(context.Background(), path) }()
	must(t, os.Mkdir(filepath.Join(dir, "by-id"), 0o755))
	must(t, os.Symlink(filepath.Join(dir, "ttyUSB0"), path)) // leads nowhere yet
	must(t, os.WriteFile(filepath.Join(dir, "ttyUSB0"), nil, 0o600))
	start := time.Now()
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(time.Minute):
		t.Fatal("a device that appeared is still waited for")
	}
	t.Log("noticed and settled after", time.Since(start))
	for _, device := range []string{path, "@host:1"} {
		must(t, AwaitDevice(context.Background(), device))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := AwaitDevice(ctx, filepath.Join(dir, "never")); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
