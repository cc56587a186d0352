package serial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sysfs is where the kernel tells of devices.
const Sysfs = "/sys"

// ErrNotUSB says that a device is not on USB, or that nothing is known of it.
var ErrNotUSB = errors.New("no USB device")

// USBDevice returns the directory of the USB device that a port belongs to. All
// ports of one stick, or of one converter, have the same.
func USBDevice(sysfs, device string) (string, error) {
	real, err := filepath.EvalSymlinks(device)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrNotUSB, device, err)
	}
	dir, err := filepath.EvalSymlinks(filepath.Join(sysfs, "class", "tty", filepath.Base(real), "device"))
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrNotUSB, device, err)
	}
	for ; len(dir) > 1; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "idVendor")); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNotUSB, device)
}

// USBID returns "vendor:product" of the USB device that a port belongs to; empty
// when it has none.
func USBID(sysfs, device string) string {
	dir, err := USBDevice(sysfs, device)
	if err != nil {
		return ""
	}
	read := func(name string) string {
		data, _ := os.ReadFile(filepath.Join(dir, name))
		return strings.TrimSpace(string(data))
	}
	return read("idVendor") + ":" + read("idProduct")
}

// ResetUSB takes the USB device away from its drivers and gives it back after
// pause, as if it were unplugged and plugged in again, for all its ports. It needs
// permission to write the file "authorized" of the device.
func ResetUSB(ctx context.Context, sysfs, device string, pause time.Duration) error {
	dir, err := USBDevice(sysfs, device)
	if err != nil {
		return err
	}
	authorized := filepath.Join(dir, "authorized")
	if err := writeExisting(authorized, "0"); err != nil {
		return fmt.Errorf("resetting the USB device: %w", err)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done(): // it must not stay away
	}
	if err := writeExisting(authorized, "1"); err != nil {
		return fmt.Errorf("giving back the USB device: %w; plug it in anew", err)
	}
	return ctx.Err()
}

// writeExisting never creates a file.
func writeExisting(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
