package bus

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

// TestTicksOfOldBroker: a broker that was set up before there were jobs has one
// consumer for the ticks of all of them, which gives way.
func TestTicksOfOldBroker(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	_, err := b.js.CreateConsumer(bounded(t), b.space.StreamJobs(), jetstream.ConsumerConfig{
		Durable: "run", FilterSubject: b.space.Run("x")[:len(b.space.Run("x"))-1] + "*", AckPolicy: jetstream.AckExplicitPolicy,
	})
	must(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got := schedule.Tick{}
	var seq uint64
	must(t, b.FollowTicks(ctx, "j", func() {
		seq, err = b.TriggerJob(ctx, "j", schedule.ByPerson, "somebody")
		must(t, err)
	}, func(tick *JobTick) {
		got = tick.Tick
		must(t, tick.Hold(ctx, b))
		must(t, tick.Done(ctx))
		cancel()
	}))
	if want := (schedule.Tick{Seq: seq, Cause: schedule.ByPerson, By: "somebody"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestJobHistory has more runs than one page of the broker, and wants the last ones.
func TestJobHistory(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	const runs = 1100
	var events []*life.Event
	for i := range runs {
		events = append(events, &life.Event{
			ID: "r" + strconv.Itoa(i), Account: "job-j", Time: time.Unix(int64(i), 0), Kind: life.JobRan{Job: "j", Tick: uint64(i)},
		})
	}
	must(t, b.Publish(bounded(t), events...))
	for _, most := range []int{1, 20, runs + 1} {
		got, err := b.JobHistory(bounded(t), "j", most)
		must(t, err)
		if len(got) != min(most, runs) || got[len(got)-1].Kind.(life.JobRan).Tick != runs-1 {
			t.Errorf("the last %d: %d, up to %+v", most, len(got), got[len(got)-1].Kind)
		}
	}
	if got, err := b.JobHistory(bounded(t), "other", 5); err != nil || len(got) != 0 {
		t.Errorf("a job that never ran: %v, %v", got, err)
	}
}

// TestJobState: one writer wins, and knows it when its answer was lost.
func TestJobState(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	none, revision, err := b.JobState(bounded(t), "j")
	if err != nil || revision != 0 || none != (schedule.State{}) {
		t.Fatalf("before: %+v, %d, %v", none, revision, err)
	}
	first := none.Begun(1, "run1", "h", time.Unix(1, 0).UTC())
	revision, err = b.ChangeJobState(bounded(t), "j", first, 0)
	must(t, err)
	if again, err := b.ChangeJobState(bounded(t), "j", first, 0); err != nil || again != revision {
		t.Errorf("the same again: %d, %v", again, err)
	}
	for _, stale := range []uint64{0, revision + 1} {
		if _, err := b.ChangeJobState(bounded(t), "j", none.Begun(1, "run2", "h", time.Unix(1, 0)), stale); !errors.Is(err, ErrConflict) {
			t.Errorf("with revision %d: %v", stale, err)
		}
	}
	got, now, err := b.JobState(bounded(t), "j")
	if err != nil || got != first || now != revision {
		t.Errorf("after: %+v, %d, %v", got, now, err)
	}
}
