package bus

import (
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

// TestPulse: the timers that keep the broker awake are no messages, and are put off.
func TestPulse(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	later := submission("later", "q")
	later.DeliverAt = time.Now().Add(time.Hour)
	must(t, b.Submit(bounded(t), later))
	_, jobs := b.space.Pulses()
	var before uint64
	for range 2 {
		back, err := b.Pulse(bounded(t))
		must(t, err)
		if back != 0 {
			t.Errorf("the clock went back by %v", back)
		}
		counts, err := b.Counts(bounded(t))
		must(t, err)
		if counts.Deferred != 1 || counts.Queued != 0 {
			t.Errorf("counts: %+v", counts)
		}
		last, err := b.last(bounded(t), b.space.StreamJobs(), jobs)
		must(t, err)
		if last.Sequence == before {
			t.Error("the pulse was not put off")
		}
		before = last.Sequence
	}
}

// TestRestartIntervals begins intervals anew, and leaves times of day alone.
func TestRestartIntervals(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	clock := func(job string) uint64 {
		t.Helper()
		set, err := b.last(bounded(t), b.space.StreamJobs(), b.space.Tick(job))
		must(t, err)
		return set.Sequence
	}
	for name, c := range map[string]schedule.Clock{"interval": {Every: time.Hour}, "daily": {Cron: "30 3 * * *"}} {
		_, err := b.DeclareJob(bounded(t), &schedule.Job{Name: name, Command: "true", Clock: c, Timeout: time.Minute}, "h")
		must(t, err)
	}
	interval, daily := clock("interval"), clock("daily")
	must(t, b.restartIntervals(bounded(t)))
	if clock("interval") == interval {
		t.Error("the interval did not begin anew")
	}
	if clock("daily") != daily {
		t.Error("the clock of a time of day was set anew")
	}
}
