package serial

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openPTY returns the two ends of a pseudo-terminal: the modem's, and an open port.
func openPTY(t *testing.T, o Options) (*os.File, io.ReadWriteCloser, string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close(); _ = slave.Close() })
	rw, err := Open(context.Background(), slave.Name(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rw.Close() })
	return master, rw, slave.Name()
}

func exchange(t *testing.T, from io.Writer, to io.Reader, octets string) {
	t.Helper()
	if _, err := io.WriteString(from, octets); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(octets))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != octets {
		t.Errorf("got %q, %v, want %q", got, err, octets)
	}
}

func TestPortIsRaw(t *testing.T) {
	for name, o := range map[string]Options{
		"zero":         {},
		"flow control": {Baud: 9600, RTSCTS: true},
		"odd speed":    {Baud: 123456},
		"no speed":     {Baud: -1},
	} {
		t.Run(name, func(t *testing.T) {
			master, rw, _ := openPTY(t, o)
			exchange(t, rw, master, "AT\r\n\x1a\x1b\x11\x13\xff")
			exchange(t, master, rw, "\r\nOK\r\n\x03\x04\x11\x13\x1c> ")
		})
	}
}

func TestPortIsLocked(t *testing.T) {
	_, rw, name := openPTY(t, Options{})
	_, err := Open(context.Background(), name, Options{})
	var busy *BusyError
	if !errors.As(err, &busy) || !errors.Is(err, ErrBusy) || busy.Device != name {
		t.Fatalf("second Open: %v, want BusyError", err)
	}
	if err := rw.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), name, Options{})
	if err != nil {
		t.Fatalf("Open after Close: %v", err)
	}
	_ = again.Close()
}

func TestCloseEndsRead(t *testing.T) {
	_, rw, _ := openPTY(t, Options{})
	done := make(chan error)
	go func() {
		_, err := rw.Read(make([]byte, 1))
		done <- err
	}()
	_ = rw.Close()
	if err := <-done; err == nil {
		t.Error("Read returned without error")
	}
}

func TestCloseEndsBlockedWrite(t *testing.T) {
	_, rw, _ := openPTY(t, Options{})
	begun, done := make(chan struct{}), make(chan error)
	go func() {
		octets := make([]byte, 4096)
		_, _ = rw.Write(octets[:1])
		close(begun)
		for {
			if _, err := rw.Write(octets); err != nil {
				done <- err
				return
			}
		}
	}()
	<-begun
	_ = rw.Close()
	if err := <-done; err == nil {
		t.Error("Write returned without error")
	}
}

func TestUnpluggedDeviceEndsRead(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	rw, err := Open(context.Background(), slave.Name(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rw.Close()
	_ = slave.Close()
	_ = master.Close()
	if n, err := rw.Read(make([]byte, 1)); err == nil {
		t.Errorf("Read = %d without error", n)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for device, want := range map[string]error{
		filepath.Join(dir, "absent"): ErrNoDevice,
		file:                         ErrNotTTY,
		dir:                          ErrNotTTY,
		"/dev/null":                  ErrNotTTY,
		"@":                          ErrAddress,
		"@host":                      ErrAddress,
		"@host:":                     ErrAddress,
	} {
		if rw, err := Open(context.Background(), device, Options{}); !errors.Is(err, want) || rw != nil {
			t.Errorf("Open(%q) = %v, %v, want nil, %v", device, rw, err, want)
		}
	}
}

func TestOpenWithEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, "/dev/null", Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v, want Canceled", err)
	}
}

func TestOpenErrorMeaning(t *testing.T) {
	for errno, want := range map[syscall.Errno]error{
		syscall.ENOENT: ErrNoDevice,
		syscall.ENXIO:  ErrNoDevice,
		syscall.ENODEV: ErrNoDevice,
		syscall.EACCES: ErrPermission,
		syscall.EPERM:  ErrPermission,
		syscall.EBUSY:  ErrBusy,
		syscall.EISDIR: ErrNotTTY,
		syscall.EIO:    syscall.EIO,
	} {
		err := openError("/dev/absent", &fs.PathError{Op: "open", Path: "/dev/absent", Err: errno})
		if !errors.Is(err, want) {
			t.Errorf("%v means %v, want %v", errno, err, want)
		}
	}
}

func TestHolders(t *testing.T) {
	proc, dir := t.TempDir(), t.TempDir()
	device := filepath.Join(dir, "ttyUSB0")
	link := filepath.Join(dir, "by-id")
	process := func(pid, comm string, open ...string) {
		fd := filepath.Join(proc, pid, "fd")
		must(t, os.MkdirAll(fd, 0o700))
		if comm != "" {
			must(t, os.WriteFile(filepath.Join(proc, pid, "comm"), []byte(comm+"\n"), 0o600))
		}
		for i, path := range open {
			must(t, os.Symlink(path, filepath.Join(fd, string(rune('0'+i)))))
		}
	}
	must(t, os.WriteFile(device, nil, 0o600))
	must(t, os.Symlink(device, link))
	resolved, err := filepath.EvalSymlinks(device)
	must(t, err)
	process("10", "smsd", "/dev/null", resolved, resolved)
	process("11", "", resolved)
	process("12", "bystander", "/dev/null")
	want := []string{"smsd (10)", "process (11)"}
	if diff := cmp.Diff(want, Roots{Proc: proc}.Holders(link)); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
	if got := (Roots{Proc: proc}).Holders(filepath.Join(dir, "absent")); got != nil {
		t.Errorf("holders of nothing: %v", got)
	}
	if got := (&BusyError{Device: "/dev/x", Holders: want}).Error(); got != "device is in use: opening /dev/x: held by smsd (10), process (11)" {
		t.Errorf("text %q", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
