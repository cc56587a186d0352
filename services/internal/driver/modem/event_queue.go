package modem

import (
	"sync"
	"sync/atomic"
)

const (
	// softLimit is the number of waiting events from which on the dispensable
	// ones are dropped and message indications become one.
	softLimit = 64
	// hardLimit is the number of waiting events beyond which any is dropped.
	hardLimit = 4096
)

// eventQueue stands between the reader, which must never wait, and whoever takes
// the events.
type eventQueue struct {
	out     chan Event
	dropped atomic.Uint64

	// wake has room for one: something changed.
	wake   chan struct{}
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	waiting  []Event
	draining bool
}

func newEventQueue() *eventQueue {
	return &eventQueue{out: make(chan Event), wake: make(chan struct{}, 1), closed: make(chan struct{})}
}

// unexpected adds a line that belongs to nothing.
func (q *eventQueue) unexpected(line string) {
	if !q.late(line) {
		q.add(Noise{Line: line})
	}
}

// late looks at a line of an answer that nobody waits for any more, and keeps
// what still matters.
func (q *eventQueue) late(line string) bool {
	reference, accepted := acceptance(line)
	if accepted {
		q.add(Late{Reference: reference})
	}
	return accepted
}

// add adds an event, or drops one, and never waits.
func (q *eventQueue) add(e Event) {
	q.mu.Lock()
	if q.admit(e) {
		q.waiting = append(q.waiting, e)
	} else {
		q.dropped.Add(1)
	}
	q.mu.Unlock()
	q.signal()
}

// admit reports whether there is room for an event. An indication for which
// there is none is not lost: another one is widened to cover it. The lock is held.
func (q *eventQueue) admit(e Event) bool {
	if len(q.waiting) < softLimit {
		return true
	}
	switch e := e.(type) {
	case NewMessage:
		return !q.widen(e)
	case Direct, USSD, Late, Ready:
		return len(q.waiting) < hardLimit || q.widen(NewMessage{})
	default:
		return false
	}
}

// widen makes a waiting indication stand for all messages of its kind, and drops
// the others. It reports false when none is waiting.
func (q *eventQueue) widen(e NewMessage) bool {
	for i, waiting := range q.waiting {
		other, ok := waiting.(NewMessage)
		if !ok || other.Report != e.Report {
			continue
		}
		if other.Memory != e.Memory {
			other.Memory = ""
		}
		other.Index = WholeMemory
		q.waiting[i] = other
		return true
	}
	return false
}

func (q *eventQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run is the goroutine that hands out events. It ends with close, or when the
// queue is empty after drain.
func (q *eventQueue) run() {
	defer close(q.out)
	for {
		e, ended := q.next()
		if e == nil && ended {
			return
		}
		if !q.hand(e) {
			return
		}
	}
}

// next takes the oldest event; nil when there is none.
func (q *eventQueue) next() (e Event, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		e, q.waiting[0] = q.waiting[0], nil
		q.waiting = q.waiting[1:]
	}
	return e, q.draining
}

// hand gives an event to its taker, or waits for one to hand out. It reports
// false when the queue was closed.
func (q *eventQueue) hand(e Event) bool {
	if e == nil {
		select {
		case <-q.wake:
			return true
		case <-q.closed:
			return false
		}
	}
	select {
	case q.out <- e:
		return true
	case <-q.closed:
		return false
	}
}

// drain tells that no more events will be added.
func (q *eventQueue) drain() {
	q.mu.Lock()
	q.draining = true
	q.mu.Unlock()
	q.signal()
}

// close ends the queue at once.
func (q *eventQueue) close() { q.once.Do(func() { close(q.closed) }) }
