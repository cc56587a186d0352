package modem

import (
	"context"
	"errors"
	"io"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
)

// welcome says what modem it is that was initialised.
func (w *worker) welcome(ctx context.Context, m *driver.Modem, id driver.Identity) {
	profile := m.Profile()
	w.unregistered = 0
	w.log.Info("modem ready", zap.String("device", w.device()), zap.String("maker", id.Manufacturer),
		zap.String("model", id.Model), zap.String("profile", profile.Name))
	if profile.SendOnly && w.dev.Incoming {
		w.log.Warn("devices of this family can mostly send, but do not hand over what they receive", zap.String("family", profile.Title))
	}
	w.details(ctx, m)
}

// usbIdentity tells the USB device behind a port: "vendor:product" where the
// port knows, "usb" where only its name says so, empty otherwise.
func usbIdentity(port io.ReadWriteCloser, path string) string {
	if p, ok := port.(interface{ USBID() string }); ok {
		return p.USBID()
	}
	if id := serial.USBID(serial.Sysfs, path); id != "" {
		return id
	}
	path = strings.ToLower(path)
	if strings.Contains(path, "usb") || strings.Contains(path, "ttyacm") {
		return "usb"
	}
	return ""
}

// severity is how loud a failed session is logged: that there is no network may
// be usual where the modem is.
func (w *worker) severity(err error) zapcore.Level {
	if !errors.Is(err, driver.ErrNotRegistered) {
		return zapcore.ErrorLevel
	}
	if w.unregistered++; w.unregistered <= w.dev.LogNotRegisteredAfter {
		return zapcore.DebugLevel
	}
	return zapcore.ErrorLevel
}
