package bus

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

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
	return b.inLanes(ctx, c, readEvent(lane, handle))
}

// reader reads a message: the name of its lane, and what to do about it. An error
// says that this version can do nothing about it, ever.
type reader func(m jetstream.Msg) (lane string, do func(context.Context) error, err error)

// readEvent is the reader of events.
func readEvent(lane func(*life.Event) string, handle Handler) reader {
	return func(m jetstream.Msg) (string, func(context.Context) error, error) {
		e, err := wire.DecodeEvent(m.Data())
		if err != nil || e.Kind == nil {
			return "", nil, errors.Join(err, errMismatch)
		}
		return lane(e), func(ctx context.Context) error { return handle(ctx, e) }, nil
	}
}

// inLanes hands what a consumer gives to lanes until ctx ends.
func (b *Bus) inLanes(ctx context.Context, c jetstream.Consumer, read reader) error {
	inner, fail := context.WithCancelCause(ctx)
	l := startLanes()
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
			err := finish(ctx, m, do(ctx))
			if err != nil && ctx.Err() == nil && !transient(err) {
				fail(fmt.Errorf("acknowledging an event: %w", err))
			}
		})
		return nil
	})
	l.stop()
	if ctx.Err() == nil && inner.Err() != nil {
		err = errors.Join(err, context.Cause(inner))
	}
	fail(nil)
	return err
}

// lanes run what they are given, each one thing after the other. give and stop
// are for one goroutine.
type lanes struct {
	seed  maphash.Seed
	lanes [laneCount]chan func()
	done  sync.WaitGroup
}

func startLanes() *lanes {
	const waiting = maxEvents // give never blocks: the broker gives out no more
	l := &lanes{seed: maphash.MakeSeed()}
	for i := range l.lanes {
		l.lanes[i] = make(chan func(), waiting)
		l.done.Go(func() {
			for f := range l.lanes[i] {
				f()
			}
		})
	}
	return l
}

// give hands f to the lane of a name.
func (l *lanes) give(name string, f func()) { l.lanes[l.laneOf(name)] <- f }

// laneOf is the number of the lane of a name.
func (l *lanes) laneOf(name string) uint64 { return maphash.String(l.seed, name) % laneCount }

// stop waits for what was given and ends the lanes.
func (l *lanes) stop() {
	for _, lane := range l.lanes {
		close(lane)
	}
	l.done.Wait()
}
