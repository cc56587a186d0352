package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// timings are those of package scheduler; tests have shorter ones.
type timings struct{ beat, fence, silence, farewell time.Duration }

func defaultTimings() timings { return timings{beat, fence, silence, farewell} }

// Why a run was ended before its time.
var (
	errFenced  = errors.New("the broker could not be reached, and another scheduler may have taken over")
	errOusted  = errors.New("another scheduler has taken over")
	errStopped = errors.New("the scheduler was stopped")
)

func isConflict(err error) bool { return errors.Is(err, bus.ErrConflict) }

// result is how a run went.
type result struct {
	outcome   life.JobOutcome
	code      *int
	took      time.Duration
	output    string
	truncated bool
	problem   string
}

func (r result) lost() result {
	r.outcome = life.JobLost
	return r
}

// begin takes a tick, runs the job, and records its end. ErrConflict: somebody else
// has taken it.
func (r *runner) begin(ctx context.Context, t *bus.JobTick, before schedule.State, revision uint64) error {
	state := before.Begun(t.Seq, strings.ToLower(ulid.Make().String()), r.Scheduler.cfg.Host, r.now())
	asked := time.Now()
	revision, err := r.bus.ChangeJobState(ctx, r.job.Name, state, revision)
	if err != nil {
		return err
	}
	r.setRunning(&state)
	defer r.setRunning(nil)
	r.log.Debug("a job begins", zap.String("run", state.Run), zap.Stringer("cause", t.Cause))
	work, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	done := make(chan result, 1)
	go func() { done <- r.work(work) }()
	h := &holding{runner: r, tick: t, state: state, revision: revision, confirmed: asked}
	res := h.until(ctx, done, end)
	if ctx.Err() != nil && errors.Is(context.Cause(work), errStopped) && r.job.Rerun {
		t.Later() // the state stands still, and another scheduler runs it again
		return nil
	}
	// What is recorded is recorded although the scheduler stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	if _, err := r.report(ctx, state, t.Tick, res); err != nil {
		return err
	}
	if err := h.finish(ctx); err != nil {
		return err
	}
	return t.Done(ctx)
}

// recording is how long the broker may take to record the end of a run.
const recording = 30 * time.Second

func (r *runner) setRunning(s *schedule.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = s
}

// holding keeps a run in the hands of its scheduler.
type holding struct {
	*runner
	tick     *bus.JobTick
	state    schedule.State
	revision uint64
	// confirmed is when the broker was last asked, of those times at which it then
	// confirmed that the run is ours.
	confirmed time.Time
}

// until waits for the end of the run, and gives signs of life meanwhile. end ends the
// run, with the reason.
func (h *holding) until(ctx context.Context, done <-chan result, end func(error)) result {
	pulse := time.NewTicker(h.times.beat)
	defer pulse.Stop()
	stopping := ctx.Done()
	var leave <-chan time.Time
	for {
		select {
		case res := <-done:
			return res
		case <-stopping:
			stopping, leave = nil, time.After(h.times.farewell)
		case <-leave:
			end(errStopped)
		case <-pulse.C:
			if err := h.pulse(context.WithoutCancel(ctx)); isConflict(err) {
				end(errOusted)
			}
			if time.Since(h.confirmed) >= h.times.fence {
				end(errFenced)
			}
		}
	}
}

// pulse tells that the run goes on. ErrConflict: it is not ours any more.
func (h *holding) pulse(ctx context.Context) error {
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, h.times.beat)
	defer cancel()
	h.state = h.state.Beaten()
	if err := h.write(ctx, h.state); err != nil {
		return err
	}
	h.confirmed = asked
	_ = h.tick.Hold(ctx, h.bus) // what counts is the state
	return nil
}

