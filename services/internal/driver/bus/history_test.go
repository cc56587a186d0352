package bus

import (
	"fmt"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

func TestFind(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	ready, later := submission("ready", "q"), submission("later", "q")
	later.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), ready, later))
	for _, who := range []string{"", account} {
		for _, s := range []*message.Submission{ready, later} {
			w, err := b.Find(bounded(t), who, s.ID)
			must(t, err)
			if w.Submission.ID != s.ID || w.Deferred != (s == later) {
				t.Errorf("Find(%q, %q) = %+v", who, s.ID, w)
			}
		}
	}
	for _, missing := range [][2]string{{"somebody-else", "ready"}, {"", "none"}, {"", "*"}, {"", ">"}, {"", ""}, {"", "a.b"}, {"", "a b"}} {
		_, err := b.Find(bounded(t), missing[0], missing[1])
		wantError(t, err, ErrNotFound)
	}
	work := take(t, newTaker(t, b, "q"))
	if _, err := b.Find(bounded(t), "", "ready"); err != nil {
		t.Error("a message in hand is not found:", err)
	}
	must(t, work.Done(bounded(t)))
	_, err := b.Find(bounded(t), "", "ready")
	wantError(t, err, ErrNotFound)
}

// states folds the history of a message after each of its events.
func TestHistoryFollowsALife(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.AcceptedAt = time.Now().Add(-time.Minute)
	check := func(want life.State, events int) {
		t.Helper()
		history, err := b.History(bounded(t), "a")
		must(t, err)
		if got := life.Fold(history); got != want || len(history) != events {
			t.Errorf("%s after %d events, want %s after %d", got, len(history), want, events)
		}
		for i := 1; i < len(history); i++ {
			if history[i].Time.Before(history[i-1].Time) {
				t.Errorf("event %d is earlier than the one before", i)
			}
		}
	}
	_, err := b.History(bounded(t), "a")
	wantError(t, err, ErrNotFound)
	must(t, b.Submit(bounded(t), s))
	check(life.Queued, 1)
	work := take(t, newTaker(t, b, "q"))
	_, err = b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	must(t, err)
	check(life.Sending, 2)
	done := life.PartDone{Part: 1, Total: 1, Reference: 5}
	part, err := b.PartRecord(event(s, done))
	must(t, err)
	must(t, b.Write(bounded(t), part))
	check(life.Sending, 3)
	must(t, b.Publish(bounded(t), event(s, life.Sent{Parts: []life.PartDone{done}})))
	must(t, work.Done(bounded(t)))
	check(life.SentState, 3)
	must(t, b.Publish(bounded(t), event(s, life.Report{Part: 1, Total: 1, Outcome: life.Delivered, PDU: []byte("r")})))
	check(life.DeliveredState, 4)
}

func TestHistoryOfMany(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	var events []*life.Event
	for part := range 255 {
		events = append(events, event(s, life.Report{Part: part + 1, Total: 255, Outcome: life.Delivered, PDU: fmt.Append(nil, part)}))
	}
	must(t, b.Publish(bounded(t), events...))
	must(t, b.Publish(bounded(t), event(submission("aa", "q"), life.Sent{})))
	history, err := b.History(bounded(t), "a")
	must(t, err)
	if len(history) != 256 || life.Fold(history) != life.DeliveredState {
		t.Errorf("%d events, %s", len(history), life.Fold(history))
	}
}

func TestHistoryOfWhatIsNoID(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Publish(bounded(t), event(submission("a", "q"), life.Sent{})))
	for _, id := range []string{"*", ">", "", "a.sent", " ", "a b"} {
		_, err := b.History(bounded(t), id)
		wantError(t, err, ErrNotFound)
	}
}

// sent records a part of a message.
func sent(t *testing.T, b *Bus, id, to string, reference int) {
	t.Helper()
	s := submission(id, "q")
	s.Recipient = message.NewAddress(to)
	r, err := b.PartRecord(event(s, life.PartDone{Part: 1, Total: 1, Reference: reference}))
	must(t, err)
	must(t, b.Write(bounded(t), r))
}

func TestMatchReport(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	sent(t, b, "one", "358401234567", 1)
	sent(t, b, "two", "0401234568", 2)
	sent(t, b, "short", "s12345", 3)
	sent(t, b, "reused", "358401234567", 4)
	sent(t, b, "again", "358401234567", 4)
	sent(t, b, "elsewhere", "358401234568", 1)
	for _, c := range []struct {
		about, recipient string
		reference        uint8
		want             string
	}{
		{"as sent", "358401234567", 1, "one"},
		{"another recipient with that reference", "358401234568", 1, "elsewhere"},
		{"international for a national number", "358401234568", 2, "two"},
		{"national for an international number", "0401234568", 1, "elsewhere"},
		{"a short number without its mark", "12345", 3, "short"},
		{"a reference used again: the last one", "358401234567", 4, "again"},
		{"a reference that was not used", "358401234567", 9, ""},
		{"somebody else", "4912345678", 1, ""},
		{"no number", "", 1, ""},
		{"the end of a number alone", "34567", 4, ""},
	} {
		e, err := b.MatchReport(bounded(t), imsi, message.NewAddress(c.recipient), c.reference)
		switch {
		case c.want == "":
			wantError(t, err, ErrNotFound)
		case err != nil:
			t.Errorf("%s: %v", c.about, err)
		case e.ID != c.want:
			t.Errorf("%s: matched %s, want %s", c.about, e.ID, c.want)
		}
	}
	_, err := b.MatchReport(bounded(t), "another SIM", message.NewAddress("358401234567"), 1)
	wantError(t, err, ErrNotFound)
}
