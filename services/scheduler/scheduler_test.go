package scheduler

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// scheduled returns a bus on a server of its own with so many schedulers at work.
func scheduled(t *testing.T, schedulers int) *bus.Bus {
	t.Helper()
	srv, err := natsd.Start(natsd.Config{Dir: t.TempDir(), Name: "test", SyncInterval: time.Minute})
	must(t, err)
	t.Cleanup(srv.Close)
	connect := func() *bus.Bus {
		nc, err := srv.Connect()
		must(t, err)
		t.Cleanup(nc.Close)
		b, err := bus.New(nc, bus.Options{})
		must(t, err)
		must(t, b.Ensure(bounded(t)))
		return b
	}
	for range schedulers {
		run(t, New(Config{}, connect(), zap.NewNop()))
	}
	return connect()
}

// run runs a scheduler until the test ends.
func run(t *testing.T, s *Scheduler) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("the scheduler ended:", err)
		}
	})
}

// valid is a message that expires after d.
func valid(id string, d time.Duration) *message.Submission {
	return &message.Submission{
		ID: id, Account: "cli-h", Queue: "q", Recipient: message.NewAddress("358401234567"), Body: message.NewBody([]byte("x")),
		AcceptedAt: time.Now(), ExpiresAt: time.Now().Add(d), Origin: message.Origin{File: "f"},
	}
}

// followed hands out the events of the submitter.
func followed(t *testing.T, b *bus.Bus) <-chan *life.Event {
	t.Helper()
	return follow(t, b, "cli-h")
}

// follow hands out the events of an account.
func follow(t *testing.T, b *bus.Bus, account string) <-chan *life.Event {
	t.Helper()
	events := make(chan *life.Event, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- b.FollowAccount(ctx, account, func(_ context.Context, e *life.Event) error { events <- e; return nil })
	}()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
	return events
}

func next(t *testing.T, events <-chan *life.Event) *life.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(patience):
		t.Fatal("no event in time")
		return nil
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 2)
	events := followed(t, b)
	waiting, deferred := valid("a", time.Second), valid("b", time.Second)
	deferred.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), waiting, deferred, valid("later", time.Hour)))
	for range 2 {
		e := next(t, events)
		k, ok := e.Kind.(life.Expired)
		want := map[string]*message.Submission{"a": waiting, "b": deferred}[e.ID]
		if !ok || want == nil {
			t.Fatalf("got %T about %s", e.Kind, e.ID)
		}
		if !k.ExpiresAt.Equal(want.ExpiresAt) || e.Time.Before(want.ExpiresAt) || e.Subject.Origin != want.Origin {
			t.Errorf("%s: %+v at %v", e.ID, k, e.Time)
		}
	}
	for _, id := range []string{"a", "b"} {
		gone(t, b, id)
		history, err := b.History(bounded(t), id)
		must(t, err)
		if state := life.Fold(history); state != life.ExpiredState {
			t.Errorf("%s is %s", id, state)
		}
	}
	if _, err := b.Find(bounded(t), "", "later"); err != nil {
		t.Error("what is still valid is gone:", err)
	}
	if len(events) != 0 {
		t.Errorf("%d more events", len(events))
	}
}

// gone waits until a message is in no queue any more.
func gone(t *testing.T, b *bus.Bus, id string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx := bounded(t)
	for {
		_, err := b.Find(ctx, "", id)
		if errors.Is(err, bus.ErrNotFound) {
			return
		}
		must(t, err)
		<-tick.C
	}
}

// TestBegunDoesNotExpire: a modem has recorded that it is about to send.
func TestBegunDoesNotExpire(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 1)
	events := followed(t, b)
	begun := valid("a", time.Second)
	must(t, b.Submit(bounded(t), begun))
	_, err := b.Attempt(bounded(t), &life.Event{
		ID: "a", Account: begun.Account, Time: time.Now(), Subject: life.SubjectOf(begun),
		Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting},
	}, 0)
	must(t, err)
	// Its timer comes before that of a second message.
	must(t, b.Submit(bounded(t), valid("b", 1800*time.Millisecond)))
	if e := next(t, events); e.ID != "b" {
		t.Errorf("got %T about %s", e.Kind, e.ID)
	}
	if _, err := b.Find(bounded(t), "", "a"); err != nil {
		t.Error("the message that was begun is gone:", err)
	}
}

