package wire

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

func TestJobRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := drawn[schedule.State](t, rapid.Bool().Draw(t, "full"))
		data, err := EncodeJobState(state)
		same(t, "state", decoded(t, DecodeJobState, data, err), state)

		tick := drawn[schedule.Tick](t, true)
		data, err = EncodeJobTick(tick)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeJobTick(data, tick.Seq)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "tick", got, tick)
	})
}

// TestJobDeclared: the broker is told no arguments, and all that people want to know.
func TestJobDeclared(t *testing.T) {
	t.Parallel()
	j := schedule.Job{
		Name: "nightly", Command: "/usr/bin/clean --password secret", Clock: schedule.Clock{Cron: "0 2 * * *", Zone: "Europe/Helsinki"},
		AtStart: true, Timeout: time.Minute, Rerun: true, Hosts: []string{"a", "b"},
	}
	want := j.Declare("a")
	data, err := EncodeJob(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeJob(data)
	if err != nil {
		t.Fatal(err)
	}
	want.Hosts = nil // which hosts may is each host's own business
	if d := cmp.Diff(want, got); d != "" || got.What != "/usr/bin/clean" || got.Command != "" {
		t.Errorf("declared (-sent +received):\n%s", d)
	}
	if _, err := DecodeJob(nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("a job without a name: %v", err)
	}
	if tick, err := DecodeJobTick(nil, 7); err != nil || tick != (schedule.Tick{Seq: 7, Cause: schedule.ByClock}) {
		t.Errorf("an empty tick: %+v, %v", tick, err)
	}
}
