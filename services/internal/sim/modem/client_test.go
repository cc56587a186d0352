package modem

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come; under synctest it is
// simulated time.
const patience = time.Minute

// stream is a connection with a read deadline.
type stream interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	SetReadDeadline(time.Time) error
	Close() error
}

// client is the terminal's side of a conversation.
type client struct {
	t    testing.TB
	conn stream
	buf  []byte
	// served gives the result of Serve once.
	served func() error
}

// dialPipe serves m over a pipe and returns the other end. At the end of the test
// the pipe is closed and the result of Serve checked.
func dialPipe(t testing.TB, m *Modem) *client {
	t.Helper()
	here, there := net.Pipe()
	result := make(chan error, 1)
	go func() { result <- m.Serve(context.Background(), there) }()
	c := &client{t: t, conn: here, served: sync.OnceValue(func() error { return <-result })}
	t.Cleanup(c.hangUp)
	return c
}

// hangUp closes a pipe and waits until the modem has noticed.
func (c *client) hangUp() {
	c.conn.Close()
	if err := c.served(); err != nil && !errors.Is(err, ErrDropped) {
		c.t.Errorf("Serve: %v", err)
	}
}

// openSerial opens a serial port as a terminal program does.
func openSerial(t testing.TB, path string) *client {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &client{t: t, conn: f}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(text)); err != nil {
		c.t.Fatalf("writing %q: %v", text, err)
	}
}

// until reads up to and with the given text and returns all of that.
func (c *client) until(text string) string {
	c.t.Helper()
	got, err := c.tryUntil(text, patience)
	if err != nil {
		c.t.Fatalf("waiting for %q: %v; got %q", text, err, got)
	}
	return got
}

func (c *client) tryUntil(text string, limit time.Duration) (string, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	var chunk [1024]byte
	for {
		if i := strings.Index(string(c.buf), text); i >= 0 {
			got := string(c.buf[:i+len(text)])
			c.buf = append([]byte(nil), c.buf[i+len(text):]...)
			return got, nil
		}
		n, err := c.conn.Read(chunk[:])
		c.buf = append(c.buf, chunk[:n]...)
		if err != nil {
			return string(c.buf), err
		}
	}
}

// silent checks that nothing comes for a while; for use under synctest.
func (c *client) silent(d time.Duration) {
	c.t.Helper()
	got, err := c.tryUntil("\x00never\x00", d)
	if !errors.Is(err, os.ErrDeadlineExceeded) || got != "" {
		c.t.Fatalf("expected silence, got %q, %v", got, err)
	}
}

// want sends a command line and checks the whole answer, which must be the next
// thing that comes.
func (c *client) want(line, answer string) {
	c.t.Helper()
	c.send(line + "\r")
	if got := c.until(answer); got != answer {
		c.t.Fatalf("%s: got %q, want %q", line, got, answer)
	}
}

// ok sends a command line, expects OK and returns what came before it.
func (c *client) ok(line string) string {
	c.t.Helper()
	c.send(line + "\r")
	return strings.TrimSuffix(c.until("\r\nOK\r\n"), "\r\nOK\r\n")
}

// quiet turns the echo off.
func (c *client) quiet() *client {
	c.t.Helper()
	c.ok("ATE0")
	return c
}

// prompt asks for the prompt for a PDU with its service centre.
func (c *client) prompt(pdu string) {
	c.t.Helper()
	c.send("AT+CMGS=" + strconv.Itoa(len(withoutSMSC(pdu))) + "\r")
	if got := c.until("> "); got != "\r\n> " {
		c.t.Fatalf("prompt: got %q", got)
	}
}

// submit sends a PDU and returns the answer up to the given text.
func (c *client) submit(pdu, upTo string) string {
	c.t.Helper()
	c.prompt(pdu)
	c.send(pdu + "\x1a")
	return c.until(upTo)
}
