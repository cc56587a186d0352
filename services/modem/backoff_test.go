package modem

import (
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestAttemptsOutliveTheWorker: what the network refuses for a while is attempted so often in
// all as max_attempts says, and no more, by whichever modems and over a restart of theirs.
func TestAttemptsOutliveTheWorker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	refusing := sim.Config{Rules: rules(t, `[{"stage":"pdu","match":".","action":"reply","reply":"+CMS ERROR: 38"}]`)}
	few := func(d *Device) { d.SendRetries, d.MaxAttempts, d.BlockAfter = 1, 6, 0 }
	r.submit("m1", "hello", nil)
	s := r.waitingFor("m1")
	_, stop := r.worker("A", refusing, few)
	r.until("two attempts", func() bool { return r.attempts(s) >= 2 })
	stop()
	before := r.attempts(s)
	if before >= 6 {
		t.Fatalf("%d attempts before the restart: nothing is left for another modem", before)
	}
	r.worker("B", refusing, few)
	if f, ok := r.final("m1").(life.Failed); !ok || f.Class != life.FailureTemporary || f.Unknown {
		t.Errorf("it ended with %+v", f)
	}
	// One more when a round began with an odd one: it fails with max_attempts or later.
	if n := r.attempts(s); n != 6 && n != 7 {
		t.Errorf("%d attempts, %d of them before the restart; want 6 in all, or 7", n, before)
	}
}

// waitingFor is a message that waits.
func (r *rig) waitingFor(id string) *message.Submission {
	r.t.Helper()
	w, err := r.bus.Find(r.t.Context(), "test", id)
	if err != nil {
		r.t.Fatal(err)
	}
	return w.Submission
}

// attempts is how often the first part of a message was attempted, as it is recorded.
func (r *rig) attempts(s *message.Submission) int {
	r.t.Helper()
	p, err := r.bus.Progress(r.t.Context(), s)
	if err != nil {
		r.t.Fatal(err)
	}
	return p.Attempts[1].Number
}

// TestBackOff: another modem has it at once, and then it rests for longer and longer.
func TestBackOff(t *testing.T) {
	t.Parallel()
	d := &delivery{worker: &worker{dev: Device{SendRetries: 2, ErrorSleep: config.Duration(10 * time.Second)}}, work: &bus.Work{}}
	for attempts, want := range map[int]time.Duration{
		1: 0, 3: 0, 5: 0, 6: 10 * time.Second, 9: 20 * time.Second, 12: 40 * time.Second, 18: 160 * time.Second, 21: 5 * time.Minute, 3000: 5 * time.Minute,
	} {
		if got := d.backOff(attempts); got != want {
			t.Errorf("after %d attempts: %v, want %v", attempts, got, want)
		}
	}
}
