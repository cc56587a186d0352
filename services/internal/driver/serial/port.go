package serial

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	bugst "go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// port is an open serial port.
//
// The library sets the port up, but its descriptor blocks, so that a Write that
// flow control holds up could never be ended. Octets therefore go through a
// descriptor of our own that the runtime polls; both belong to the same port.
type port struct {
	*os.File
	exclusive bool
}

func openPort(device string, o Options) (io.ReadWriteCloser, error) {
	file, err := os.OpenFile(device, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, openError(device, err)
	}
	p := &port{File: file}
	if err := p.prepare(device, o); err != nil {
		_ = file.Close()
		return nil, err
	}
	return p, nil
}

// prepare locks and sets up the port. The order matters: nothing may be changed
// before it is known that nobody else uses the port.
func (p *port) prepare(device string, o Options) error {
	if err := p.control(isTTY); err != nil {
		return fmt.Errorf("%w: opening %s: %w", ErrNotTTY, device, err)
	}
	if err := p.control(lock); err != nil {
		return newBusyError(device)
	}
	pseudo := isPseudo(p.File)
	if !pseudo && p.control(isExclusive) != nil {
		return newBusyError(device)
	}
	if err := configure(device, o.Baud); err != nil {
		return fmt.Errorf("%w: setting up %s: %w", ErrNotTTY, device, err)
	}
	if o.RTSCTS {
		// Devices without the lines refuse, and need no flow control either.
		_ = p.control(setRTSCTS)
	}
	if !pseudo {
		p.exclusive = p.control(setExclusive) == nil
	}
	return nil
}

// configure lets the library set the port up through a descriptor of its own,
// which is closed again. The settings stay while the port is open.
func configure(device string, baud int) error {
	if baud == 0 {
		baud = defaultBaud
	}
	library, err := bugst.Open(device, &bugst.Mode{BaudRate: baud})
	if err != nil && baud != fallbackBaud {
		library, err = bugst.Open(device, &bugst.Mode{BaudRate: fallbackBaud})
	}
	if err != nil {
		return err
	}
	return library.Close()
}

// Close gives up the lock and closes the port. Octets that the device has not
// taken are dropped: waiting for a modem that holds up its line would take half a minute.
func (p *port) Close() error {
	_ = p.control(dropOutput)
	if p.exclusive {
		_ = p.control(clearExclusive)
	}
	return p.File.Close()
}

// control applies f to the descriptor without taking it from the runtime.
func (p *port) control(f func(fd int) error) error {
	raw, err := p.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	if err := raw.Control(func(fd uintptr) { failure = f(int(fd)) }); err != nil {
		return err
	}
	return failure
}

func lock(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }

// openError says what an error of open(2) means here.
func openError(device string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return fmt.Errorf("%w: opening %s", ErrNoDevice, device)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: opening %s", ErrPermission, device)
	case errors.Is(err, syscall.EBUSY):
		return newBusyError(device)
	case errors.Is(err, syscall.EISDIR):
		return fmt.Errorf("%w: opening %s", ErrNotTTY, device)
	default:
		return fmt.Errorf("opening %s: %w", device, err)
	}
}
