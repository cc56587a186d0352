package bus

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestCancel(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	ready, deferred, foreign := submission("a", "q"), submission("b", "q"), submission("c", "q")
	deferred.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), ready, deferred, foreign))
	for _, id := range []string{"a", "b"} {
		must(t, b.Cancel(bounded(t), account, id, "a test"))
		must(t, b.Cancel(bounded(t), account, id, "a test")) // again
		s, err := b.Query(bounded(t), account, id)
		must(t, err)
		if k, ok := s.Final.Kind.(life.Cancelled); s.State != life.CancelledState || !ok || k.By != "a test" || s.Submission != nil {
			t.Errorf("%s: %+v", id, s)
		}
	}
	wantError(t, b.Cancel(bounded(t), "somebody-else", "c", "x"), ErrNotFound)
	wantError(t, b.Cancel(bounded(t), "", "*", "x"), ErrNotFound)
	wantError(t, b.Cancel(bounded(t), account, "never", "x"), ErrNotFound)
	if work := take(t, newTaker(t, b, "q")); work.Submission.ID != "c" {
		t.Errorf("got %s, which was cancelled", work.Submission.ID)
	}
	must(t, b.Cancel(bounded(t), "", "c", "an operator")) // in hand, and nothing attempted yet
}

// TestCancelTooLate: nothing changes once a part is on its way or the message ended.
func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	must(t, b.Submit(bounded(t), s))
	_, err := b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	must(t, err)
	wantError(t, b.Cancel(bounded(t), account, "a", "x"), ErrTooLate)
	work := take(t, newTaker(t, b, "q"))
	must(t, b.Publish(bounded(t), event(s, life.Sent{})))
	must(t, work.Done(bounded(t)))
	wantError(t, b.Cancel(bounded(t), account, "a", "x"), ErrTooLate)
	standing, err := b.Query(bounded(t), account, "a")
	must(t, err)
	if standing.State != life.SentState {
		t.Errorf("state %s", standing.State)
	}
}

// TestCancelOrSend: of a worker and somebody who cancels exactly one wins, and the
// other one is told.
func TestCancelOrSend(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range ids(40) {
		s := submission(id, "q")
		must(t, b.Submit(bounded(t), s))
		var sent, cancelled error
		var both sync.WaitGroup
		both.Go(func() { _, sent = b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0) })
		both.Go(func() { cancelled = b.Cancel(bounded(t), account, id, "x") })
		both.Wait()
		switch {
		case sent == nil && errors.Is(cancelled, ErrTooLate):
		case errors.Is(sent, ErrConflict) && cancelled == nil:
		default:
			t.Fatalf("%s: sending says %v, cancelling %v", id, sent, cancelled)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), s))
	got, err := b.Query(bounded(t), account, "a")
	must(t, err)
	if got.State != life.Deferred || got.Submission == nil || got.Submission.Recipient != message.NewAddress(number) || got.Final != nil {
		t.Errorf("%+v", got)
	}
	for _, owner := range []string{"somebody-else", "cli-h"} {
		if _, err := b.Query(bounded(t), owner, "a"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s may ask about a message of %s: %v", owner, account, err)
		}
	}
}
