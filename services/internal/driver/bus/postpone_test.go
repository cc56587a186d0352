package bus

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// TestPostpone: a message is put aside until a time, and comes back by itself, as it was
// but for its revision.
func TestPostpone(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	must(t, b.Submit(bounded(t), s))
	taker := newTaker(t, b, "q")
	must(t, take(t, taker).Return(time.Hour))
	until := time.Now().Add(time.Second)
	postponed, err := b.Postpone(bounded(t), account, "a", 0, until)
	if err != nil || !postponed {
		t.Fatalf("postponed: %v, %v", postponed, err)
	}
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	if !w.Deferred || !w.Until.Equal(until) || !w.Submission.DeliverAt.IsZero() || stored(t, b, b.space.StreamOut()) != 1 {
		t.Errorf("until %s, want %s: %+v", w.Until, until, w)
	}
	if again, err := b.Postpone(bounded(t), account, "a", 0, until.Add(time.Hour)); again || err != nil {
		t.Errorf("what waits for its time already: %v, %v", again, err)
	}
	work := take(t, taker)
	if now := time.Now(); now.Before(until) || textOf(work.Submission) != "text of a" || work.Submission.Revision != 1 {
		t.Errorf("at %s, revision %d: %q", now, work.Submission.Revision, textOf(work.Submission))
	}
	must(t, work.Done(bounded(t)))
	if gone, err := b.Postpone(bounded(t), account, "a", 0, until.Add(time.Hour)); gone || err != nil {
		t.Errorf("what is in no queue: %v, %v", gone, err)
	}
}

// TestPostponedIsInReach: whoever submitted it can still replace it, and take it back.
func TestPostponedIsInReach(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q"), submission("b", "q")))
	for _, id := range []string{"a", "b"} {
		postponed, err := b.Postpone(bounded(t), account, id, 0, time.Now().Add(time.Hour))
		if err != nil || !postponed {
			t.Fatalf("%s: %v, %v", id, postponed, err)
		}
	}
	must(t, b.Replace(bounded(t), account, "a", withText("new")))
	must(t, b.Cancel(bounded(t), account, "b", "x"))
	if n := stored(t, b, b.space.StreamOut()); n != 1 {
		t.Errorf("%d messages wait, want 1", n)
	}
	work := take(t, newTaker(t, b, "q")) // for a worker to look at again
	if textOf(work.Submission) != "new" || work.Submission.Revision != 2 {
		t.Errorf("%q, revision %d", textOf(work.Submission), work.Submission.Revision)
	}
	must(t, work.Done(bounded(t)))
	q, err := b.Query(bounded(t), account, "b")
	must(t, err)
	if q.State != life.CancelledState {
		t.Errorf("taken back: %s", q.State)
	}
}

// TestPostponeOrSend: of a worker that sends a message, somebody who cancels it and a
// scheduler that puts it aside, one has it, and it is in one place at most.
func TestPostponeOrSend(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range ids(30) {
		must(t, b.Submit(bounded(t), submission(id, id)))
		work := take(t, newTaker(t, b, id))
		var sent, cancelled, failed error
		var postponed bool
		var all sync.WaitGroup
		all.Go(func() { _, sent = b.Attempt(bounded(t), event(work.Submission, attempt(1, 1, 1)), 0) })
		all.Go(func() { postponed, failed = b.Postpone(bounded(t), account, id, 0, time.Now().Add(time.Hour)) })
		all.Go(func() { cancelled = b.Cancel(bounded(t), account, id, "x") })
		all.Wait()
		must(t, failed)
		w, err := b.Find(bounded(t), account, id)
		switch {
		case sent == nil && !postponed && errors.Is(cancelled, ErrTooLate):
			must(t, err)
			if w.Deferred || w.Submission.Revision != 0 {
				t.Fatalf("%s: it is being sent, and was put aside: %+v", id, w)
			}
		case errors.Is(sent, ErrConflict) && cancelled == nil:
			wantError(t, err, ErrNotFound)
		default:
			t.Fatalf("%s: sending says %v, cancelling %v, putting aside %v", id, sent, cancelled, postponed)
		}
		must(t, work.Return(0))
	}
}

// TestPostponedIsTold: schedulers hear of it once, whether the message has alternates or
// not, and again when it was replaced meanwhile.
func TestPostponedIsTold(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	until := time.Now().Add(time.Hour).UTC()
	for _, revision := range []uint32{0, 0, 1} {
		must(t, b.Publish(bounded(t), event(s, life.Postponed{Until: until, Quiet: "nights", Revision: revision})))
	}
	told := make(chan *life.Event, 3)
	follow(t, func(ctx context.Context) error {
		return b.FollowChains(ctx, func(_ context.Context, e *life.Event, _ time.Time) error {
			told <- e
			return nil
		})
	})
	for revision := range uint32(2) {
		select {
		case e := <-told:
			if k, ok := e.Kind.(life.Postponed); !ok || !k.Until.Equal(until) || k.Quiet != "nights" || e.ID != "a" || k.Revision != revision {
				t.Errorf("told %+v", e)
			}
		case <-time.After(patience):
			t.Fatal("nobody is told")
		}
	}
}

// TestPostponeDuringReplacement: a worker meets the new revision while the one that it
// replaces still waits for its time. It is put aside when whoever replaces it is done.
func TestPostponeDuringReplacement(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q")))
	until := time.Now().Add(time.Hour)
	if postponed, err := b.Postpone(bounded(t), account, "a", 0, until); err != nil || !postponed {
		t.Fatalf("postponed: %v, %v", postponed, err)
	}
	old, err := b.Find(bounded(t), account, "a")
	must(t, err)
	known, err := b.Progress(bounded(t), old.Submission)
	must(t, err)
	next := *old.Submission
	next.Revision++
	m, err := b.submission(&next)
	must(t, err)
	m.Header.Del(subject.HeaderMessageID)
	if _, err := b.compareAndSet(bounded(t), b.space.StreamOut(), m, 0); err != nil { // half of Replace
		t.Fatal(err)
	}
	if postponed, err := b.Postpone(bounded(t), account, "a", next.Revision, until); postponed || !errors.Is(err, ErrHalfReplaced) {
		t.Fatalf("in between: %v, %v", postponed, err)
	}
	must(t, b.recordReplacement(bounded(t), &next, known.Attempts[1]))
	must(t, b.remove(bounded(t), old))
	if postponed, err := b.Postpone(bounded(t), account, "a", next.Revision, until); err != nil || !postponed {
		t.Fatalf("afterwards: %v, %v", postponed, err)
	}
	if n := stored(t, b, b.space.StreamOut()); n != 1 {
		t.Errorf("%d messages wait, want 1", n)
	}
}
