package smpp

import (
	"encoding/binary"
	"net"
	"sync"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Sizes of read buffers: what an idle session holds has room for an enquire_link,
// a busy one reads many PDUs at once.
const (
	idleBuffer = 64
	busyBuffer = 16 << 10
)

// buffers are those of sessions that are busy no more.
var buffers = sync.Pool{New: func() any { return new([busyBuffer]byte) }}

// frames cuts what a connection brings into PDUs. It is for one goroutine. A PDU
// lasts until the next call.
type frames struct {
	conn  net.Conn
	limit int

	small [idleBuffer]byte
	lent  *[busyBuffer]byte
	buf   []byte
	r, w  int
}

func newFrames(conn net.Conn, limit int) *frames {
	f := &frames{conn: conn, limit: limit}
	f.buf = f.small[:]
	return f
}

// next returns the first PDU that is whole; nil: more must be read.
func (f *frames) next() ([]byte, error) {
	n, err := smpp.Frame(f.buf[f.r:f.w], f.limit)
	if err != nil || n == 0 {
		return nil, err
	}
	pdu := f.buf[f.r : f.r+n]
	f.r += n
	return pdu, nil
}

// partial reports whether a PDU has begun.
func (f *frames) partial() bool { return f.w > f.r }

// read reads more, once.
func (f *frames) read() error {
	f.makeRoom()
	n, err := f.conn.Read(f.buf[f.w:])
	f.w += n
	if n > 0 {
		return nil // an error comes again
	}
	return err
}

// makeRoom moves what is left to the front when there is no room behind it, and
// into a larger buffer when there is none at all, or the small one has been filled.
func (f *frames) makeRoom() {
	const lengthOctets = 4
	have := f.buf[f.r:f.w]
	need := len(have) + 1
	if len(have) >= lengthOctets {
		need = max(need, int(binary.BigEndian.Uint32(have))) // at most limit: next has looked
	}
	if f.idle() && f.w == idleBuffer {
		need = max(need, idleBuffer+1) // there is more to come
	}
	switch {
	case need > busyBuffer && need > len(f.buf):
		f.move(make([]byte, need), have)
		f.giveBack()
	case need > len(f.buf):
		f.lent, _ = buffers.Get().(*[busyBuffer]byte)
		f.move(f.lent[:], have)
	case f.r > 0 && (f.r+need > len(f.buf) || len(have) == 0):
		f.move(f.buf, have)
	}
}

func (f *frames) move(to, have []byte) {
	f.r, f.w = 0, copy(to, have)
	f.buf = to
}

func (f *frames) giveBack() {
	if f.lent != nil {
		buffers.Put(f.lent)
		f.lent = nil
	}
}

// rest gives the large buffer of a session back that says nothing; it does so only
// when nothing is left in it.
func (f *frames) rest() {
	if f.partial() || f.idle() {
		return
	}
	f.move(f.small[:], nil)
	f.giveBack()
}

// idle reports whether the session holds no large buffer.
func (f *frames) idle() bool { return len(f.buf) == idleBuffer }
