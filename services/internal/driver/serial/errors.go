package serial

import (
	"errors"
	"fmt"
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
	// Holders are the processes that have it open: "smsd (123)". Those of other
	// users cannot be seen without privileges.
	Holders []string
}

// Error implements error.
func (e *BusyError) Error() string {
	if len(e.Holders) == 0 {
		return fmt.Sprintf("%v: opening %s", ErrBusy, e.Device)
	}
	return fmt.Sprintf("%v: opening %s: held by %v", ErrBusy, e.Device, e.Holders)
}

// Unwrap returns ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }
