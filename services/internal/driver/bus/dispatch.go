package bus

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// dispatcher takes messages from queues for all Takers of a process that serve the
// same ones: it asks for as many as there are Takers that wait, at once, and hands
// them out. So a modem that is slow or dead holds one message, its own.
//
// Of modems that take message after message the dispatcher holds a few more, those
// that they will take within the next moments, so that they need not wait for the
// broker each time. What nobody has taken within keepSpare goes back.
type dispatcher struct {
	bus    *Bus
	queues []string
	// urgent leaves messages of normal priority where they are.
	urgent bool
	// wake tells the puller that something has changed.
	wake chan struct{}

	mu sync.Mutex
	// waiters are the Takers that wait, in the order in which they came.
	waiters []*waiter
	// spare are the messages that nobody waits for, most preferred first.
	spare []*delivered
	pace  pace
	// running says that a puller is at work. reopening ends its waiting for the broker
	// when there is no Taker left to wait for.
	running   bool
	reopening context.CancelFunc
	// ended is closed when the last puller has given back what nobody took.
	ended chan struct{}
}

// keepSpare is how long a message may be here without a modem that takes it.
const keepSpare = 50 * time.Millisecond

// waiter is a Taker that waits.
type waiter struct {
	got chan handout
}

// handout is what a Taker gets: a message, or the reason why there will be none.
type handout struct {
	msg *delivered
	err error
}

// dispatchers are those of a Bus, by their queues.
type dispatchers struct {
	mu  sync.Mutex
	all map[string]*dispatcher
}

func (ds *dispatchers) of(b *Bus, queues []string, urgent bool) *dispatcher {
	key := strings.Join(queues, "\x00")
	if urgent {
		key += "\x00\x00"
	}
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if ds.all[key] == nil {
		if ds.all == nil {
			ds.all = map[string]*dispatcher{}
		}
		ds.all[key] = &dispatcher{bus: b, queues: slices.Clone(queues), urgent: urgent, wake: make(chan struct{}, 1)}
	}
	return ds.all[key]
}

func (ds *dispatchers) list() []*dispatcher {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return slices.Collect(maps.Values(ds.all))
}

func (ds *dispatchers) count() int {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return len(ds.all)
}

// take waits for a message. When ctx ends none is held by the caller.
func (d *dispatcher) take(ctx context.Context) (*delivered, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	msg, w := d.takeSpare()
	if msg != nil {
		return msg, nil
	}
	select {
	case h := <-w.got:
		if ctx.Err() == nil {
			return h.msg, h.err
		}
		d.putBack(h.msg)
	case <-ctx.Done():
		d.leave(w)
	}
	return nil, ctx.Err()
}

// takeSpare returns a message that is here, or waits in the line.
func (d *dispatcher) takeSpare() (*delivered, *waiter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pace.took(time.Now())
	defer d.stir()
	if len(d.spare) > 0 && len(d.waiters) == 0 {
		msg := d.spare[0]
		d.spare = slices.Delete(d.spare, 0, 1)
		return msg, nil
	}
	w := &waiter{got: make(chan handout, 1)}
	d.waiters = append(d.waiters, w)
	if !d.running {
		d.running, d.ended = true, make(chan struct{})
		go (&puller{dispatcher: d}).run()
	}
	return nil, w
}

// stir makes the puller look again.
func (d *dispatcher) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// leave ends the waiting of one that may have got a message at this very moment.
func (d *dispatcher) leave(w *waiter) {
	d.mu.Lock()
	if i := slices.Index(d.waiters, w); i >= 0 {
		d.waiters = slices.Delete(d.waiters, i, i+1)
	}
	if len(d.waiters) == 0 && d.reopening != nil {
		d.reopening()
	}
	d.mu.Unlock()
	select {
	case h := <-w.got:
		d.putBack(h.msg)
	default:
		d.stir()
	}
}

