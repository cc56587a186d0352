package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
)

// PulseEvery is how often schedulers call Pulse.
const PulseEvery = 30 * time.Second

// pulseAfter is when a pulse would be due that is not put off before, and so the longest
// time that the timers of the broker sleep.
const pulseAfter = 2 * PulseEvery

// Pulse keeps the timers of the broker awake, so that they do not care for a clock that
// jumps.
//
// The broker sleeps until the next timer of a stream is due, measured by elapsed time.
// When somebody sets its clock an hour forward meanwhile, what is due then waits until
// the broker wakes up; timers that are made meanwhile do not wake it. So there is one
// timer in each of the streams that is always due soon, and put off over and over: the broker
// looks at its clock at least every pulseAfter.
//
// When the clock was set back, timers wait for the time that they were set for. Only the
// intervals of jobs begin anew: they are no times of day, and would stand still meanwhile.
// Pulse returns how far the clock was set back since the last pulse, of whichever
// scheduler; 0: it was not.
func (b *Bus) Pulse(ctx context.Context) (back time.Duration, err error) {
	out, jobs := b.space.Pulses()
	outTarget, jobsTarget := b.space.PulseTargets()
	if back, err = b.setBack(ctx, jobs); err != nil {
		return 0, err
	}
	if back > 0 {
		if err := b.restartIntervals(ctx); err != nil {
			return back, err
		}
	}
	return back, b.publish(ctx, pulse(out, outTarget), pulse(jobs, jobsTarget))
}

// pulse is a timer that makes, should it ever be due, a message that is soon gone.
func pulse(subj, target string) *nats.Msg {
	m := &nats.Msg{Subject: subj, Header: nats.Header{}}
	m.Header.Set(subject.HeaderSchedule, "@every "+pulseAfter.String())
	m.Header.Set(subject.HeaderScheduleTarget, target)
	m.Header.Set(subject.HeaderScheduleTTL, "1s")
	return m
}

// setBack compares the clock of the broker with what it was at the last pulse.
func (b *Bus) setBack(ctx context.Context, pulse string) (time.Duration, error) {
	last, err := b.last(ctx, b.space.StreamJobs(), pulse)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var now time.Time
	err = b.retry(ctx, func(ctx context.Context) error {
		stream, err := b.streamOf(ctx, b.space.StreamJobs())
		if err != nil {
			return err
		}
		info, err := stream.Info(ctx)
		if err == nil {
			now = info.TimeStamp
		}
		return err
	})
	const unlike = time.Second // are the clocks of servers, one of which was asked before
	if back := last.Time.Sub(now); err == nil && back > unlike {
		return back, nil
	}
	return 0, err
}

// restartIntervals sets the clocks of all jobs anew that run at an interval.
func (b *Bus) restartIntervals(ctx context.Context) error {
	all, err := b.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Clock.Every <= 0 {
			continue
		}
		if err := b.startClock(ctx, &d.Job); err != nil {
			return fmt.Errorf("after the clock of the broker was set back: %w", err)
		}
	}
	return nil
}