// write writes the state, unless the run is not ours any more: ErrConflict. A write
// whose answer was lost has changed the revision.
func (h *holding) write(ctx context.Context, state schedule.State) error {
	for {
		next, err := h.bus.ChangeJobState(ctx, h.job.Name, state, h.revision)
		if err == nil {
			h.revision = next
			return nil
		}
		if !isConflict(err) {
			return err
		}
		now, revision, err := h.bus.JobState(ctx, h.job.Name)
		if err != nil {
			return err
		}
		if now.Run != state.Run || !now.Running || revision == h.revision {
			return bus.ErrConflict
		}
		h.revision = revision
	}
}

// finish records that the run is over; that somebody has taken over is good.
func (h *holding) finish(ctx context.Context) error {
	if err := h.write(ctx, h.state.Ended()); err != nil && !isConflict(err) {
		return err
	}
	return nil
}

// work runs the program, or gives the command to the modem.
func (r *runner) work(ctx context.Context) result {
	start := time.Now()
	var res result
	if r.job.Modem != "" {
		res = r.command(ctx)
	} else {
		res = r.program(ctx)
	}
	res.took = time.Since(start)
	return res
}

func (r *runner) program(ctx context.Context) result {
	run, err := r.cfg.hook().Run(ctx)
	res := result{outcome: life.JobSucceeded, output: run.Output, truncated: run.Truncated}
	switch {
	case errors.Is(err, hook.ErrTimeout):
		res.outcome, res.problem = life.JobTimedOut, fmt.Sprintf("it took longer than %v and was killed", r.job.Timeout)
	case err != nil && ctx.Err() != nil:
		res.outcome, res.problem = life.JobLost, context.Cause(ctx).Error()
	case err != nil:
		res.outcome, res.problem = life.JobFailed, err.Error()
	case run.Code < 0:
		res.outcome, res.problem = life.JobFailed, "a signal ended it"
	default:
		res.code = &run.Code
		if run.Code != 0 {
			res.outcome, res.problem = life.JobFailed, fmt.Sprintf("exit code %d", run.Code)
		}
	}
	return res
}

// command gives an AT command to the modem, wherever it is.
func (r *runner) command(ctx context.Context) result {
	ctx, cancel := context.WithTimeout(ctx, r.job.Timeout)
	defer cancel()
	host, err := r.bus.ModemHost(ctx, r.job.Modem)
	if err != nil {
		return result{outcome: life.JobFailed, problem: err.Error()}
	}
	reply, err := r.bus.Command(ctx, host, r.job.Modem, wire.Command{Verb: wire.VerbAT, Argument: r.job.Command, Timeout: r.job.Timeout})
	res := result{outcome: life.JobSucceeded, output: strings.Join(reply.Lines, "\n"), problem: reply.Error}
	switch {
	case errors.Is(err, context.Canceled):
		res.outcome, res.problem = life.JobLost, context.Cause(ctx).Error()
	case errors.Is(err, context.DeadlineExceeded):
		res.outcome, res.problem = life.JobTimedOut, fmt.Sprintf("modem %s did not answer within %v", r.job.Modem, r.job.Timeout)
	case err != nil:
		res.outcome, res.problem = life.JobFailed, err.Error()
	case reply.Error != "":
		res.outcome = life.JobFailed
	}
	return res
}

// maxEventOutput bounds the output in an event, in octets.
const maxEventOutput = 8 << 10

// report records the end of a run, once, and raises an alarm unless it went well. ok
// is false when an end was on record already.
func (r *runner) report(ctx context.Context, state schedule.State, t schedule.Tick, res result) (ok bool, err error) {
	ran := life.JobRan{
		Job: r.job.Name, Outcome: res.outcome, Code: res.code, Started: state.Started, Took: res.took, Output: res.output,
		Truncated: res.truncated, Host: state.Host, Attempt: state.Attempt, Tick: state.Tick, Problem: res.problem,
	}
	if t.Seq == state.Tick {
		ran.Cause, ran.By = t.Cause, t.By
	}
	if len(ran.Output) > maxEventOutput {
		ran.Output, ran.Truncated = ran.Output[:maxEventOutput], true
	}
	ok, err = r.bus.PublishOnce(ctx, &life.Event{ID: state.Run, Account: subject.JobAccount(r.job.Name), Time: r.now(), Kind: ran})
	if err != nil {
		return false, err
	}
	if ok {
		r.tell(state, res)
	} else if ran, err = r.ended(ctx, state.Run); err != nil {
		return false, err
	}
	if ran.Outcome == life.JobSucceeded {
		return ok, nil
	}
	// Whoever wrote the record may have died before the alarm; twice it is one.
	return ok, r.alarm(ctx, state.Run, severityError, fmt.Sprintf("job %s on %s %s: %s", r.job.Name, ran.Host, ran.Outcome, ran.Problem))
}

