package modem

import (
	"io"
	"sync"
	"syscall"
)

// outboxLimit is how much may wait for a reader; what is beyond it is lost, as
// with a serial port whose flow control nobody minds.
const outboxLimit = 1 << 20

// outbox gathers output, so that a modem that has something to say to this one's
// terminal never waits for it.
type outbox struct {
	w io.Writer
	// direct says that the engine may write itself, which saves a change of
	// goroutine for each answer: there is a buffer in the kernel, while a pipe
	// in memory would make it wait for a terminal that is just writing.
	direct bool
	wake   chan struct{}
	// spell changes what is written; nil: it is written as it is.
	spell func([]byte) []byte

	mu      sync.Mutex
	pending []byte
	spare   []byte
	// writing says that somebody is in flush; pending is theirs to write too.
	writing bool
	closed  bool
}

func newOutbox(w io.Writer, spell func([]byte) []byte) *outbox {
	_, direct := w.(syscall.Conn)
	return &outbox{w: w, direct: direct, wake: make(chan struct{}, 1), spell: spell}
}

// write puts output in line; run sends it.
func (o *outbox) write(p []byte) {
	o.put(p)
	o.signal()
}

// answer is write for the goroutine that reads the input.
func (o *outbox) answer(p []byte) {
	if !o.direct {
		o.write(p)
		return
	}
	o.put(p)
	o.flush()
}

func (o *outbox) put(p []byte) {
	if o.spell != nil {
		p = o.spell(p)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed && len(o.pending)+len(p) <= outboxLimit {
		o.pending = append(o.pending, p...)
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// close lets run end after what is pending.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.signal()
}

// run writes until the outbox is closed and empty.
func (o *outbox) run() {
	for range o.wake {
		if closed := o.flush(); closed {
			return
		}
	}
}

// flush writes what is pending unless somebody is at it, and reports whether the
// outbox is closed. A write that fails is the end of the connection, which the
// reader finds out.
func (o *outbox) flush() (closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for !o.writing && len(o.pending) > 0 {
		buf := o.pending
		o.pending, o.writing = o.spare[:0], true
		o.mu.Unlock()
		_, _ = o.w.Write(buf)
		o.mu.Lock()
		o.spare, o.writing = buf, false
	}
	return o.closed
}
