package bus

import (
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

// start starts a submission and returns what waits for it.
func start(t *testing.T, b *Bus, id string, expires time.Duration) *Pending {
	t.Helper()
	s := submission(id, "q")
	if expires > 0 {
		s.ExpiresAt = time.Now().Add(expires)
	}
	p, err := b.Start(bounded(t), s)
	must(t, err)
	return p
}

func TestStartManyTogether(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	var all []*Pending
	for i, id := range ids(300) {
		all = append(all, start(t, b, id, time.Duration(i%2)*time.Hour))
	}
	for _, p := range all {
		must(t, p.Wait(bounded(t)))
	}
	if n := stored(t, b, b.space.StreamOut()); n != 300 {
		t.Errorf("%d messages, want 300", n)
	}
	if n := stored(t, b, b.space.StreamJobs()); n != 150 {
		t.Errorf("%d timers, want 150", n)
	}
}

func TestStartTwiceIsOnce(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for range 3 {
		first, second := start(t, b, "a", time.Hour), start(t, b, "a", time.Hour)
		must(t, first.Wait(bounded(t)))
		must(t, second.Wait(bounded(t)))
	}
	if n := stored(t, b, b.space.StreamOut()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

// TestStartWithoutBroker: what is under way when the broker goes is not accepted,
// what comes then is refused at once, and nothing is needed to go on afterwards.
func TestStartWithoutBroker(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{Try: 100 * time.Millisecond})
	must(t, start(t, b, "a", 0).Wait(bounded(t)))
	broker.Close()
	eventually(t, "a refusal", func() bool {
		p, err := b.Start(within(t, 500*time.Millisecond), submission("b", "q"))
		if err == nil {
			err = p.Wait(within(t, 200*time.Millisecond))
		}
		if err == nil {
			t.Fatal("accepted without a broker")
		}
		return p == nil
	})
	broker.start(t)
	b = broker.bus(t, Options{})
	must(t, start(t, b, "c", 0).Wait(bounded(t)))
}

func TestStartWhenFull(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	must(t, broker.bus(t, Options{}).Submit(bounded(t), submission("a", "q")))
	_, err := broker.bus(t, Options{MaxQueued: 1}).Start(bounded(t), submission("b", "q"))
	wantError(t, err, ErrFull)
}

// TestStartWithoutSpace: a broker that has no room is told from one that is away.
func TestStartWithoutSpace(t *testing.T) {
	t.Parallel()
	const space, size = 400 << 10, 32 << 10
	broker := &broker{cfg: natsd.Config{Dir: t.TempDir(), Name: "test", SyncInterval: time.Minute, MaxStore: space}}
	broker.start(t)
	t.Cleanup(func() { broker.Close() })
	b := broker.bus(t, Options{})
	for n, id := range ids(2 * space / size) {
		s := submission(id, "q")
		s.Body = message.NewBody(make([]byte, size))
		p, err := b.Start(bounded(t), s)
		must(t, err)
		if err = p.Wait(within(t, 500*time.Millisecond)); err != nil {
			wantError(t, err, ErrFull)
			if n < 2 {
				t.Errorf("message %d does not fit", n+1)
			}
			return
		}
	}
	t.Error("everything found room")
}

// TestStartTooLong: what is too long for the broker never becomes shorter.
func TestStartTooLong(t *testing.T) {
	t.Parallel()
	s := submission("a", "q")
	s.Body = message.NewBody(make([]byte, maxMessage))
	_, err := newBus(t).Start(bounded(t), s)
	wantError(t, err, ErrTooLong)
}

func TestTicketsAreGivenOnce(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	one, two := broker.bus(t, Options{}), broker.bus(t, Options{})
	var last uint64
	for i := range 10 {
		b := one
		if i%2 > 0 {
			b = two
		}
		n, err := b.Ticket(bounded(t), "smpp")
		must(t, err)
		if n <= last {
			t.Fatalf("ticket %d after %d", n, last)
		}
		last = n
	}
}