// ended is the end of a run that is on record.
func (r *runner) ended(ctx context.Context, run string) (life.JobRan, error) {
	recorded, err := r.bus.Recorded(ctx, subject.JobAccount(r.job.Name), run)
	if err != nil {
		return life.JobRan{}, err
	}
	for _, e := range recorded.Events {
		if k, ok := e.Kind.(life.JobRan); ok && k.Outcome != life.JobOverrun {
			return k, nil
		}
	}
	return life.JobRan{}, errNoEnd
}

// errNoEnd says that a replica does not know yet what another one has recorded.
var errNoEnd = errors.New("the end of the run is not on record yet")

// tell logs the end of a run.
func (r *runner) tell(state schedule.State, res result) {
	about := []zap.Field{
		zap.String("run", state.Run), zap.String("host", state.Host), zap.Duration("took", res.took), zap.Intp("result", res.code),
		zap.Int("octets", len(res.output)),
	}
	if res.outcome == life.JobSucceeded {
		r.log.Info("a job has run", about...)
	} else {
		r.log.Error("a job has not run well", append(about, zap.Stringer("outcome", res.outcome), zap.String("problem", res.problem))...)
	}
	if res.output != "" {
		r.log.Debug("the job said", zap.String("run", state.Run), zap.String("output", log.OneLine(res.output)), zap.Bool("more", res.truncated))
	}
}

// tooEarly records that a tick came while a run goes on, once for each run, and is
// done with the tick.
func (r *runner) tooEarly(ctx context.Context, state schedule.State, t *bus.JobTick) {
	if last := r.overrun.Load(); last == nil || *last != state.Run {
		if err := r.recordOverrun(ctx, state, t.Tick); err != nil {
			r.log.Error("recording that a job is too slow", zap.Error(err))
			t.Later()
			return
		}
		r.overrun.Store(&state.Run)
	}
	if err := t.Done(ctx); err != nil && ctx.Err() == nil {
		r.log.Warn("a tick will come again", zap.Error(err))
	}
}

func (r *runner) recordOverrun(ctx context.Context, state schedule.State, t schedule.Tick) error {
	took := max(r.now().Sub(state.Started), 0).Round(time.Second)
	first, err := r.bus.PublishOnce(ctx, &life.Event{ID: state.Run, Account: subject.JobAccount(r.job.Name), Time: r.now(), Kind: life.JobRan{
		Job: r.job.Name, Outcome: life.JobOverrun, Started: state.Started, Took: took, Host: state.Host, Attempt: state.Attempt, Tick: t.Seq,
		Cause: t.Cause, By: t.By, Problem: "it was due again while it ran; ticks are left out until it ends",
	}})
	if err != nil || !first {
		return err
	}
	r.log.Warn("a job is due again while it runs; ticks are left out until it ends", zap.String("run", state.Run), zap.Duration("for", took))
	return r.alarm(ctx, state.Run+"o", severityWarning, fmt.Sprintf("job %s on %s was due again after %v, while it ran", r.job.Name, state.Host, took))
}

// Severities of smstools.
const (
	severityError   = 3
	severityWarning = 4
)

func (r *runner) alarm(ctx context.Context, id string, severity int, text string) error {
	_, err := r.bus.PublishOnce(ctx, &life.Event{
		ID: id, Account: subject.System, Time: r.now(), Kind: life.Alarm{Severity: severity, Code: "job", Text: text},
	})
	return err
}
