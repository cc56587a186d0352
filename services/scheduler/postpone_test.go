package scheduler

import (
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestQuietHoursEnd: what a worker has found to have to wait is put aside once, by one of
// several schedulers, comes back when the time has come, and expires before it where its
// validity ends first.
func TestQuietHoursEnd(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 2)
	events := followed(t, b)
	waits, expires := valid("a", time.Hour), valid("b", 2*time.Second)
	must(t, b.Submit(bounded(t), waits, expires))
	taker, err := b.Taker(bounded(t), []string{"q"})
	must(t, err)
	until := map[string]time.Time{"a": time.Now().Add(3 * time.Second), "b": time.Now().Add(time.Hour)}
	for range 2 {
		work, err := taker.Take(bounded(t))
		must(t, err)
		s := work.Submission
		must(t, b.Publish(bounded(t), &life.Event{
			ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Postponed{Until: until[s.ID], Quiet: "nights"},
		}))
		must(t, work.Return(time.Hour)) // no worker brings it back
	}
	var expired bool
	for !expired {
		switch e := next(t, events); e.Kind.(type) {
		case life.Postponed:
		case life.Expired:
			expired = e.ID == "b"
			if !expired {
				t.Fatalf("%s has expired", e.ID)
			}
		default:
			t.Fatalf("%s: %+v", e.ID, e.Kind)
		}
	}
	work, err := taker.Take(bounded(t))
	must(t, err)
	if now := time.Now(); work.Submission.ID != "a" || now.Before(until["a"]) {
		t.Errorf("%s came back at %s, want a at %s", work.Submission.ID, now, until["a"])
	}
	must(t, work.Done(bounded(t)))
	q, err := b.Query(bounded(t), "cli-h", "b")
	must(t, err)
	if q.State != life.ExpiredState {
		t.Errorf("what expired is %s", q.State)
	}
}

// TestQuietHoursAreOver: what is told too late changes nothing.
func TestQuietHoursAreOver(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 1)
	s := valid("a", time.Hour)
	must(t, b.Submit(bounded(t), s))
	for _, k := range []life.Postponed{{Until: time.Now().Add(-time.Second), Quiet: "over"}, {Until: time.Now().Add(time.Hour), Quiet: "nights"}} {
		must(t, b.Publish(bounded(t), &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: k}))
	}
	deferred(t, b, s) // by the second one: they are handled in order
	// It is on record a little later.
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for ctx := bounded(t); ; <-look.C {
		p, err := b.Progress(ctx, s)
		must(t, err)
		switch a := p.Attempts[1]; {
		case a.State == 0:
			continue
		case a.State != life.Replaced || a.Revision != 1:
			t.Errorf("it was put aside more than once: %+v", a)
		}
		return
	}
}

// deferred waits until a message waits for its time.
func deferred(t *testing.T, b *bus.Bus, s *message.Submission) {
	t.Helper()
	ctx := bounded(t)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		w, err := b.Find(ctx, s.Account, s.ID)
		must(t, err)
		if w.Deferred {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("it is not put aside")
		}
	}
}
