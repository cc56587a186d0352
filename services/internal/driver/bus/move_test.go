package bus

import (
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// half is a message that a scheduler is about to put aside: next and record are what it
// has made and read, until is the end of quiet hours.
type half struct {
	old    *Waiting
	next   message.Submission
	record AttemptRecord
	until  time.Time
}

func beginPostponing(t *testing.T, b *Bus, id string) half {
	t.Helper()
	old, err := b.Find(bounded(t), account, id)
	must(t, err)
	known, err := b.Progress(bounded(t), old.Submission)
	must(t, err)
	h := half{old: old, next: *old.Submission, record: known.Attempts[1], until: time.Now().Add(time.Hour)}
	h.next.Revision++
	return h
}

// oneText checks that a message waits once, and with which text.
func oneText(t *testing.T, b *Bus, id, text string) {
	t.Helper()
	w, err := b.Find(bounded(t), account, id)
	must(t, err)
	if n := stored(t, b, b.space.StreamOut()); n != 1 || textOf(w.Submission) != text {
		t.Errorf("%d wait, the first with %q, revision %d; want one with %q", n, textOf(w.Submission), w.Submission.Revision, text)
	}
}

// TestReplaceWhilePostponed: a message is put aside while somebody replaces it. Both make
// a revision of the same number; the text of the replacement is the one that is sent.
func TestReplaceWhilePostponed(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q")))
	h := beginPostponing(t, b, "a")
	first := true
	must(t, b.Replace(bounded(t), account, "a", func(s *message.Submission) error {
		if first { // the scheduler is faster, and has not removed the one that was ready
			m, err := b.submissionAt(&h.next, h.until)
			must(t, err)
			m.Header.Del(subject.HeaderMessageID)
			must(t, b.publishOne(bounded(t), m))
			must(t, b.recordReplacement(bounded(t), &h.next, h.record))
		}
		first = false
		return withText("new")(s)
	}))
	must(t, b.remove(bounded(t), h.old))
	oneText(t, b, "a", "new")
}

// TestPostponeWhileReplaced is the same with the other one as the faster one.
func TestPostponeWhileReplaced(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Submit(bounded(t), submission("a", "q")))
	h := beginPostponing(t, b, "a")
	must(t, b.Replace(bounded(t), account, "a", withText("new")))
	m, err := b.submissionAt(&h.next, h.until)
	must(t, err)
	wantError(t, b.exchange(bounded(t), h.old, &h.next, m, h.record), ErrConflict)
	oneText(t, b, "a", "new")
	postponed, err := b.Postpone(bounded(t), account, "a", 0, h.until)
	if err != nil || !postponed {
		t.Errorf("putting it aside again: %v, %v", postponed, err)
	}
	oneText(t, b, "a", "new")
}
