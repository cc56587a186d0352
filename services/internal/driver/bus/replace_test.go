package bus

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func textOf(s *message.Submission) string { return string(s.Body.Reveal()) }

func withText(text string) func(*message.Submission) error {
	return func(s *message.Submission) error {
		s.Body = message.NewBody([]byte(text))
		return nil
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	ready, deferred := submission("a", "q"), submission("b", "q")
	deferred.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), ready, deferred))
	must(t, b.Replace(bounded(t), account, "a", withText("first")))
	must(t, b.Replace(bounded(t), account, "a", withText("second")))
	must(t, b.Replace(bounded(t), account, "b", func(s *message.Submission) error {
		s.DeliverAt = time.Now().Add(-time.Minute)
		return withText("soon")(s)
	}))
	taker := newTaker(t, b, "q")
	got := map[string]string{}
	for range 2 {
		work := take(t, taker)
		got[work.Submission.ID] = textOf(work.Submission)
		must(t, work.Done(bounded(t)))
	}
	if got["a"] != "second" || got["b"] != "soon" {
		t.Errorf("sent: %v", got)
	}
}

// TestReplaceReachesAlternates: who is told in the recipient's stead is told the new text.
func TestReplaceReachesAlternates(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.Alternates = []message.Alternate{{Recipient: message.NewAddress("358409"), After: time.Hour}}
	must(t, b.Submit(bounded(t), s))
	must(t, b.Replace(bounded(t), account, "a", withText("new")))
	timer, err := b.AlternateTimer(bounded(t), account, "a")
	must(t, err)
	if textOf(timer.Submission) != "new" || timer.Submission.Revision != 1 {
		t.Errorf("%q, revision %d", textOf(timer.Submission), timer.Submission.Revision)
	}
}

// TestReplaceMeetsTheScheduler: a scheduler sets the timer of the alternates anew while
// somebody is about to put the new text into it.
func TestReplaceMeetsTheScheduler(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.Alternates = []message.Alternate{{Recipient: message.NewAddress("358409"), After: time.Hour}}
	must(t, b.Submit(bounded(t), s))
	before, err := b.AlternateTimer(bounded(t), account, "a")
	must(t, err)
	at := time.Now().Add(30 * time.Minute).UTC()
	must(t, b.Arm(bounded(t), before, at, escalation.Waited))
	next := *s
	next.Revision++
	must(t, withText("new")(&next))
	wantError(t, b.renewTimer(bounded(t), before, &next), ErrConflict)
	for range 2 {
		must(t, b.renewAlternates(bounded(t), &next))
		timer, err := b.AlternateTimer(bounded(t), account, "a")
		must(t, err)
		if textOf(timer.Submission) != "new" || timer.why != escalation.Waited || !timer.at.Equal(at) {
			t.Errorf("%q at %s for %v", textOf(timer.Submission), timer.at, timer.why)
		}
	}
}

// TestReplaceDefersWhatIsReady: a new time moves a message out of its queue, and only there.
func TestReplaceDefersWhatIsReady(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q")))
	must(t, b.Replace(bounded(t), account, "a", func(s *message.Submission) error {
		s.DeliverAt = time.Now().Add(time.Hour)
		return nil
	}))
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	if !w.Deferred || stored(t, b, b.space.StreamOut()) != 1 {
		t.Errorf("deferred %v, %d messages", w.Deferred, stored(t, b, b.space.StreamOut()))
	}
	must(t, b.Cancel(bounded(t), account, "a", "x")) // it can still be taken back
}

func TestReplaceRefused(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q"), submission("b", "q"), submission("c", "q")))
	wantError(t, b.Replace(bounded(t), "somebody-else", "a", withText("x")), ErrNotFound)
	wantError(t, b.Replace(bounded(t), account, "never", withText("x")), ErrNotFound)
	mine := errors.New("not like this")
	wantError(t, b.Replace(bounded(t), account, "a", func(*message.Submission) error { return mine }), mine)
	wantError(t, b.Replace(bounded(t), account, "a", func(s *message.Submission) error {
		s.Recipient = message.NewAddress("49")
		return nil
	}), ErrIdentity)
	must(t, b.Cancel(bounded(t), account, "b", "x"))
	wantError(t, b.Replace(bounded(t), account, "b", withText("x")), ErrTooLate)
	s := submission("c", "q")
	_, err := b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	must(t, err)
	wantError(t, b.Replace(bounded(t), account, "c", withText("x")), ErrTooLate)
	for _, id := range []string{"a", "c"} {
		w, err := b.Find(bounded(t), account, id)
		must(t, err)
		if textOf(w.Submission) != "text of "+id {
			t.Errorf("%s was changed to %s", id, textOf(w.Submission))
		}
	}
}

