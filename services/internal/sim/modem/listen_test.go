package modem

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

func TestSerialPort(t *testing.T) {
	m := New(Config{})
	link := filepath.Join(t.TempDir(), "modem1")
	if err := os.Symlink("/nowhere", link); err != nil {
		t.Fatal(err)
	}
	l, err := m.ListenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	if l.Addr() != link {
		t.Errorf("address %s", l.Addr())
	}
	for i := range 3 {
		c := openSerial(t, link)
		c.ok("ATE0")
		c.submit(plain, "OK\r\n")
		c.conn.Close()
		if n := m.Journal().Len(); n != i+1 {
			t.Errorf("%d records", n)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link is still there: %v", err)
	}
}

func TestSerialPortReplacesNothingButLinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{}).ListenPTY(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("got %v", err)
	}
	if _, err := New(Config{}).ListenPTY(filepath.Join(path, "x")); err == nil {
		t.Error("a link below a file")
	}
}

// TestUnplugged drops the port in the middle of a message, waits until it is
// back and finds a modem that lost its settings but not its messages.
func TestUnplugged(t *testing.T) {
	m := New(Config{Rules: []Rule{{
		Stage: StageAccepted, Action: ActionDrop, Delay: time.Millisecond, Times: 1,
	}}})
	link := filepath.Join(t.TempDir(), "modem1")
	l, err := m.ListenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	m.Store("SM", 0, received)
	c := openSerial(t, link).quiet()
	c.prompt(plain)
	c.send(plain + "\x1a")
	if got, err := c.tryUntil("never", patience); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %q, %v", got, err)
	}
	reopened := reopen(t, link)
	reopened.want("AT+CMGR=1", "AT+CMGR=1\r\r\n+CMGR: 0,,24\r\n"+received+"\r\n\r\nOK\r\n")
	reopened.ok("ATE0")
	reopened.submit(plain, "\r\n+CMGS: 2\r\n\r\nOK\r\n")
}

// reopen opens a serial port as soon as its link is there.
func reopen(t *testing.T, link string) *client {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	limit := time.After(patience)
	for {
		if target, err := os.Readlink(link); err == nil {
			if _, err := os.Stat(target); err == nil {
				return openSerial(t, link)
			}
		}
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatal("the port did not come back")
		}
	}
}

func TestResetTakesThePortAway(t *testing.T) {
	m := New(Config{ResetDrops: true, BackAfter: time.Hour})
	link := filepath.Join(t.TempDir(), "modem1")
	l, err := m.ListenPTY(link)
	if err != nil {
		t.Fatal(err)
	}
	c := openSerial(t, link).quiet()
	c.want("AT+CFUN=1,1", "\r\nOK\r\n")
	if _, err := c.tryUntil("never", patience); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	l.Close()
}

func TestTCP(t *testing.T) {
	m := New(Config{Rules: []Rule{{
		Stage: StageCommand, Match: regexp.MustCompile("CSQ"), Action: ActionDrop,
	}}})
	l, err := m.ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		conn, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		c := &client{t: t, conn: conn}
		c.ok("ATE0")
		c.submit(plain, "OK\r\n")
		c.send("AT+CSQ\r")
		if got, err := c.tryUntil("never", patience); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %q, %v", got, err)
		}
		conn.Close()
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := m.ListenTCP("256.0.0.1:0"); err == nil {
		t.Error("listening on an impossible address")
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	here, there := net.Pipe()
	defer here.Close()
	m := New(Config{})
	result := make(chan error)
	go func() { result <- m.Serve(ctx, there) }()
	c := &client{t: t, conn: here}
	c.ok("AT")

	waiting, other := net.Pipe()
	defer waiting.Close()
	go func() { result <- m.Serve(ctx, other) }()
	cancel(cause)
	for range 2 {
		if err := <-result; !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOutputThatNobodyReads(t *testing.T) {
	m := New(Config{})
	dialPipe(t, m).quiet()
	line := string(make([]byte, 1000))
	for range 2 * outboxLimit / len(line) {
		m.URC(line)
	}
	m.mu.Lock()
	out := m.line.out
	m.mu.Unlock()
	out.mu.Lock()
	defer out.mu.Unlock()
	if n := len(out.pending); n > outboxLimit || n < outboxLimit/2 {
		t.Errorf("%d octets pending", n)
	}
}

func TestPortThatCannotComeBack(t *testing.T) {
	m := New(Config{ResetDrops: true})
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := m.ListenPTY(filepath.Join(dir, "modem1"))
	if err != nil {
		t.Fatal(err)
	}
	c := openSerial(t, l.Addr()).quiet()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c.ok("AT+CFUN=1,1")
	l.done.Wait()
	if err := l.Close(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
