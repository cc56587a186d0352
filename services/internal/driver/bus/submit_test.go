package bus

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestSubmitArrivesWhole(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	want := submission("a", "Net 1")
	want.Options.Report, want.Sender = message.Yes, "\xff"
	must(t, b.Submit(bounded(t), want))
	got := take(t, newTaker(t, b, "Net 1")).Submission
	same := cmp.Options{
		cmp.Comparer(func(a, b message.Address) bool { return a == b }),
		cmp.Comparer(func(a, b message.Body) bool { return bytes.Equal(a.Reveal(), b.Reveal()) }),
	}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Errorf("the submission changed on its way (-submitted +taken):\n%s", d)
	}
}

func TestSubmitTwiceIsOnce(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	one, later := submission("a", "q"), submission("b", "q")
	later.DeliverAt, later.ExpiresAt = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
	for range 3 {
		must(t, b.Submit(bounded(t), one))
		must(t, b.Submit(bounded(t), one, later))
	}
	if n := stored(t, b, b.space.StreamOut()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	if n := stored(t, b, b.space.StreamJobs()); n != 1 {
		t.Errorf("%d timers, want 1", n)
	}
}

func TestSubmitManyTogether(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	var subs []*message.Submission
	for _, id := range ids(300) {
		subs = append(subs, submission(id, "q"))
	}
	must(t, b.Submit(bounded(t), subs...))
	if n := stored(t, b, b.space.StreamOut()); n != uint64(len(subs)) {
		t.Errorf("%d messages, want %d", n, len(subs))
	}
}

func TestSubmitRefusesWhatIsTooLong(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.Body = message.NewBody(make([]byte, maxMessage))
	wantError(t, b.Submit(bounded(t), s), ErrTooLong)
	s.Body = message.NewBody(make([]byte, 39016)) // the longest body of a spool file
	must(t, b.Submit(bounded(t), s))
}

// TestSubmitWaitsForTheBroker: nothing is accepted that is not durable.
func TestSubmitWaitsForTheBroker(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{Try: 100 * time.Millisecond})
	must(t, b.Submit(bounded(t), submission("a", "q")))
	broker.Close()
	if err := b.Submit(within(t, 500*time.Millisecond), submission("b", "q")); err == nil {
		t.Error("Submit succeeded without a broker")
	}
	broker.start(t)
}

// TestSubmitAfterConsumption: the broker's own memory of ids ends with its
// process; the records of the worker do not.
func TestSubmitAfterConsumption(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{})
	s := submission("a", "q")
	must(t, b.Submit(bounded(t), s))
	work := take(t, newTaker(t, b, "q"))
	_, err := b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	must(t, err)
	must(t, b.Publish(bounded(t), event(s, life.Sent{})))
	must(t, work.Done(bounded(t)))
	must(t, b.Submit(bounded(t), s))
	if n := stored(t, b, b.space.StreamOut()); n != 0 {
		t.Fatalf("%d messages after a repetition, want 0", n)
	}

	broker.restart(t)
	b = broker.bus(t, Options{})
	must(t, b.Submit(bounded(t), s))
	again := take(t, newTaker(t, b, "q"))
	known, err := b.Progress(bounded(t), again.Submission)
	must(t, err)
	if known.Final == nil {
		t.Error("nothing stops the repetition from being sent")
	}
	_, err = b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	wantError(t, err, ErrConflict)
}

func TestDeliverAt(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.DeliverAt = time.Now().Add(1300 * time.Millisecond)
	must(t, b.Submit(bounded(t), s))
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	if !w.Deferred {
		t.Error("it is not deferred")
	}
	work := take(t, newTaker(t, b, "q"))
	if early := time.Until(s.DeliverAt); early > 0 {
		t.Errorf("it came %v early", early)
	}
	if late := time.Since(s.DeliverAt); late > 5*time.Second {
		t.Errorf("it came %v late", late)
	}
	if work.Submission.ID != "a" || !work.Submission.DeliverAt.Equal(s.DeliverAt) {
		t.Errorf("got %s at %v", work.Submission.ID, work.Submission.DeliverAt)
	}
}

func TestDeliverAtInThePastIsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.DeliverAt = time.Now().Add(-time.Hour)
	must(t, b.Submit(bounded(t), s))
	take(t, newTaker(t, b, "q"))
}

func TestExpiresAt(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.ExpiresAt = time.Now().Add(1200 * time.Millisecond).UTC()
	must(t, b.Submit(bounded(t), s))
	due := make(chan *life.Event, 10)
	follow(t, func(ctx context.Context) error {
		return b.FollowExpiries(ctx, func(_ context.Context, e *life.Event) error { due <- e; return nil })
	})
	e := receive(t, due)
	if early := time.Until(s.ExpiresAt); early > 0 {
		t.Errorf("it came %v early", early)
	}
	k, ok := e.Kind.(life.Expired)
	if e.ID != "a" || e.Account != account || !ok || !k.ExpiresAt.Equal(s.ExpiresAt) || e.Subject.Origin != s.Origin {
		t.Errorf("got %+v", e)
	}
	eventually(t, "removal of the timer", func() bool { return stored(t, b, b.space.StreamJobs()) == 0 })
}

// follow runs f until the test ends, which waits for it; the returned function
// ends it earlier.
func follow(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := receive(t, done); err != nil {
			t.Errorf("following ended: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}
