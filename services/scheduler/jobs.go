package scheduler

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

// Jobs run once for each tick, among all schedulers whose configuration has them.
// The broker is the clock, and gives each tick to one scheduler. That one writes
// into the state of the job, by compare-and-set, that it has taken the tick, and
// counts the state up while the job runs. Another scheduler that gets a tick
// meanwhile sees who is at it, and a state that stands still is that of a dead one.
//
// A scheduler that cannot count up for fence ends its run by itself, before others
// may take it for dead (silence), so that a job never runs twice at once. All of
// that is measured by elapsed time, and does not care for clocks that jump.
const (
	beat    = 5 * time.Second
	fence   = 15 * time.Second
	silence = 30 * time.Second
	// farewell is how long a run may go on when its scheduler stops.
	farewell = 30 * time.Second
)

// jobServices are the services that run the jobs of this host. What this host
// declared and does not have any more is taken back first.
func (s *Scheduler) jobServices(ctx context.Context) ([]lifecycle.Service, error) {
	var services []lifecycle.Service
	mine := map[string]bool{}
	for i := range s.cfg.Jobs {
		r := newRunner(s, &s.cfg.Jobs[i])
		if !r.job.RunsOn(s.cfg.Host) {
			continue
		}
		mine[r.job.Name] = true
		differ, err := s.bus.DeclareJob(ctx, &r.job, s.cfg.Host)
		if err != nil {
			return nil, fmt.Errorf("job %q: %w", r.job.Name, err)
		}
		if len(differ) > 0 {
			s.log.Warn("other hosts have a job of this name that is not the same; each runs its own, by the clock of the one that started last",
				zap.String("job", r.job.Name), zap.Strings("hosts", differ))
		}
		services = append(services, lifecycle.Service{Name: "job " + r.job.Name, Run: r.run})
	}
	declared, err := s.bus.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range declared {
		if mine[d.Name] || !slices.Contains(d.By, s.cfg.Host) {
			continue
		}
		s.log.Info("a job is not in the configuration any more", zap.String("job", d.Name))
		if err := s.bus.WithdrawJob(ctx, d.Name, s.cfg.Host); err != nil {
			return nil, err
		}
	}
	return services, nil
}

// runner runs one job.
type runner struct {
	*Scheduler
	cfg *Job
	job schedule.Job
	log *zap.Logger

	mu sync.Mutex
	// pending is the tick to be attended to next; wake says that there is one.
	pending *bus.JobTick
	wake    chan struct{}
	// at is the state of the run that goes on; nil when there is none.
	at *schedule.State
	// overrun is the run that was recorded as too slow.
	overrun atomic.Pointer[string]
}

func newRunner(s *Scheduler, j *Job) *runner {
	return &runner{Scheduler: s, cfg: j, job: j.job(), log: s.log.With(zap.String("job", j.Name)), wake: make(chan struct{}, 1)}
}

// run follows the ticks of the job until ctx ends, and finishes the run in hand.
func (r *runner) run(ctx context.Context) error {
	ready := func() {
		if !r.job.AtStart {
			return
		}
		if _, err := r.bus.TriggerJob(ctx, r.job.Name, schedule.ByStart, r.Scheduler.cfg.Host); err != nil {
			r.log.Error("running a job at the start", zap.Error(err))
		}
	}
	return lifecycle.Run(ctx,
		lifecycle.Service{Name: "ticks", Run: func(ctx context.Context) error {
			return r.bus.FollowTicks(ctx, r.job.Name, ready, func(t *bus.JobTick) { r.offer(ctx, t) })
		}},
		lifecycle.Service{Name: "runs", Run: r.attendAll},
	)
}

// offer takes a tick from the broker. The last one counts: an older one that was not
// attended to is gone from the stream.
func (r *runner) offer(ctx context.Context, t *bus.JobTick) {
	r.mu.Lock()
	at := r.at
	if at == nil {
		r.pending = t
	}
	r.mu.Unlock()
	switch {
	case at == nil:
		select {
		case r.wake <- struct{}{}:
		default:
		}
	case at.Tick != t.Seq:
		r.tooEarly(ctx, *at, t)
	default: // the tick of the run, handed out again: it is held by the run
	}
}

// attendAll attends to ticks until ctx ends.
func (r *runner) attendAll(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		}
		r.mu.Lock()
		t := r.pending
		r.pending = nil
		r.mu.Unlock()
		if t == nil {
			continue
		}
		if err := r.attend(ctx, t); err != nil && ctx.Err() == nil {
			r.log.Error("attending to a job, will be tried again", zap.Error(err))
			t.Later()
		}
	}
}

// attend does about a tick what package schedule says.
func (r *runner) attend(ctx context.Context, t *bus.JobTick) error {
	sign := schedule.Unheard
	for {
		state, revision, err := r.bus.JobState(ctx, r.job.Name)
		if err != nil {
			return err
		}
		step := state.Judge(t.Seq, sign)
		if step == schedule.Bury {
			if step, err = r.bury(ctx, state, t); err != nil {
				return err
			}
		}
		switch step {
		case schedule.Watch:
			sign, err = r.watch(ctx, t, revision)
		case schedule.Begin:
			err = r.begin(ctx, t, state, revision)
			if err == nil || !isConflict(err) {
				return err
			}
			sign, err = schedule.Unheard, nil // somebody else was faster
		case schedule.Overrun:
			r.tooEarly(ctx, state, t)
			return nil
		case schedule.Leave:
			t.Later()
			return nil
		default: // schedule.Drop
			return r.drop(ctx, t, state, revision)
		}
		if err != nil {
			return err
		}
	}
}

// drop is done with a tick. The state of a dead runner that has no successor ends.
func (r *runner) drop(ctx context.Context, t *bus.JobTick, state schedule.State, revision uint64) error {
	if state.Running {
		if _, err := r.bus.ChangeJobState(ctx, r.job.Name, state.Ended(), revision); err != nil && !isConflict(err) {
			return err
		}
	}
	return t.Done(ctx)
}

// watch watches a state until it changes, or has not for longer than any living
// runner is silent.
func (r *runner) watch(ctx context.Context, t *bus.JobTick, revision uint64) (schedule.Sign, error) {
	look := time.NewTicker(r.times.beat / 2)
	defer look.Stop()
	for begun := time.Now(); ; {
		select {
		case <-ctx.Done():
			return schedule.Unheard, ctx.Err()
		case <-look.C:
		}
		_ = t.Hold(ctx, r.bus) // if it goes to another scheduler, that one watches too
		_, now, err := r.bus.JobState(ctx, r.job.Name)
		switch {
		case err != nil:
			return schedule.Unheard, err
		case now != revision:
			return schedule.Alive, nil
		case time.Since(begun) >= r.times.silence:
			return schedule.Silent, nil
		}
	}
}

// bury records that the runner of a state is dead, and says what becomes of the tick.
// A run whose end is on record had ended after all, and is not done again.
func (r *runner) bury(ctx context.Context, state schedule.State, t *bus.JobTick) (schedule.Step, error) {
	lost, err := r.report(ctx, state, t.Tick, result{problem: "its scheduler on " + state.Host + " died"}.lost())
	if err != nil {
		return 0, err
	}
	return state.Succeed(t.Seq, r.job.Rerun && lost), nil
}
