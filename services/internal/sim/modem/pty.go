package modem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// port is the modem's end of a pseudo terminal.
type port struct {
	master *os.File
	// keeper is the slave, held open so that a client closing its end is not the
	// end of the line.
	keeper *os.File
	link   string
	close  func() error
}

// openPort makes a pseudo terminal and the link to it.
func openPort(link string) (*port, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("opening a pseudo terminal: %w", err)
	}
	p := &port{keeper: slave, link: link}
	p.close = sync.OnceValue(p.unplug)
	if p.master, err = pollable(master); err != nil {
		_ = slave.Close()
		return nil, fmt.Errorf("preparing a pseudo terminal: %w", err)
	}
	if err := p.publish(slave); err != nil {
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

// pollable replaces a file by one whose Close ends a Read: the package pty
// leaves its files in blocking mode.
func pollable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// publish sets raw mode, so that nothing is echoed or translated, and the link.
func (p *port) publish(slave *os.File) error {
	if err := setRaw(int(slave.Fd())); err != nil {
		return fmt.Errorf("setting raw mode: %w", err)
	}
	if err := removeLink(p.link); err != nil {
		return err
	}
	if err := os.Symlink(slave.Name(), p.link); err != nil {
		return fmt.Errorf("linking the serial port: %w", err)
	}
	return nil
}

// removeLink takes an old link away, but nothing else.
func removeLink(link string) error {
	info, err := os.Lstat(link)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking for an old link: %w", err)
	case info.Mode()&fs.ModeSymlink == 0:
		return fmt.Errorf("linking the serial port: %w", &fs.PathError{Op: "symlink", Path: link, Err: fs.ErrExist})
	}
	return os.Remove(link)
}

func setRaw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP |
		unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}

// Read returns what the client wrote.
func (p *port) Read(b []byte) (int, error) { return p.master.Read(b) }

// Write gives the client something to read.
func (p *port) Write(b []byte) (int, error) { return p.master.Write(b) }

// SyscallConn says that there is a buffer in the kernel.
func (p *port) SyscallConn() (syscall.RawConn, error) { return p.master.SyscallConn() }

// Close takes the port and its link away; clients see a hang-up.
func (p *port) Close() error { return p.close() }

func (p *port) unplug() error {
	if target, err := os.Readlink(p.link); err == nil && target == p.keeper.Name() {
		_ = os.Remove(p.link)
	}
	return errors.Join(p.master.Close(), p.keeper.Close())
}
