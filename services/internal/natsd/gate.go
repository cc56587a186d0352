package natsd

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// maxGated bounds what may wait at a gate, in octets; the server waits then.
const maxGated = 1 << 20

// gate passes on what the server says, after commit: nobody is told of anything
// that could be lost. What the server says meanwhile goes on together, after the
// next one. It returns when either side has ended or a commit has failed, and
// closes both.
func gate(server io.ReadCloser, client io.WriteCloser, commit func() error) {
	q := newGated(commit)
	var done sync.WaitGroup
	done.Go(func() {
		q.fill(server)
		_ = server.Close()
	})
	q.pass(client)
	_ = client.Close()
	_ = server.Close()
	done.Wait()
}

// gated is what waits at a gate.
type gated struct {
	commit func() error
	// filled and emptied tell that something has changed, to the one that waits for it.
	filled, emptied chan struct{}

	mu      sync.Mutex
	waiting []byte
	closed  bool
}

func newGated(commit func() error) *gated {
	return &gated{commit: commit, filled: make(chan struct{}, 1), emptied: make(chan struct{}, 1)}
}

// tell wakes the one that waits at c.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// fill takes what the server says until either side ends.
func (q *gated) fill(server io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := server.Read(buf)
		for !q.add(buf[:n], err != nil) {
			n = 0
			<-q.emptied
		}
		if err != nil || q.ended() {
			return
		}
	}
}

// add reports whether there is room for more.
func (q *gated) add(octets []byte, last bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, octets...)
	q.closed = q.closed || last
	tell(q.filled)
	return len(q.waiting) < maxGated || q.closed
}

func (q *gated) ended() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// pass commits and passes on until either side ends.
func (q *gated) pass(client io.Writer) {
	defer q.close()
	var buf []byte
	for {
		var err error
		if buf, err = q.next(buf, nil); err != nil {
			return
		}
		if _, err := client.Write(buf); err != nil {
			return
		}
	}
}

// next waits for something and returns all of it once it is durable: io.EOF when the
// server has ended, os.ErrDeadlineExceeded when expired is. spare is memory for what
// comes next.
func (q *gated) next(spare []byte, expired <-chan struct{}) ([]byte, error) {
	for {
		all, ended := q.take(spare)
		switch {
		case len(all) > 0:
			if err := q.commit(); err != nil {
				return nil, err
			}
			return all, nil
		case ended:
			return nil, io.EOF
		}
		select {
		case <-q.filled:
		case <-expired:
			return nil, os.ErrDeadlineExceeded
		}
	}
}

// take returns all that waits, and whether nothing more will come.
func (q *gated) take(spare []byte) (all []byte, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil, q.closed
	}
	all, q.waiting = q.waiting, spare[:0]
	tell(q.emptied)
	return all, false
}

func (q *gated) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	tell(q.filled)
	tell(q.emptied)
}

// gatedConn is a connection within the process whose reading end is the gate itself:
// whoever reads does the commit.
type gatedConn struct {
	net.Conn // what the client says, straight to the server
	gate     *gated

	// mu is held by who reads; all and left are what passed the gate.
	mu        sync.Mutex
	all, left []byte
	failed    error
	deadline  deadline
}

// Read implements net.Conn. After a commit that failed there is nothing to read any more.
func (c *gatedConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.left) == 0 && c.failed == nil {
		all, err := c.gate.next(c.all, c.deadline.expired())
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if err != nil {
			c.failed = err
			_ = c.Close()
		}
		c.all, c.left = all, all
	}
	if c.failed != nil {
		return 0, io.EOF
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

// Close implements net.Conn.
func (c *gatedConn) Close() error {
	c.gate.close()
	return c.Conn.Close()
}

// SetReadDeadline implements net.Conn.
func (c *gatedConn) SetReadDeadline(t time.Time) error {
	c.deadline.set(t)
	return nil
}

// SetDeadline implements net.Conn.
func (c *gatedConn) SetDeadline(t time.Time) error {
	c.deadline.set(t)
	return c.SetWriteDeadline(t)
}

// deadline closes a channel when its time has come. The zero value never does.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	over  chan struct{}
}

// set replaces the time. A Read that waits already keeps the one that it has, as no
// client needs otherwise.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer, d.over = nil, nil
	if t.IsZero() {
		return
	}
	over := make(chan struct{})
	d.over, d.timer = over, time.AfterFunc(time.Until(t), func() { close(over) })
}

func (d *deadline) expired() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.over
}
