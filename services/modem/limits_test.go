package modem

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// blocked waits until a modem is at a limit, and returns its state.
func (r *rig) blocked(name string) life.ModemStatus {
	r.t.Helper()
	var found life.ModemStatus
	r.until(name+" to be at its limit", func() bool {
		modems, err := r.bus.Modems(r.t.Context())
		if err != nil {
			return false
		}
		for _, m := range modems {
			if m.Identity.Name == name && m.State == life.ModemBlocked {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// waiting wants messages to be in the queue, with nothing attempted.
func (r *rig) waiting(ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		w, err := r.bus.Find(r.t.Context(), "", id)
		if err != nil {
			r.t.Errorf("%s: %v", id, err)
			continue
		}
		events, err := r.bus.History(r.t.Context(), w.Submission.ID)
		if err != nil {
			continue
		}
		for _, e := range events {
			if a, ok := e.Kind.(life.Attempt); ok && a.State == life.Attempting {
				r.t.Errorf("%s was attempted", id)
			}
		}
	}
}

// TestMessageLimit: a message of three parts counts as one, what is over the limit
// waits, another modem goes on, and the count outlives the worker.
func TestMessageLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	limit := func(d *Device) { d.MessageLimit, d.MessageCountClear = 1, config.Duration(time.Hour) }
	m, stop := r.worker("A", sim.Config{}, limit)
	r.submit("m1", strings.Repeat("three parts ", 30), nil)
	if s := r.sent("m1"); len(s.Parts) != 3 {
		t.Errorf("%d parts", len(s.Parts))
	}
	r.submit("m2", "hello", nil)
	s := r.blocked("A")
	if left := time.Until(s.Until); s.Reason != "message limit 1 is reached" || left < 59*time.Minute || left > time.Hour {
		t.Errorf("state: %+v", s)
	}
	r.waiting("m2")
	stop()
	r.worker("A", sim.Config{}, limit)
	r.blocked("A")
	r.waiting("m2")
	other, _ := r.worker("B", sim.Config{}, nil)
	r.sent("m2")
	if len(m.Records()) != 3 || len(other.Records()) != 1 {
		t.Errorf("%d and %d parts on the air, want 3 and 1", len(m.Records()), len(other.Records()))
	}
}

// TestMessageLimitEnds: the count begins anew when its time is over.
func TestMessageLimitEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.worker("A", sim.Config{}, func(d *Device) { d.MessageLimit, d.MessageCountClear = 1, config.Duration(1200*time.Millisecond) })
	for i := range 3 {
		r.submit(fmt.Sprintf("m%d", i), "hello", nil)
	}
	for i := range 3 {
		r.sent(fmt.Sprintf("m%d", i))
	}
}

// TestMessageLimitForEver: without a time the count is the worker's, as with smsd.
func TestMessageLimitForEver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	limit := func(d *Device) { d.MessageLimit = 2 }
	_, stop := r.worker("A", sim.Config{}, limit)
	for i := range 3 {
		r.submit(fmt.Sprintf("m%d", i), "hello", nil)
	}
	if s := r.blocked("A"); !s.Until.IsZero() {
		t.Errorf("blocked until %v", s.Until)
	}
	stop()
	r.worker("A", sim.Config{}, limit)
	for i := range 3 {
		r.sent(fmt.Sprintf("m%d", i))
	}
}

// TestSIMLimit: what a card sends is counted wherever it is, and stops between two
// parts; what the network refuses does not count.
func TestSIMLimit(t *testing.T) {
	t.Parallel()
	const card = "244050000000001"
	r := newRig(t)
	limit := func(d *Device) { d.SIMPerDay, d.SendRetries, d.ErrorSleep = 4, 5, config.Duration(time.Millisecond) }
	first, stop := r.worker("A", sim.Config{IMSI: card, Rules: rules(t, `[{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 500","times":2}]`)}, limit)
	r.submit("m1", strings.Repeat("three parts ", 30), nil)
	r.sent("m1")
	stop()
	second, stop := r.worker("B", sim.Config{IMSI: card}, limit)
	r.submit("m2", strings.Repeat("three parts ", 30), nil)
	if s := r.blocked("B"); s.Reason != "limit of 4 parts of the SIM in a day is reached" || s.Until.IsZero() {
		t.Errorf("state: %+v", s)
	}
	if n := accepted(first) + accepted(second); n != 4 {
		t.Errorf("the card sent %d parts, want 4", n)
	}
	stop()
	// Another card sends what is missing, and nothing twice.
	third, _ := r.worker("C", sim.Config{IMSI: "244050000000002"}, limit)
	r.sent("m2")
	if n := accepted(third); n != 2 {
		t.Errorf("the other card sent %d parts, want 2", n)
	}
}

// accepted counts the parts that the network took.
func accepted(m *sim.Modem) int {
	n := 0
	for _, r := range m.Records() {
		if r.Accepted {
			n++
		}
	}
	return n
}
