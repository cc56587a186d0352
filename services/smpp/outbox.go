package smpp

import (
	"net"
	"sync"
	"time"
)

// crowded is how many octets may wait to be written before whoever adds some waits,
// too: the client does not read what it is answered.
const crowded = 64 << 10

// outbox writes to a connection. What several goroutines add in the meantime is
// written at once, by one goroutine that lives while there is something to write.
type outbox struct {
	conn    net.Conn
	timeout time.Duration
	// spawn runs a function beside.
	spawn func(func())

	mu      sync.Mutex
	buf     []byte
	writing bool
	drained sync.Cond
	err     error
}

func newOutbox(conn net.Conn, timeout time.Duration, spawn func(func())) *outbox {
	o := &outbox{conn: conn, timeout: timeout, spawn: spawn}
	o.drained.L = &o.mu
	return o
}

// add lets build append a PDU. It is written with the next flush.
func (o *outbox) add(build func(dst []byte) []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.buf) > crowded && o.err == nil {
		o.start()
		o.drained.Wait()
	}
	if o.err == nil {
		o.buf = build(o.buf)
	}
}

// flush sees to it that what was added is written.
func (o *outbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.buf) > 0 && o.err == nil {
		o.start()
	}
}

func (o *outbox) start() {
	if !o.writing {
		o.writing = true
		o.spawn(o.write)
	}
}

// write writes until nothing is left.
func (o *outbox) write() {
	var spare []byte
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.buf) > 0 && o.err == nil {
		data := o.buf
		o.buf = spare[:0]
		o.mu.Unlock()
		_ = o.conn.SetWriteDeadline(time.Now().Add(o.timeout))
		_, err := o.conn.Write(data)
		o.mu.Lock()
		if o.err = err; err != nil {
			_ = o.conn.Close() // whoever reads it learns of it
		}
		spare = data
		o.drained.Broadcast()
	}
	o.buf, o.writing = nil, false
	o.drained.Broadcast()
}

// wait waits until everything is written, or cannot be.
func (o *outbox) wait() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for (len(o.buf) > 0 || o.writing) && o.err == nil {
		o.start()
		o.drained.Wait()
	}
}