// putBack takes back a message that was handed to somebody who has gone. The puller,
// which is there as long as there are spare ones, gives it to another one.
func (d *dispatcher) putBack(msg *delivered) {
	if msg == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.running {
		_ = msg.giveBack(0)
		return
	}
	d.keep(msg)
	d.stir()
}

// keep puts a message among the spare ones. The lock is held.
func (d *dispatcher) keep(msg *delivered) {
	i, _ := slices.BinarySearchFunc(d.spare, msg, func(a, b *delivered) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return a.arrived.Compare(b.arrived)
	})
	d.spare = slices.Insert(d.spare, i, msg)
}

// hand gives spare messages to those who wait.
func (d *dispatcher) hand() {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(d.spare), len(d.waiters))
	for i := range n {
		d.waiters[i].got <- handout{msg: d.spare[i]}
	}
	d.spare, d.waiters = slices.Delete(d.spare, 0, n), slices.Delete(d.waiters, 0, n)
}

// fail tells all who wait that there will be no message.
func (d *dispatcher) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.waiters {
		w.got <- handout{err: err}
	}
	d.waiters = nil
}

// wanted is how many messages are wanted beyond those that are here, by those who wait
// and those who will within moments. due is when to look again: it is not after now
// when nobody has waited for so long that this is the end. What nobody took in time
// goes back.
func (d *dispatcher) wanted(now time.Time) (want int, due time.Time) {
	for _, m := range d.expired(now.Add(-keepSpare)) {
		_ = m.giveBack(0)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ahead := d.pace.ahead(now)
	want = len(d.waiters) + ahead - len(d.spare)
	if len(d.waiters) == 0 && want <= ahead/2 {
		want = 0 // few large requests are cheaper than many small ones
	}
	due = d.pace.last.Add(keepSpare)
	if len(d.waiters) > 0 {
		due = now.Add(pullExpiry)
	}
	for _, m := range d.spare {
		if end := m.arrived.Add(keepSpare); end.Before(due) {
			due = end
		}
	}
	return want, due
}

// expired takes out the messages that came no later than at a time; the zero time
// stands for all.
func (d *dispatcher) expired(at time.Time) (old []*delivered) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spare = slices.DeleteFunc(d.spare, func(m *delivered) bool {
		if !at.IsZero() && m.arrived.After(at) {
			return false
		}
		old = append(old, m)
		return true
	})
	return old
}

// hasSpare reports whether a message is here that nobody has taken yet.
func (d *dispatcher) hasSpare() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.spare) > 0
}

// rest ends the puller unless somebody waits.
func (d *dispatcher) rest() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = len(d.waiters) > 0 || len(d.spare) > 0
	if !d.running {
		close(d.ended)
	}
	return !d.running
}

// Relinquish waits, until ctx ends, for the return of what was fetched for Takers that
// do not take it any more: in a connection that is closed before, it would be held for
// nobody until AckWait has passed.
func (b *Bus) Relinquish(ctx context.Context) {
	for _, d := range b.dispatchers.list() {
		d.mu.Lock()
		ended := d.ended
		d.mu.Unlock()
		if ended == nil {
			continue
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return
		}
	}
	_ = b.nc.FlushWithContext(ctx)
}

// pace measures how fast messages are taken.
type pace struct {
	// last is when somebody asked last; began is when the span began in which here
	// messages were asked for; before is how many were in the span before it.
	last, began  time.Time
	before, here int
}

// took notes that somebody is ready for a message.
func (p *pace) took(now time.Time) {
	p.turn(now)
	p.here++
	p.last = now
}

// turn begins a new span of keepSpare when the last one is over.
func (p *pace) turn(now time.Time) {
	switch since := now.Sub(p.began); {
	case since < keepSpare:
		return
	case since < 2*keepSpare:
		p.before = p.here
	default:
		p.before = 0
	}
	p.began, p.here = now, 0
}

// mostAhead bounds the messages that are here without somebody who waits for them.
const mostAhead = 32

// ahead is how many messages will surely be wanted well before keepSpare is over.
func (p *pace) ahead(now time.Time) int {
	p.turn(now)
	return min(p.before/4, mostAhead)
}
