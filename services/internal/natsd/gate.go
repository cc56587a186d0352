package natsd

import (
	"errors"
	"io"
	"net"
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
	q := &gated{changed: sync.NewCond(&sync.Mutex{})}
	var done sync.WaitGroup
	done.Go(func() {
		q.fill(server)
		_ = server.Close()
	})
	q.empty(client, commit)
	_ = client.Close()
	_ = server.Close()
	done.Wait()
}

// gated is what waits at a gate.
type gated struct {
	changed *sync.Cond
	waiting []byte
	closed  bool
}

// fill takes what the server says until either side ends.
func (q *gated) fill(server io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := server.Read(buf)
		q.changed.L.Lock()
		q.waiting = append(q.waiting, buf[:n]...)
		q.closed = q.closed || err != nil
		q.changed.Broadcast()
		for len(q.waiting) >= maxGated && !q.closed {
			q.changed.Wait()
		}
		ended := q.closed
		q.changed.L.Unlock()
		if ended {
			return
		}
	}
}

// empty commits and passes on until either side ends.
func (q *gated) empty(client io.Writer, commit func() error) {
	defer q.close()
	var buf []byte
	for {
		if buf = q.take(buf); len(buf) == 0 {
			return
		}
		if err := commit(); err != nil {
			return
		}
		if _, err := client.Write(buf); err != nil {
			return
		}
	}
}

// take waits for something and returns all of it; nothing when the server has
// ended. spare is memory for what comes next.
func (q *gated) take(spare []byte) []byte {
	q.changed.L.Lock()
	defer q.changed.L.Unlock()
	for len(q.waiting) == 0 && !q.closed {
		q.changed.Wait()
	}
	all := q.waiting
	q.waiting = spare[:0]
	q.changed.Broadcast()
	return all
}

func (q *gated) close() {
	q.changed.L.Lock()
	defer q.changed.L.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// gatedConn is a connection within the process whose reading end is gated.
type gatedConn struct {
	net.Conn          // what the client says, straight to the server
	gated    net.Conn // what the server says, from the gate
}

func (c *gatedConn) Read(p []byte) (int, error) { return c.gated.Read(p) }

func (c *gatedConn) Close() error { return errors.Join(c.Conn.Close(), c.gated.Close()) }

func (c *gatedConn) SetReadDeadline(t time.Time) error { return c.gated.SetReadDeadline(t) }

func (c *gatedConn) SetDeadline(t time.Time) error {
	return errors.Join(c.Conn.SetWriteDeadline(t), c.gated.SetReadDeadline(t))
}
