package modem

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer plays the modem at the other end of a pipe, line by line.
type peer struct {
	t    *testing.T
	conn net.Conn
}

// newPeer returns a Modem that takes itself for in step, and its other end.
func newPeer(t *testing.T, cfg Config) (*Modem, *peer) {
	t.Helper()
	near, far := net.Pipe()
	m := New(near, cfg)
	m.step.lost = false
	m.verbose = true
	t.Cleanup(func() { _ = far.Close(); _ = m.Close() })
	return m, &peer{t: t, conn: far}
}

// expect reads exactly the given octets.
func (p *peer) expect(want string) {
	p.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(p.conn, got); err != nil || string(got) != want {
		p.t.Errorf("modem was given %q (%v), want %q", got[:n], err, want)
	}
}

// say writes octets to the driver.
func (p *peer) say(octets string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, octets); err != nil {
		p.t.Errorf("writing %q: %v", octets, err)
	}
}

// outcome is what a call returned.
type outcome[T any] struct {
	value T
	err   error
}

// calling runs a call beside the script.
func calling[T any](f func() (T, error)) <-chan outcome[T] {
	done := make(chan outcome[T], 1)
	go func() {
		v, err := f()
		done <- outcome[T]{v, err}
	}()
	return done
}

// sending runs Send beside the script.
func sending(m *Modem) <-chan outcome[int] {
	return calling(func() (int, error) { return m.Send(context.Background(), "0011", 1) })
}

// commanding runs Command beside the script.
func commanding(m *Modem, command string) <-chan outcome[[]string] {
	return calling(func() ([]string, error) { return m.Command(context.Background(), command, time.Second) })
}

// simulated plays a whole modem: each command is answered by the first rule for
// it (one that ends in "=" is for all values), and by OK without a rule.
type simulated struct {
	mu    sync.Mutex
	rules []rule
	log   []string
}

// rule answers commands; each answer but the last is used once.
type rule struct {
	command string
	answers []string
}

func (s *simulated) on(command string, answers ...string) *simulated {
	s.rules = append(s.rules, rule{command, answers})
	return s
}

// newSimulated returns a fresh Modem with a simulated other end. The markers are
// answered unless the rules say otherwise.
func newSimulated(t *testing.T, cfg Config, s *simulated) *Modem {
	t.Helper()
	near, far := net.Pipe()
	m := New(near, cfg)
	for _, name := range markers {
		s.on("AT"+name+"?", "\r\n"+name+": 0\r\n\r\nOK\r\n")
	}
	s.on("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n")
	s.on("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n")
	go s.serve(far)
	t.Cleanup(func() { _ = far.Close(); _ = m.Close() })
	return m
}

func (s *simulated) serve(conn net.Conn) {
	buffer, pending := make([]byte, 512), []byte(nil)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		pending = append(pending, buffer[:n]...)
		for {
			end := bytes.IndexAny(pending, "\r\x1a\x1b")
			if end < 0 {
				break
			}
			command := strings.TrimSpace(string(pending[:end]))
			pending = pending[end+1:]
			if answer := s.answer(command); answer != "" {
				_, _ = io.WriteString(conn, answer)
			}
		}
	}
}

func (s *simulated) answer(command string) string {
	if command == "" {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, command)
	for i, r := range s.rules {
		if command != r.command && !(strings.HasSuffix(r.command, "=") && strings.HasPrefix(command, r.command)) {
			continue
		}
		if len(r.answers) > 1 {
			s.rules[i].answers = r.answers[1:]
		}
		return r.answers[0]
	}
	return "\r\nOK\r\n"
}

// commands returns what the modem was given so far, without the driver's probes.
func (s *simulated) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.log), func(c string) bool {
		return slices.Contains(markers, strings.Trim(c, "AT?")) && c != "AT+CPMS?"
	})
}

// count returns how often a command was given.
func (s *simulated) count(command string) int {
	n := 0
	for _, c := range s.commands() {
		if c == command {
			n++
		}
	}
	return n
}
