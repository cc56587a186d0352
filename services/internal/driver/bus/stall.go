package bus

import (
	"context"
	"errors"
	"sync"
	"time"
)

// stall is an operation that fails and is repeated.
type stall struct {
	since time.Time
}

// stalls are the operations that fail at the moment.
type stalls struct {
	mu      sync.Mutex
	failing map[*stall]struct{}
}

func (s *stalls) begin(op *stall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !op.since.IsZero() {
		return
	}
	op.since = time.Now()
	if s.failing == nil {
		s.failing = map[*stall]struct{}{}
	}
	s.failing[op] = struct{}{}
}

func (s *stalls) end(op *stall) {
	if op.since.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failing, op)
}

// Stalled returns for how long the operation has been failing that has failed
// longest; 0 when none does.
func (b *Bus) Stalled() time.Duration {
	b.stalls.mu.Lock()
	defer b.stalls.mu.Unlock()
	var longest time.Duration
	for op := range b.stalls.failing {
		longest = max(longest, time.Since(op.since))
	}
	return longest
}

// room remembers for a moment how much waits.
type room struct {
	mu     sync.Mutex
	asked  time.Time
	queued uint64
	// err is why it could not be learned; nil: it was.
	err error
}

// checkRoom returns ErrFull while too much waits. That the broker does not tell is
// remembered as well: otherwise each of those who wait for their turn would wait as long as the
// first one did.
func (b *Bus) checkRoom(ctx context.Context) error {
	const validity = time.Second
	if b.opts.MaxQueued == 0 {
		return nil
	}
	b.room.mu.Lock()
	defer b.room.mu.Unlock()
	if time.Since(b.room.asked) >= validity {
		s, err := b.js.Stream(ctx, b.space.StreamOut())
		if errors.Is(err, context.Canceled) {
			return err // it was the caller who went away
		}
		b.room.asked, b.room.err = time.Now(), err
		if err == nil {
			b.room.queued = s.CachedInfo().State.Bytes
		}
	}
	if b.room.err != nil {
		return b.room.err
	}
	if b.room.queued >= b.opts.MaxQueued {
		return ErrFull
	}
	return nil
}

// Full reports whether Submit waits for room, as far as the broker said so lately.
func (b *Bus) Full() bool {
	const lately = 10 * time.Second
	b.room.mu.Lock()
	defer b.room.mu.Unlock()
	return b.opts.MaxQueued > 0 && b.room.queued >= b.opts.MaxQueued && time.Since(b.room.asked) < lately
}
