package bus

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// TestOneEnds: of somebody who cancels a message and a scheduler that finds its validity
// over one is heard, and the other one is told.
func TestOneEnds(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.Alternates = []message.Alternate{{Recipient: message.NewAddress("358409"), After: time.Hour}}
	s.ExpiresAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), s))
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	expired := event(s, life.Expired{ExpiresAt: s.ExpiresAt})
	must(t, b.ClaimWithdrawal(bounded(t), s, expired)) // the scheduler has begun
	must(t, b.Cancel(bounded(t), account, "a", "x"))
	wantError(t, b.Withdraw(bounded(t), w, expired), ErrConflict)
	final, err := b.Conclude(bounded(t), event(s, life.Cancelled{By: "its worker"})) // which finds the claim
	must(t, err)
	if k, ok := final.Kind.(life.Cancelled); !ok || k.By != "x" {
		t.Errorf("it was ended by %T %+v", final.Kind, final.Kind)
	}
	events, err := b.Recorded(bounded(t), account, "a")
	must(t, err)
	if len(events.Events) != 1 {
		t.Errorf("%d events end it: %+v", len(events.Events), events.Events)
	}
	raw, err := b.last(bounded(t), b.space.StreamEvents(), b.space.ChainAll())
	must(t, err)
	if _, err := b.last(bounded(t), b.space.StreamEvents(), b.space.Chain(account, "a", typeOf(expired.Kind))); !errors.Is(err, ErrNotFound) {
		t.Errorf("the scheduler is told that it expired: %v; last told: %s", err, raw.Subject)
	}
}

// TestProlongedDoesNotExpire: a message whose validity was prolonged does not end with
// the one that it had, for whoever still has it as it was.
func TestProlongedDoesNotExpire(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.ExpiresAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), s))
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	must(t, b.Replace(bounded(t), account, "a", func(s *message.Submission) error {
		s.ExpiresAt = s.ExpiresAt.Add(time.Hour)
		return nil
	}))
	wantError(t, b.Withdraw(bounded(t), w, event(s, life.Expired{ExpiresAt: s.ExpiresAt})), ErrConflict)
	known, err := b.Progress(bounded(t), s)
	must(t, err)
	if !known.Untouched() {
		t.Errorf("%+v", known)
	}
	now, err := b.Find(bounded(t), account, "a")
	must(t, err)
	must(t, b.Withdraw(bounded(t), now, event(s, life.Expired{ExpiresAt: now.Submission.ExpiresAt})))
}

// TestCancelDuringReplacement: a message that no modem has begun can be taken back,
// whoever replaces it meanwhile, and as often as they do.
func TestCancelDuringReplacement(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range ids(8) {
		must(t, b.Submit(bounded(t), submission(id, "q")))
		must(t, b.Replace(bounded(t), account, id, withText("new")))
		begun := make(chan struct{}, 3)
		var all sync.WaitGroup
		for range cap(begun) {
			all.Go(func() {
				for {
					select {
					case begun <- struct{}{}:
					default:
					}
					if err := b.Replace(bounded(t), account, id, withText("new")); err != nil {
						if !errors.Is(err, ErrTooLate) {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		<-begun
		must(t, b.Cancel(bounded(t), account, id, "x"))
		all.Wait()
		s, err := b.Query(bounded(t), account, id)
		must(t, err)
		if s.State != life.CancelledState {
			t.Errorf("%s is %s", id, s.State)
		}
	}
}
