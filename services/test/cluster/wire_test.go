package cluster

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
)

// point is a moment in the life of a scheduler: before or after it publishes on a
// subject.
type point struct {
	subject string
	after   bool
}

// String names the point for people.
func (p point) String() string {
	if p.after {
		return "after " + p.subject
	}
	return "before " + p.subject
}

// at reports whether a subject is that of the point; * in the latter stands for any token.
func (p point) at(subject string) bool {
	before, behind, any := strings.Cut(p.subject, "*")
	if !any {
		return subject == p.subject
	}
	return len(subject) > len(before)+len(behind) && strings.HasPrefix(subject, before) && strings.HasSuffix(subject, behind)
}

// watch is what the wires know of a chain, or of a job: the ids of its messages, and its point.
type watch struct {
	name  string
	ids   []string
	point point
	// held is the wire on which the point was reached, and passed is closed then.
	held   *wire
	passed chan struct{}
}

// watches are those of a round.
type watches struct {
	mu      sync.Mutex
	all     []*watch
	reached chan<- string
}

// pass decides about one publish of a scheduler.
func (ws *watches) pass(w *wire, subject string) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, c := range ws.all {
		switch {
		case c.held == nil && c.point.at(subject):
			c.held = w
			close(c.passed)
			ws.reached <- c.name
			return c.point.after
		case c.held == w && c.concerns(subject):
			return false
		}
	}
	return true
}

// release lets pass again what was held on other wires than one.
func (ws *watches) release(but *wire) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, c := range ws.all {
		if c.held != but {
			c.held, c.point = nil, point{}
		}
	}
}

// heldBy is how many chains are held on a wire.
func (ws *watches) heldBy(w *wire) (n int) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, c := range ws.all {
		if c.held == w {
			n++
		}
	}
	return n
}

func (c *watch) concerns(subject string) bool {
	for _, id := range c.ids {
		if strings.Contains(subject, id) {
			return true
		}
	}
	return false
}

// wire is the way of one scheduler to the brokers. At the point of a chain it holds
// what the scheduler says about that chain from then on, as if it had died there; once
// it is cut, nothing passes any more, in no direction.
type wire struct {
	watches *watches
	mu      sync.Mutex
	cut     bool
	conns   []net.Conn
}

// errCut is what a scheduler sees that was killed.
var errCut = errors.New("the scheduler was killed")

// Dial opens a connection that is watched; a wire that was cut opens none.
func (w *wire) Dial(network, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, errCut
	}
	c, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	w.conns = append(w.conns, c)
	return &watched{Conn: c, wire: w}, nil
}

// kill cuts the wire, as the death of the process does.
func (w *wire) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// watched reads what a client writes, operation by operation.
type watched struct {
	net.Conn
	wire *wire
	buf  []byte
}

func (c *watched) Write(p []byte) (int, error) {
	c.buf = append(c.buf, p...)
	var out []byte
	for {
		op, subject, ok := operation(c.buf)
		if !ok {
			break
		}
		if subject == "" || c.wire.watches.pass(c.wire, subject) {
			out = append(out, c.buf[:op]...)
		}
		c.buf = c.buf[op:]
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// operation measures the first operation of the NATS client protocol in data, and
// names the subject of a publish; ok is false while it is not all there.
func operation(data []byte) (length int, subject string, ok bool) {
	line, _, found := bytes.Cut(data, []byte("\r\n"))
	if !found {
		return 0, "", false
	}
	length = len(line) + 2
	fields := strings.Fields(string(line))
	if len(fields) < 3 || fields[0] != "PUB" && fields[0] != "HPUB" {
		return length, "", true
	}
	size, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		return length, "", true
	}
	length += size + 2
	return length, fields[1], length <= len(data)
}
