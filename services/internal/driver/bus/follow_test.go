package bus

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// tally counts how often each message had an event.
type tally struct {
	mu   sync.Mutex
	seen map[string]int
}

func (c *tally) handle(_ context.Context, e *life.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[e.ID]++
	return nil
}

func (c *tally) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

func (b *Bus) following(account string, handle Handler) func(context.Context) error {
	return func(ctx context.Context) error { return b.FollowAccount(ctx, account, handle) }
}

func publish(t *testing.T, b *Bus, ids ...string) {
	t.Helper()
	var events []*life.Event
	for _, id := range ids {
		events = append(events, event(submission(id, "q"), life.Sent{}))
	}
	must(t, b.Publish(bounded(t), events...))
}

func TestFollowersShare(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{})
	all := ids(200)
	publish(t, b, all[:50]...) // while nobody follows
	var count tally
	for range 2 {
		follow(t, broker.bus(t, Options{}).following(account, count.handle))
	}
	publish(t, b, all[50:]...)
	other := event(submission("x", "q"), life.Sent{})
	other.Account = "another"
	must(t, b.Publish(bounded(t), other))
	eventually(t, "all events", func() bool { return count.len() == len(all) })
	for id, n := range count.seen {
		if n != 1 {
			t.Errorf("%s was handled %d times", id, n)
		}
	}
}

func TestFollowIsDurable(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	var count tally
	stop := follow(t, b.following(account, count.handle))
	publish(t, b, "a")
	eventually(t, "the first event", func() bool { return count.len() == 1 })
	stop()
	publish(t, b, "b", "c")
	follow(t, b.following(account, count.handle))
	eventually(t, "the others", func() bool { return count.len() == 3 })
	if count.seen["a"] != 1 {
		t.Errorf("a was handled %d times", count.seen["a"])
	}
}

func TestFollowRepeatsWhatFailed(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	handled := make(chan time.Time, 10)
	tries := 0
	follow(t, b.following(account, func(context.Context, *life.Event) error {
		handled <- time.Now()
		if tries++; tries == 1 {
			return errors.New("trouble")
		}
		return nil
	}))
	publish(t, b, "a")
	first, second := receive(t, handled), receive(t, handled)
	if d := second.Sub(first); d < redeliveryPause-100*time.Millisecond || d > 2*redeliveryPause {
		t.Errorf("repeated after %v, want %v", d, redeliveryPause)
	}
}

// TestFollowPassesOverTheUnknown: events of newer versions and octets of nobody
// block no one.
func TestFollowPassesOverTheUnknown(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for id, data := range map[string][]byte{"broken": {0xff}, "newer": {0x0a, 0x01, 'n'}} {
		_, err := b.js.Publish(bounded(t), b.space.Event(account, id, "sent"), data)
		must(t, err)
	}
	publish(t, b, "a")
	var count tally
	follow(t, b.following(account, count.handle))
	eventually(t, "the event after them", func() bool { return count.len() > 0 })
	if count.seen["a"] != 1 || len(count.seen) != 1 {
		t.Errorf("handled %v", count.seen)
	}
}

// TestFollowGivesBackOnStop: what a follower had asked for, and not begun, goes
// to the next one at once.
func TestFollowGivesBackOnStop(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{})
	all := ids(20)
	publish(t, b, all...)
	busy := make(chan struct{}, 1)
	release := make(chan struct{})
	stop := follow(t, broker.bus(t, Options{}).following(account, func(ctx context.Context, e *life.Event) error {
		select {
		case busy <- struct{}{}:
		default:
		}
		<-ctx.Done()
		<-release
		return errors.New("interrupted")
	}))
	receive(t, busy)
	close(release)
	stop()
	var count tally
	follow(t, b.following(account, count.handle))
	eventually(t, "all events", func() bool { return count.len() == len(all) })
}

// TestFollowAcknowledgesOnStop: what was handled while the follower was told to
// stop is not handled again.
func TestFollowAcknowledgesOnStop(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publish(t, b, "a")
	ctx, cancel := context.WithCancel(context.Background())
	must(t, b.FollowAccount(ctx, account, func(context.Context, *life.Event) error { cancel(); return nil }))
	c, err := b.accountConsumer(bounded(t), account)
	must(t, err)
	info, err := c.Info(bounded(t))
	must(t, err)
	if info.NumAckPending != 0 || info.NumPending != 0 {
		t.Errorf("%d unacknowledged, %d to come; want none", info.NumAckPending, info.NumPending)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publish(t, b, "before")
	seen := make(chan *life.Event, 1000)
	follow(t, func(ctx context.Context) error { return b.Tail(ctx, func(e *life.Event) { seen <- e }) })
	publisher := make(chan struct{})
	t.Cleanup(func() { <-publisher })
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() { // until it listens: what is not stored may be missed
		defer close(publisher)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for _, id := range ids(1000) {
			s := submission(id, "q")
			if b.Submit(ctx, s) != nil || b.Publish(ctx, event(s, life.Sent{})) != nil {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	var accepted, sent bool
	for !accepted || !sent {
		e := receive(t, seen)
		switch e.Kind.(type) {
		case life.Accepted:
			accepted = true
		case life.Sent:
			sent = true
		}
		if e.ID == "before" {
			t.Error("an old event is shown")
		}
	}
}
