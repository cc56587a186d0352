package serial

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of Open.
var (
	// ErrNoDevice: there is nothing of that name. A stick that was unplugged or
	// that re-enumerates looks like this.
	ErrNoDevice = errors.New("device does not exist")
	// ErrPermission: the user may not open the device.
	ErrPermission = errors.New("permission denied: add the user to the group dialout")
	// ErrBusy: somebody else uses the device. The error is a *BusyError.
	ErrBusy = errors.New("device is in use")
	// ErrNotTTY: the path is not a serial port.
	ErrNotTTY = errors.New("not a serial port")
	// ErrConnect: the terminal server could not be reached.
	ErrConnect = errors.New("terminal server cannot be reached")
	// ErrAddress: a device name that begins with @ is not @host:port.
	ErrAddress = errors.New("address is not @host:port")
)

// BusyError is an ErrBusy that says by whom, as far as that can be found out.
type BusyError struct {
	// Device is the path that was to be opened.
	Device string
	// Holders are the processes that have it open or locked: "smsd (123)". Those of
	// other users may stay unseen.
	Holders []string
	// ModemManager tells that it runs on this machine.
	ModemManager bool
}

// Error implements error.
func (e *BusyError) Error() string {
	text := fmt.Sprintf("%v: opening %s", ErrBusy, e.Device)
	if len(e.Holders) > 0 {
		text += ": held by " + strings.Join(e.Holders, ", ")
	}
	switch {
	case strings.Contains(strings.Join(e.Holders, ", "), modemManager):
		return text + "; keep it away with the udev rules 99-viesti-modem.rules, or stop it: systemctl disable --now ModemManager"
	case e.ModemManager && len(e.Holders) == 0:
		return text + ": maybe by ModemManager, which runs here; keep it away with the udev rules 99-viesti-modem.rules, or stop it: systemctl disable --now ModemManager"
	case len(e.Holders) == 0:
		return text + ": by a process of another user; as root, fuser -v " + e.Device + " names it"
	default:
		return text
	}
}

// Unwrap returns ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }
