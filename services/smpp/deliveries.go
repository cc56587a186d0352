package smpp

import (
	"sync"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Sequence numbers of requests of this side. They begin where those of no client
// do: common clients confuse a request of the server with the answer to their own
// request of the same number.
const (
	firstSequence = 0x40000001
	lastSequence  = 0x7FFFFFFF
)

// deliveries are the requests of this side that a session has not answered. The
// zero value is ready.
type deliveries struct {
	mu sync.Mutex
	// issued is how many sequence numbers were used.
	issued uint32
	// taken is how many places of the window are.
	taken int
	// suspect says that the session left a delivery unanswered.
	suspect bool
	waiting map[uint32]chan smpp.Status
}

// sequence returns the next sequence number.
func (d *deliveries) sequence() uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nextSequence()
}

func (d *deliveries) nextSequence() uint32 {
	const span = lastSequence - firstSequence + 1
	d.issued++
	return firstSequence + (d.issued-1)%span
}

// reserve takes a place of the window, if one is free.
func (d *deliveries) reserve(limit int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.taken >= limit || d.suspect {
		return false
	}
	d.taken++
	return true
}

// expect returns a new sequence number and where its answer comes.
func (d *deliveries) expect() (uint32, chan smpp.Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == nil {
		d.waiting = map[uint32]chan smpp.Status{}
	}
	seq, answer := d.nextSequence(), make(chan smpp.Status, 1)
	d.waiting[seq] = answer
	return seq, answer
}

// answered hands on an answer; late and unasked ones are dropped.
func (d *deliveries) answered(seq uint32, status smpp.Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if answer, ok := d.waiting[seq]; ok {
		delete(d.waiting, seq)
		answer <- status
	}
}

// release gives a place back; late says that the answer stayed out.
func (d *deliveries) release(seq uint32, late bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken--
	d.suspect = d.suspect || late
	delete(d.waiting, seq)
}

// trust takes the session for sound again: it has answered something. It reports
// whether it was suspect.
func (d *deliveries) trust() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.suspect
	d.suspect = false
	return was
}

// awaited is how many deliveries are unanswered.
func (d *deliveries) awaited() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting)
}
