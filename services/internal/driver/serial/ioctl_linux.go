package serial

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Majors of the slaves of pseudo-terminals (Linux admin-guide/devices.txt).
const firstPseudo, lastPseudo = 136, 143

// isPseudo reports whether a port is a pseudo-terminal. On one TIOCEXCL outlives
// its setter for as long as the other end is open, and would lock out the
// successor of a process that was killed; flock does not.
func isPseudo(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	major := unix.Major(stat.Rdev)
	return major >= firstPseudo && major <= lastPseudo
}

func isTTY(fd int) error {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err
}

// isExclusive reports EBUSY when somebody has set TIOCEXCL, which open(2) itself
// only reports to users without privileges.
func isExclusive(fd int) error {
	if set, err := unix.IoctlGetInt(fd, unix.TIOCGEXCL); err == nil && set != 0 {
		return unix.EBUSY
	}
	return nil
}

func setExclusive(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0) }

func clearExclusive(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) }

func dropOutput(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) }

func setRTSCTS(fd int) error {
	settings, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	settings.Cflag |= unix.CRTSCTS
	return unix.IoctlSetTermios(fd, unix.TCSETS, settings)
}