// TestBegunAndRefusedExpires: a modem is about to send the message when its validity
// ends, and is refused. There may be no other modem: the message ends all the same.
func TestBegunAndRefusedExpires(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s := New(Config{}, b, zap.NewNop())
	m := valid("a", -time.Second)
	must(t, b.Submit(bounded(t), m))
	attempted := func(state life.AttemptState, last uint64) uint64 {
		t.Helper()
		seq, err := b.Attempt(bounded(t), &life.Event{
			ID: m.ID, Account: m.Account, Time: time.Now(), Subject: life.SubjectOf(m), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: state},
		}, last)
		must(t, err)
		return seq
	}
	due := &life.Event{ID: m.ID, Account: m.Account, Subject: life.SubjectOf(m), Kind: life.Expired{ExpiresAt: m.ExpiresAt}}
	seq := attempted(life.Attempting, 0)
	var later *bus.Later
	if err := s.expire(bounded(t), due); !errors.As(err, &later) {
		t.Fatalf("while it is attempted: %v, want to be asked again", err)
	}
	seq = attempted(life.Unanswered, seq)
	must(t, s.expire(bounded(t), due)) // the network may have it
	seq = attempted(life.Attempting, seq)
	s.now = func() time.Time { return time.Now().Add(longestAttempt) }
	must(t, s.expire(bounded(t), due)) // its worker is dead
	attempted(life.Refused, seq)
	must(t, s.expire(bounded(t), due))
	gone(t, b, "a")
	standing, err := b.Query(bounded(t), m.Account, m.ID)
	must(t, err)
	if standing.State != life.ExpiredState {
		t.Errorf("it is %s", standing.State)
	}
}

// TestSentDoesNotExpire: the timer of a message that is done does nothing.
func TestSentDoesNotExpire(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 1)
	events := followed(t, b)
	must(t, b.Submit(bounded(t), valid("a", time.Second)))
	taker, err := b.Taker(bounded(t), []string{"q"})
	must(t, err)
	work, err := taker.Take(bounded(t))
	must(t, err)
	must(t, work.Done(bounded(t)))
	must(t, b.Submit(bounded(t), valid("b", 1800*time.Millisecond)))
	if e := next(t, events); e.ID != "b" {
		t.Errorf("got %T about %s", e.Kind, e.ID)
	}
}

// TestTimerBeforeItsMessage: the timer is stored first, and may be due before the
// message is there.
func TestTimerBeforeItsMessage(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s := New(Config{}, b, zap.NewNop())
	m := valid("a", 0)
	due := &life.Event{ID: "a", Account: m.Account, Subject: life.SubjectOf(m), Kind: life.Expired{ExpiresAt: m.ExpiresAt}}
	if err := s.expire(bounded(t), due); !errors.Is(err, errNotYet) {
		t.Fatalf("without its message: %v, want errNotYet", err)
	}
	must(t, b.Submit(bounded(t), m))
	must(t, s.expire(bounded(t), due))
	gone(t, b, "a")
	must(t, s.expire(bounded(t), due)) // its record says that it is done
	other := *due
	other.ID = "never"
	s.now = func() time.Time { return m.ExpiresAt.Add(arrival + time.Second) }
	must(t, s.expire(bounded(t), &other))
}

// TestMessageArrivesMeanwhile: the message was not there when the timer fired, and is
// there when somebody asks what has become of it. It still has to expire.
func TestMessageArrivesMeanwhile(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s := New(Config{}, b, zap.NewNop())
	m := valid("a", time.Hour)
	must(t, b.Submit(bounded(t), m))
	due := &life.Event{ID: m.ID, Account: m.Account, Subject: life.SubjectOf(m), Kind: life.Expired{ExpiresAt: m.ExpiresAt}}
	if err := s.missing(bounded(t), due); !errors.Is(err, errNotYet) {
		t.Errorf("while it waits: %v, want errNotYet", err)
	}
	outcome(t, b, m, life.Sent{})
	must(t, s.missing(bounded(t), due))
}

// TestExpiredBeforeTheSchedulerRuns: timers wait for a scheduler.
func TestExpiredBeforeTheSchedulerRuns(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	events := followed(t, b)
	must(t, b.Submit(bounded(t), valid("a", -time.Second)))
	run(t, New(Config{}, b, zap.NewNop()))
	if e := next(t, events); e.ID != "a" {
		t.Errorf("got %T about %s", e.Kind, e.ID)
	}
	gone(t, b, "a")
}

// TestReplacedValidity: a timer that was set for an earlier validity ends nothing, and
// is set anew for the one that holds.
func TestReplacedValidity(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s := New(Config{}, b, zap.NewNop())
	events := followed(t, b)
	prolonged, endless := valid("a", time.Second), valid("b", time.Second)
	must(t, b.Submit(bounded(t), prolonged, endless))
	replace := func(m *message.Submission, end time.Time) {
		t.Helper()
		must(t, b.Replace(bounded(t), m.Account, m.ID, func(m *message.Submission) error { m.ExpiresAt = end; return nil }))
	}
	replace(prolonged, time.Now().Add(2*time.Second))
	replace(endless, time.Time{})
	for _, m := range []*message.Submission{prolonged, endless} {
		due := &life.Event{ID: m.ID, Account: m.Account, Subject: life.SubjectOf(m), Kind: life.Expired{ExpiresAt: m.ExpiresAt}}
		must(t, s.expire(bounded(t), due))
		if _, err := b.Find(bounded(t), "", m.ID); err != nil {
			t.Fatalf("%s ended with the validity that it had: %v", m.ID, err)
		}
	}
	run(t, s)
	if e := next(t, events); e.ID != "a" {
		t.Errorf("%T about %s", e.Kind, e.ID)
	}
	if _, err := b.Find(bounded(t), "", "b"); err != nil {
		t.Error("what has no end has ended:", err)
	}
}