// TestReplaceAfterARefusal: what a modem refused, and nobody has, can be replaced; the
// worker that goes on by its old record is told.
func TestReplaceAfterARefusal(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	must(t, b.Submit(bounded(t), s))
	seq, err := b.Attempt(bounded(t), event(s, attempt(1, 2, 1)), 0)
	must(t, err)
	refused := attempt(1, 2, 1)
	refused.State = life.Refused
	seq, err = b.Attempt(bounded(t), event(s, refused), seq)
	must(t, err)
	must(t, b.Replace(bounded(t), account, "a", withText("new")))
	_, err = b.Attempt(bounded(t), event(s, attempt(1, 2, 2)), seq)
	wantError(t, err, ErrConflict)
	p, err := b.Progress(bounded(t), s)
	must(t, err)
	if a := p.Attempts[1]; a.State != life.Replaced || a.Revision != 1 || a.Number != 1 || len(a.PDUs) > 0 || !p.Untouched() {
		t.Errorf("%+v", a)
	}
}

// TestReplaceOrSend: of a worker that holds a message and somebody who replaces it
// exactly one wins; what is sent is what was said.
func TestReplaceOrSend(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range ids(40) {
		// A queue for each: what was given back is no matter of the next one.
		must(t, b.Submit(bounded(t), submission(id, id)))
		taker := newTaker(t, b, id)
		work := take(t, taker) // the old text is in hand
		var sent, replaced error
		var both sync.WaitGroup
		both.Go(func() { _, sent = b.Attempt(bounded(t), event(work.Submission, attempt(1, 1, 1)), 0) })
		both.Go(func() { replaced = b.Replace(bounded(t), account, id, withText("new")) })
		both.Wait()
		switch {
		case sent == nil && errors.Is(replaced, ErrTooLate):
			w, err := b.Find(bounded(t), account, id)
			must(t, err)
			if strings.HasPrefix(textOf(w.Submission), "new") {
				t.Fatalf("%s: it was too late, and was changed", id)
			}
		case errors.Is(sent, ErrConflict) && replaced == nil:
			next := take(t, taker)
			if next.Submission.ID != id || textOf(next.Submission) != "new" || next.Submission.Revision != 1 {
				t.Fatalf("%s: %s is in the queue: %q", id, next.Submission.ID, textOf(next.Submission))
			}
			must(t, next.Done(bounded(t)))
		default:
			t.Fatalf("%s: sending says %v, replacing %v", id, sent, replaced)
		}
		must(t, work.Return(0))
	}
}

// TestReplaceTwice: of two who replace a message none is lost without being told.
func TestReplaceTwice(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range ids(10) {
		must(t, b.Submit(bounded(t), submission(id, "q")))
		var both sync.WaitGroup
		for _, add := range []string{"+one", "+two"} {
			both.Go(func() {
				err := b.Replace(bounded(t), account, id, func(s *message.Submission) error {
					s.Body = message.NewBody([]byte(textOf(s) + add))
					return nil
				})
				if err != nil {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		both.Wait()
		w, err := b.Find(bounded(t), account, id)
		must(t, err)
		if text := textOf(w.Submission); !strings.Contains(text, "+one") || !strings.Contains(text, "+two") || w.Submission.Revision != 2 {
			t.Errorf("%s: %q, revision %d", id, text, w.Submission.Revision)
		}
	}
}

// TestReplaceMovesTheExpiry: the timer fires at the new end, and at no other.
func TestReplaceMovesTheExpiry(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.ExpiresAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), s))
	ends := time.Now().Add(300 * time.Millisecond)
	must(t, b.Replace(bounded(t), account, "a", func(s *message.Submission) error {
		s.ExpiresAt = ends
		return nil
	}))
	if n := stored(t, b, b.space.StreamJobs()); n != 1 {
		t.Errorf("%d timers, want 1", n)
	}
	var due tally
	follow(t, func(ctx context.Context) error { return b.FollowExpiries(ctx, due.handle) })
	eventually(t, "the expiry", func() bool { return due.len() == 1 })
	if now := time.Now(); now.Before(ends) {
		t.Errorf("it fired %v early", ends.Sub(now))
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	var all []*message.Submission
	for i, id := range ids(1200) { // more than a page
		s := submission(id, "q"+string(rune('a'+i%3)))
		s.SMPP = &message.SMPP{ServiceType: "x"}
		if i%4 == 0 {
			s.DeliverAt = time.Now().Add(time.Hour)
		}
		all = append(all, s)
	}
	foreign := submission("foreign", "qa")
	foreign.Account = "acme"
	must(t, b.Submit(bounded(t), append(all, foreign)...))
	any := func(*message.Submission) bool { return true }
	found, complete, err := b.Waiting(bounded(t), account, 5000, any)
	must(t, err)
	if len(found) != 1200 || !complete || found[0].DeliverAt.IsZero() || !found[1199].DeliverAt.IsZero() {
		t.Errorf("%d found, complete: %v", len(found), complete)
	}
	found, complete, err = b.Waiting(bounded(t), account, 2, func(s *message.Submission) bool { return s.ID > "m0990" })
	must(t, err)
	if len(found) != 2 || complete || found[0].ID != "m0992" || found[1].ID != "m0996" {
		t.Errorf("%v, complete: %v", found, complete)
	}
	if found, complete, err := b.Waiting(bounded(t), "nobody", 5, any); err != nil || len(found) > 0 || !complete {
		t.Errorf("of nobody: %v, %v, %v", found, complete, err)
	}
}
