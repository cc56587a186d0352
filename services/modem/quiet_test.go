package modem

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// always are quiet hours for some numbers, all day and every day.
func always(prefixes ...string) *policy.Policy {
	return &policy.Policy{Quiet: []policy.QuietHours{{Name: "always", Prefixes: prefixes, To: 24 * 60, Zone: "UTC"}}}
}

func (r *rig) setPolicy(p *policy.Policy) {
	r.t.Helper()
	if _, err := r.bus.SetPolicy(r.t.Context(), p); err != nil {
		r.t.Fatal(err)
	}
}

// postponed are the events of a message that say so.
func (r *rig) postponed(id string) (found []life.Postponed) {
	r.t.Helper()
	events, err := r.bus.History(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range events {
		if k, ok := e.Kind.(life.Postponed); ok {
			found = append(found, k)
		}
	}
	return found
}

// TestQuietHours: a message that has to wait is not sent, costs no attempt, and keeps
// nothing else back; one of high priority does not wait.
func TestQuietHours(t *testing.T) {
	r := newRig(t)
	r.setPolicy(always("49"))
	german := func(s *message.Submission) { s.Recipient = message.NewAddress("491701") }
	r.submit("m1", "asleep", german)
	r.submit("m2", "awake", nil)
	r.submit("m3", "alarm", func(s *message.Submission) {
		german(s)
		s.Priority = message.High
	})
	m, _ := r.worker("A", sim.Config{}, nil)
	r.sent("m2")
	r.sent("m3")
	if d := cmp.Diff([]string{"alarm", "awake"}, texts(t, m.Records())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	until := time.Now().Add(6 * 24 * time.Hour)
	if all := r.postponed("m1"); len(all) != 1 || all[0].Quiet != "always" || all[0].Until.Before(until) {
		t.Errorf("postponed: %+v", all)
	}
	w, err := r.bus.Find(t.Context(), "test", "m1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.bus.Progress(t.Context(), w.Submission)
	if err != nil || len(p.Attempts) > 0 || !p.Untouched() {
		t.Errorf("it cost attempts: %+v, %v", p, err)
	}
}

// TestQuietHoursExpire: a validity that has ended is not waited with.
func TestQuietHoursExpire(t *testing.T) {
	r := newRig(t)
	r.setPolicy(always())
	r.submit("m1", "too late", func(s *message.Submission) { s.ExpiresAt = time.Now().Add(-time.Second) })
	r.worker("A", sim.Config{}, nil)
	if k, ok := r.final("m1").(life.Expired); !ok || len(r.postponed("m1")) > 0 {
		t.Errorf("it ended with %+v", k)
	}
}

// TestQuietHoursLetFinish: of a message that somebody may have half of, the rest is sent.
func TestQuietHoursLetFinish(t *testing.T) {
	r := newRig(t)
	r.setPolicy(always())
	r.submit("m1", "begun", nil)
	begun := &life.Event{ID: "m1", Account: "test", Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Unanswered}}
	if _, err := r.bus.Attempt(t.Context(), begun, 0); err != nil {
		t.Fatal(err)
	}
	m, _ := r.worker("A", sim.Config{}, nil)
	r.sent("m1")
	if n := len(m.Records()); n != 1 {
		t.Errorf("%d parts were sent", n)
	}
}

// TestQuietHoursLetPartsFinish: of a message that its client has cut, the other parts follow
// one that a modem sent before the hours began; those of another message wait.
func TestQuietHoursLetPartsFinish(t *testing.T) {
	r := newRig(t)
	r.setPolicy(always())
	part := func(reference, n byte) func(*message.Submission) {
		return func(s *message.Submission) { s.Options.UDH = []byte{5, 0, 3, reference, 2, n} }
	}
	first := &message.Submission{Account: "test", Recipient: message.NewAddress("358401234567")}
	part(1, 1)(first)
	parts, ok := message.PartsOf(first)
	if !ok {
		t.Fatal("it is no part")
	}
	if granted, err := r.bus.ClaimParts(t.Context(), parts, "host-A", "A", time.Now()); err != nil || !granted {
		t.Fatal(granted, err)
	}
	r.submit("m1", "asleep", part(2, 1))
	r.submit("m2", "the rest", part(1, 2))
	m, _ := r.worker("A", sim.Config{}, nil)
	r.sent("m2")
	if n := len(m.Records()); n != 1 || len(r.postponed("m1")) != 1 {
		t.Errorf("%d parts were sent, want 1; postponed: %+v", n, r.postponed("m1"))
	}
}
