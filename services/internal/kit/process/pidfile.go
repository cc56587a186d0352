package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ErrRunning says that another instance runs.
var ErrRunning = errors.New("another instance is running")

// WritePID writes the number of the process into a file, and holds the file as long
// as the process lives: a second instance gets ErrRunning, and leaves everything of
// the first one alone, and so does one that finds an smsd at work there, which does not
// hold its file. A file that a killed process left is taken over. remove takes the file
// away. "" is no file.
func WritePID(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, fmt.Errorf("writing the pid file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: process %s holds %s; stop it first, or give another pidfile", ErrRunning, content(f), path)
		}
		return nil, fmt.Errorf("holding the pid file: %w", err)
	}
	if pid := content(f); isSmsd(pid) {
		_ = f.Close()
		return nil, fmt.Errorf("%w: smsd runs as process %s, as %s says; stop it first, or both send what is in the spool", ErrRunning, pid, path)
	}
	if err := errors.Join(f.Truncate(0), write(f)); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("writing the pid file: %w", err)
	}
	return func() { _ = errors.Join(os.Remove(path), f.Close()) }, nil
}

func write(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// content is the number in a pid file.
func content(f *os.File) string {
	const longest = 20
	data, err := io.ReadAll(io.LimitReader(f, longest))
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return text
	}
	return "(unknown)"
}

// isSmsd reports whether a number is that of a running smsd, of SMS Server Tools. Another
// program that has got the number of a dead one does not count.
func isSmsd(pid string) bool {
	if _, err := strconv.Atoi(pid); err != nil {
		return false
	}
	name, err := os.ReadFile("/proc/" + pid + "/comm")
	if err != nil || strings.TrimSpace(string(name)) != "smsd" {
		return false
	}
	// One that was killed, and that its parent has not asked about, has no command line.
	words, err := os.ReadFile("/proc/" + pid + "/cmdline")
	return err == nil && len(words) > 0
}
