package bus

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// laneCount is how many events are handled side by side. Handling one is mostly
// waiting for a disk, which syncs many at once as fast as one.
const laneCount = 32

// FollowAccountInLanes is FollowAccount for a handler that may run several times
// at once: events for which lane gives the same name come one after the other,
// others side by side.
func (b *Bus) FollowAccountInLanes(ctx context.Context, account string, lane func(*life.Event) string, handle Handler) error {
	c, err := b.accountConsumer(ctx, account)
	if err != nil {
		return err
	}
	return b.inLanes(ctx, c, startLanes(), unconfirmed, readEvent(lane, handle))
}

// Stored is an event as the broker gives it to a follower.
type Stored struct {
	*life.Event
	// Seq is its place among all events: the same for every follower.
	Seq uint64
	// Tries counts, from 1, how often it was given to a follower. A crash of the
	// broker may make it forget some.
	Tries uint64
}

// Later is the error of a handler that knows when it wants to be offered an event
// again: After a time, at once if that is 0.
type Later struct {
	After time.Duration
	Err   error
}

// Error says why it could not be handled now.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap returns the reason.
func (l *Later) Unwrap() error { return l.Err }

// FollowStored is FollowAccountInLanes for a handler that wants to know more.
func (b *Bus) FollowStored(ctx context.Context, account string, lane func(*life.Event) string, handle func(context.Context, *Stored) error) error {
	c, err := b.accountConsumer(ctx, account)
	if err != nil {
		return err
	}
	return b.inLanes(ctx, c, startLanes(), unconfirmed, readStored(lane, handle))
}

// reader reads a message: the name of its lane, and what to do about it. An error
// says that this version can do nothing about it, ever.
type reader func(m jetstream.Msg) (lane string, do func(context.Context) error, err error)

// readEvent is the reader of events.
func readEvent(lane func(*life.Event) string, handle Handler) reader {
	return readStored(lane, func(ctx context.Context, e *Stored) error { return handle(ctx, e.Event) })
}

// readStored is the reader of events and what is known of their delivery.
func readStored(lane func(*life.Event) string, handle func(context.Context, *Stored) error) reader {
	return func(m jetstream.Msg) (string, func(context.Context) error, error) {
		e, err := wire.DecodeEvent(m.Data())
		if err != nil || e.Kind == nil {
			return "", nil, errors.Join(err, errMismatch)
		}
		meta, err := m.Metadata()
		if err != nil {
			return "", nil, err
		}
		s := &Stored{Event: e, Seq: meta.Sequence.Stream, Tries: meta.NumDelivered}
		return lane(e), func(ctx context.Context) error { return handle(ctx, s) }, nil
	}
}

// laner runs what it is given: what has one name one after the other.
type laner interface {
	give(name string, f func())
	stop()
}

// inLanes hands what a consumer gives to l until ctx ends.
func (b *Bus) inLanes(ctx context.Context, c jetstream.Consumer, l laner, ack acknowledge, read reader) error {
	inner, fail := context.WithCancelCause(ctx)
	hand := holdEvents()
	defer hand.stop()
	err := b.consume(inner, c, func(ctx context.Context, m jetstream.Msg) error {
		lane, do, err := read(m)
		if err != nil {
			return m.Term()
		}
		hand.take(m)
		l.give(lane, func() {
			defer hand.drop(m)
			if ctx.Err() != nil {
				_ = m.Nak() // for the next follower, at once
				return
			}
			err := finish(ctx, m, ack, do(ctx))
			if err != nil && ctx.Err() == nil && !transient(err) {
				fail(fmt.Errorf("acknowledging an event: %w", err))
			}
		})
		return nil
	})
	l.stop()
	if b.nc.IsConnected() {
		_ = b.nc.FlushTimeout(farewell) // the last acknowledgements
	}
	if ctx.Err() == nil && inner.Err() != nil {
		err = errors.Join(err, context.Cause(inner))
	}
	fail(nil)
	return err
}

// lanes run what they are given, each one thing after the other. A lane that has
// nothing to do costs nothing. give and stop are for one goroutine.
type lanes struct {
	seed  maphash.Seed
	lanes [laneCount]lane
	done  sync.WaitGroup
}

// lane is what waits to be run, and whether somebody runs it.
type lane struct {
	mu      sync.Mutex
	waiting []func()
	running bool
}

func startLanes() *lanes { return &lanes{seed: maphash.MakeSeed()} }

// give hands f to the lane of a name. It does not wait: the broker gives out at
// most maxEvents at a time.
func (l *lanes) give(name string, f func()) {
	if one := &l.lanes[l.laneOf(name)]; one.add(f) {
		l.done.Go(one.run)
	}
}

// add reports whether somebody must be started to run what waits.
func (l *lane) add(f func()) (idle bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, f)
	idle = !l.running
	l.running = true
	return idle
}

func (l *lane) run() {
	for f := l.next(); f != nil; f = l.next() {
		f()
	}
}

// next takes what has waited longest; nil: nothing does.
func (l *lane) next() func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.waiting, l.running = nil, false
		return nil
	}
	f := l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	return f
}

// laneOf is the number of the lane of a name.
func (l *lanes) laneOf(name string) uint64 { return maphash.String(l.seed, name) % laneCount }

// stop waits for what was given.
func (l *lanes) stop() { l.done.Wait() }
