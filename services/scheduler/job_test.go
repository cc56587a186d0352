package scheduler

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// jobRig is a broker for schedulers with jobs.
type jobRig struct {
	t      *testing.T
	server *natsd.Server
	bus    *bus.Bus
	dir    string
	// now is the clock of all schedulers, where it is not the true one.
	now func() time.Time
	// times are the timings of all schedulers.
	times timings
}

// quick are timings that a test can wait for, in the proportions of the true ones.
var quick = timings{beat: 200 * time.Millisecond, fence: 600 * time.Millisecond, silence: 1500 * time.Millisecond, farewell: 2 * time.Second}

// calm are timings for what is not about a runner that dies: one that has to wait for its
// turn on a busy machine is not taken for dead.
var calm = timings{beat: 200 * time.Millisecond, fence: 30 * time.Second, silence: time.Minute, farewell: 2 * time.Second}

func newJobRig(t *testing.T) *jobRig {
	t.Helper()
	srv, err := natsd.Start(natsd.Config{Dir: t.TempDir(), Name: "test", SyncInterval: time.Minute})
	must(t, err)
	t.Cleanup(srv.Close)
	r := &jobRig{t: t, server: srv, dir: t.TempDir(), now: time.Now, times: quick}
	r.bus, _ = r.connect()
	return r
}

func (r *jobRig) connect() (*bus.Bus, *nats.Conn) {
	r.t.Helper()
	nc, err := r.server.Connect()
	must(r.t, err)
	r.t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{JobWait: time.Second, Try: time.Second})
	must(r.t, err)
	must(r.t, b.Ensure(bounded(r.t)))
	return b, nc
}

func (r *jobRig) path(name string) string { return filepath.Join(r.dir, name) }

// script writes a program. It notes its begin and its end, and that it met another one.
func (r *jobRig) script(text string) string {
	r.t.Helper()
	path := r.path("job")
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	program := "#!/bin/sh\nmkdir " + r.path("lock") + " || echo overlap >> " + r.path("runs") + "\necho run >> " + r.path("runs") +
		"\ntrap 'rmdir " + r.path("lock") + "' EXIT\ntrap 'exit 143' TERM\n" + text + "\n"
	must(r.t, os.WriteFile(path, []byte(program), 0o700))
	return path
}

// runs are the lines that the program noted.
func (r *jobRig) runs() []string {
	data, _ := os.ReadFile(r.path("runs"))
	return strings.Fields(string(data))
}

// start runs a scheduler for a host; end ends it, as the end of the test does.
func (r *jobRig) start(host string, b *bus.Bus, jobs ...Job) (end func()) {
	r.t.Helper()
	cfg := Config{Host: host, Jobs: jobs}
	must(r.t, cfg.Check())
	s := New(cfg, b, zap.NewNop())
	s.times, s.now = r.times, r.now
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		stopped(r.t, <-done)
	}
	r.t.Cleanup(end)
	return end
}

// stopped wants that a scheduler ended because it was stopped, maybe while it began, or
// because its connection was closed.
func stopped(t *testing.T, err error) {
	t.Helper()
	for _, fine := range []error{nil, context.Canceled, jetstream.ErrMsgIteratorClosed, nats.ErrConnectionClosed} {
		if errors.Is(err, fine) {
			return
		}
	}
	t.Error("the scheduler ended:", err)
}

func (r *jobRig) wait(what string, holds func() bool) {
	r.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			r.t.Fatalf("waiting for %s: not in time; runs %q, history %+v", what, r.runs(), r.history())
		}
	}
}

// history are the runs on record.
func (r *jobRig) history() []life.JobRan {
	r.t.Helper()
	events, err := r.bus.JobHistory(bounded(r.t), "j", 1000)
	must(r.t, err)
	var all []life.JobRan
	for _, e := range events {
		all = append(all, e.Kind.(life.JobRan))
	}
	return all
}

func (r *jobRig) outcomes() (all []life.JobOutcome) {
	for _, ran := range r.history() {
		all = append(all, ran.Outcome)
	}
	return all
}

// alarms are the texts of the alarms that were raised.
func (r *jobRig) alarms() []string {
	r.t.Helper()
	events, err := r.bus.JobHistory(bounded(r.t), "none", 1)
	must(r.t, err)
	var texts []string
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	must(r.t, r.bus.FollowAccount(ctx, subject.System, func(_ context.Context, e *life.Event) error {
		events = append(events, *e)
		return nil
	}))
	for _, e := range events {
		if a, ok := e.Kind.(life.Alarm); ok {
			texts = append(texts, a.Text)
		}
	}
	return texts
}

// job is a job that runs so often.
func job(command string, every time.Duration) Job {
	j := DefaultJob()
	j.Name, j.Command, j.Interval = "j", command, config.Duration(every)
	return j
}

// never is an interval that no test waits for: ticks are asked for.
const never = 24 * time.Hour

func (r *jobRig) trigger() {
	r.t.Helper()
	_, err := r.bus.TriggerJob(bounded(r.t), "j", schedule.ByPerson, "cli-test")
	must(r.t, err)
}

// again is trigger for a job that has run: the run is on record a little before it counts as over.
func (r *jobRig) again() {
	r.t.Helper()
	r.wait("the end of the run", func() bool {
		state, _, err := r.bus.JobState(bounded(r.t), "j")
		must(r.t, err)
		return !state.Running
	})
	r.trigger()
}

// TestJobRunsOncePerTick has three schedulers for one clock, and clocks that leap.
func TestJobRunsOncePerTick(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	leaps := []time.Duration{0, time.Hour, -time.Hour}
	for i, host := range []string{"a", "b", "c"} {
		b, _ := r.connect()
		r.now = func() time.Time { return time.Now().Add(leaps[i]) }
		r.start(host, b, job(r.script("true"), time.Second))
	}
	r.wait("five runs", func() bool { return len(r.runs()) >= 5 && len(r.history()) >= 5 })
	seen := map[uint64]bool{}
	for _, ran := range r.history() {
		if ran.Outcome == life.JobOverrun {
			continue // a machine that is busy may take a second for nothing
		}
		if seen[ran.Tick] || ran.Outcome != life.JobSucceeded || ran.Attempt != 1 || ran.Cause != schedule.ByClock {
			t.Errorf("a run that should not be: %+v", ran)
		}
		seen[ran.Tick] = true
	}
	if slices.Contains(r.runs(), "overlap") || len(seen) < 3 {
		t.Errorf("%d ticks, runs %q", len(seen), r.runs())
	}
}

// TestJobOverrun: a run that outlasts its interval is alone, is told once, and ticks
// that it missed are made up for by one.
func TestJobOverrun(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	r.times = calm
	program := r.script("until [ -e " + r.path("go") + " ]; do sleep 0.05; done")
	for _, host := range []string{"a", "b"} {
		b, _ := r.connect()
		r.start(host, b, job(program, time.Second))
	}
	r.wait("the overrun", func() bool { return slices.Contains(r.outcomes(), life.JobOverrun) })
	first := r.history()[0]
	r.wait("three more ticks", func() bool {
		state, _, err := r.bus.JobState(bounded(t), "j")
		must(t, err)
		return state.Beat > 15
	})
	if got := r.outcomes(); len(got) != 1 || len(r.runs()) != 1 {
		t.Errorf("outcomes %v, runs %q", got, r.runs())
	}
	must(t, os.WriteFile(r.path("go"), nil, 0o600))
	r.wait("the next run", func() bool { return len(r.runs()) >= 2 })
	if slices.Contains(r.runs(), "overlap") || first.Problem == "" {
		t.Errorf("runs %q, first %+v", r.runs(), first)
	}
	if got := r.alarms(); len(got) != 1 || !strings.Contains(got[0], "job j") {
		t.Errorf("alarms %q", got)
	}
}

// TestJobOutcomes: what a run says, and how it ends, is on record; what is not well
// is an alarm.
func TestJobOutcomes(t *testing.T) {
	t.Parallel()
	three, zero := 3, 0
	for name, c := range map[string]struct {
		text   string
		change func(*Job)
		want   life.JobRan
		alarm  string
	}{
		"good":   {text: "echo out; echo err >&2", want: life.JobRan{Outcome: life.JobSucceeded, Code: &zero, Output: "out\nerr\n"}},
		"failed": {text: "echo no; exit 3", want: life.JobRan{Outcome: life.JobFailed, Code: &three, Output: "no\n", Problem: "exit code 3"}, alarm: "exit code 3"},
		"signal": {text: "kill -9 $$", want: life.JobRan{Outcome: life.JobFailed, Problem: "a signal ended it"}, alarm: "a signal"},
		"hangs": {
			text: "echo begun; sleep 600 & wait", change: func(j *Job) { j.Timeout = config.Duration(time.Second) },
			want: life.JobRan{Outcome: life.JobTimedOut, Output: "begun\n", Problem: "it took longer than 1s and was killed"}, alarm: "timed out",
		},
		"missing": {
			change: func(j *Job) { j.Command, j.ExecutableCheck = "/no/such/program", false },
			want:   life.JobRan{Outcome: life.JobFailed, Problem: "running /no/such/program"}, alarm: "no such program",
		},
		"much": {text: "head -c 100000 /dev/zero | tr '\\0' x", want: life.JobRan{Outcome: life.JobSucceeded, Code: &zero, Output: strings.Repeat("x", maxEventOutput), Truncated: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newJobRig(t)
			r.times = calm
			j := job(r.script(c.text), never)
			if c.change != nil {
				c.change(&j)
			}
			r.start("a", r.bus, j)
			r.trigger()
			r.wait("the end", func() bool { return len(r.history()) == 1 })
			got := r.history()[0]
			if got.Outcome != c.want.Outcome || got.Output != c.want.Output || got.Truncated != c.want.Truncated || !strings.HasPrefix(got.Problem, c.want.Problem) {
				t.Errorf("got %+v", got)
			}
			if (got.Code == nil) != (c.want.Code == nil) || got.Code != nil && *got.Code != *c.want.Code {
				t.Errorf("exit code %v", got.Code)
			}
			if got.Host != "a" || got.Cause != schedule.ByPerson || got.By != "cli-test" || got.Started.IsZero() {
				t.Errorf("about the run: %+v", got)
			}
			alarms := r.alarms()
			if c.alarm == "" && len(alarms) != 0 || c.alarm != "" && (len(alarms) != 1 || !strings.Contains(alarms[0], c.alarm)) {
				t.Errorf("alarms %q", alarms)
			}
		})
	}
}

// die takes a tick as a scheduler does that dies then, at once or with the end of its
// run on record.
func (r *jobRig) die(recorded bool) schedule.State {
	r.t.Helper()
	b, nc := r.connect()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var taken schedule.State
	must(r.t, b.FollowTicks(ctx, "j", r.trigger, func(tick *bus.JobTick) {
		defer cancel()
		taken = schedule.State{}.Begun(tick.Seq, "deadrun", "dead", time.Now())
		_, err := b.ChangeJobState(ctx, "j", taken, 0)
		must(r.t, err)
		if recorded {
			must(r.t, b.Publish(ctx, &life.Event{
				ID: taken.Run, Account: subject.JobAccount("j"), Time: time.Now(), Kind: life.JobRan{Job: "j", Outcome: life.JobSucceeded, Tick: tick.Seq},
			}))
		}
	}))
	nc.Close()
	if taken.Run == "" {
		r.t.Fatal("no tick came")
	}
	return taken
}

// TestRunnerDies: the death of a scheduler is noticed, recorded once, and the policy
// decides; a run whose end is on record is not done again.
func TestRunnerDies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy   string
		recorded bool
		want     []life.JobOutcome
	}{
		"skip":           {afterCrashSkip, false, []life.JobOutcome{life.JobLost}},
		"rerun":          {afterCrashRerun, false, []life.JobOutcome{life.JobLost, life.JobSucceeded}},
		"recorded":       {afterCrashSkip, true, []life.JobOutcome{life.JobSucceeded}},
		"recorded rerun": {afterCrashRerun, true, []life.JobOutcome{life.JobSucceeded}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newJobRig(t)
			dead := r.die(c.recorded)
			j := job(r.script("true"), never)
			j.AfterCrash = c.policy
			for _, host := range []string{"a", "b"} {
				b, _ := r.connect()
				r.start(host, b, j)
			}
			r.wait("the end", func() bool {
				state, _, err := r.bus.JobState(bounded(t), "j")
				must(t, err)
				return !state.Running && len(r.history()) >= len(c.want)
			})
			if got := r.outcomes(); !slices.Equal(got, c.want) {
				t.Errorf("outcomes %v, want %v", got, c.want)
			}
			for _, ran := range r.history() {
				if ran.Tick != dead.Tick {
					t.Errorf("a run of another tick: %+v", ran)
				}
			}
			r.trigger()
			r.wait("the next tick", func() bool { return len(r.history()) == len(c.want)+1 })
			if last := r.history()[len(c.want)]; last.Outcome != life.JobSucceeded || last.Attempt != 1 {
				t.Errorf("the next run: %+v", last)
			}
		})
	}
}

// TestAlarmOfADeadRunner: a scheduler that dies between the record of a run and its alarm
// leaves the alarm to whoever takes it for dead.
func TestAlarmOfADeadRunner(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	j := job("/bin/true", never)
	s := newRunner(New(Config{Host: "a"}, r.bus, zap.NewNop()), &j)
	for run, outcome := range map[string]life.JobOutcome{"bad": life.JobFailed, "good": life.JobSucceeded} {
		must(t, r.bus.Publish(bounded(t), &life.Event{
			ID: run, Account: subject.JobAccount("j"), Time: time.Now(), Kind: life.JobRan{Job: "j", Host: "dead", Outcome: outcome, Problem: "exit code 3"},
		}))
		for range 2 {
			ok, err := s.report(bounded(t), schedule.State{Run: run, Host: "dead"}, schedule.Tick{}, result{problem: "its scheduler died"}.lost())
			if ok || err != nil {
				t.Errorf("%s: recorded again: %v, %v", run, ok, err)
			}
		}
	}
	if all := r.alarms(); len(all) != 1 || !strings.Contains(all[0], "job j on dead failed: exit code 3") {
		t.Errorf("alarms %q", all)
	}
}

// TestRunnerLosesBroker: a scheduler that cannot reach the broker ends its run before
// another one begins.
func TestRunnerLosesBroker(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	lonely, nc := r.connect()
	j := job(r.script("[ -e "+r.path("go")+" ] && exit 0; sleep 600 & wait"), never)
	j.AfterCrash = afterCrashRerun
	end := r.start("lonely", lonely, j)
	r.trigger()
	r.wait("the run", func() bool { return len(r.runs()) == 1 })
	must(t, os.WriteFile(r.path("go"), nil, 0o600))
	other, _ := r.connect()
	r.start("other", other, j)
	nc.Close()
	r.wait("the second run", func() bool { return slices.Contains(r.outcomes(), life.JobSucceeded) })
	if got := r.runs(); !slices.Equal(got, []string{"run", "run"}) {
		t.Errorf("runs %q", got)
	}
	if got := r.outcomes(); !slices.Equal(got, []life.JobOutcome{life.JobLost, life.JobSucceeded}) {
		t.Errorf("outcomes %v", got)
	}
	end()
}

// TestSchedulerStops: the run in hand is let finish for a while; one that takes longer
// is ended, and done again elsewhere if the job wants that.
func TestSchedulerStops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, policy string
		want         []life.JobOutcome
	}{
		"finishes": {"touch begun; until [ -e go ]; do sleep 0.02; done", afterCrashRerun, []life.JobOutcome{life.JobSucceeded}},
		"skip":     {"[ -e again ] || { touch begun; sleep 600 & wait; }", afterCrashSkip, []life.JobOutcome{life.JobLost}},
		"rerun":    {"[ -e again ] || { touch begun; sleep 600 & wait; }", afterCrashRerun, []life.JobOutcome{life.JobLost, life.JobSucceeded}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newJobRig(t)
			j := job(r.script("cd "+r.dir+"; "+c.text), never)
			j.AfterCrash = c.policy
			first, _ := r.connect()
			end := r.start("a", first, j)
			r.trigger()
			r.wait("the run", func() bool { _, err := os.Stat(r.path("begun")); return err == nil })
			must(t, os.WriteFile(r.path("again"), nil, 0o600))
			if name == "finishes" {
				time.AfterFunc(300*time.Millisecond, func() { _ = os.WriteFile(r.path("go"), nil, 0o600) })
			}
			end()
			r.start("b", r.bus, j)
			r.wait("the end", func() bool { return slices.Equal(r.outcomes(), c.want) })
		})
	}
}

// TestMissedTicksCollapse: ticks that came while no scheduler was there are made up
// for by one run, and one at the start of the scheduler is among them.
func TestMissedTicksCollapse(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	j := job(r.script("true"), never)
	j.AtStart = true
	b, _ := r.connect()
	end := r.start("a", b, j)
	r.wait("the run at the start", func() bool { return len(r.history()) == 1 })
	end()
	for range 5 {
		r.trigger()
	}
	j.AtStart = false
	r.start("a", r.bus, j)
	r.wait("one run", func() bool { return len(r.history()) == 2 })
	r.again()
	r.wait("the next", func() bool { return len(r.history()) >= 3 })
	if h := r.history(); len(h) != 3 || h[0].Cause != schedule.ByStart || h[0].By != "a" || h[1].Cause != schedule.ByPerson {
		t.Errorf("history %+v", h)
	}
}

// TestJobsAreDeclared: who has a job is known; the last one that gives it up stops
// its clock, and a scheduler that starts does not wind it up anew.
func TestJobsAreDeclared(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	j := job(r.script("true")+" --secret", never)
	clock := func() uint64 {
		js := r.jetStream()
		stream, err := js.Stream(bounded(t), r.bus.Space().StreamJobs())
		must(t, err)
		m, err := stream.GetLastMsgForSubject(bounded(t), r.bus.Space().Tick("j"))
		if err != nil {
			return 0
		}
		return m.Sequence
	}
	declared := func() string {
		all, err := r.bus.Jobs(bounded(t))
		must(t, err)
		text := ""
		for _, d := range all {
			text += fmt.Sprintf("%s: %s %s %v;", d.Name, d.What, d.Clock, d.By)
		}
		return text
	}
	program := strings.TrimSuffix(j.Command, " --secret")
	b, _ := r.connect()
	endA := r.start("a", b, j)
	r.wait("a job", func() bool { return declared() == "j: "+program+" every 24h [a];" })
	wound := clock()
	elsewhere := j
	elsewhere.Hosts = []string{"c"}
	endB := r.start("b", r.bus, j)
	r.start("d", r.bus, elsewhere)
	r.wait("both hosts", func() bool { return strings.HasSuffix(declared(), "[a b];") })
	if clock() != wound || wound == 0 {
		t.Errorf("the clock was wound up anew: %d, %d", wound, clock())
	}
	endA()
	r.start("a", r.bus) // without the job
	r.wait("one host", func() bool { return strings.HasSuffix(declared(), "[b];") })
	if clock() != wound {
		t.Error("the clock was stopped")
	}
	endB()
	changed := j
	changed.Interval = config.Duration(2 * never)
	endB = r.start("b", r.bus, changed)
	r.wait("another clock", func() bool { return clock() != wound })
	endB()
	r.start("b", r.bus)
	r.wait("no job", func() bool { return declared() == "" && clock() == 0 })
}

// TestJobForModem gives an AT command to a modem by its name, wherever it is.
func TestJobForModem(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	j := job("", never)
	j.Command, j.Modem, j.At = "", "SIM1", "AT+CSQ"
	r.start("a", r.bus, j)
	r.trigger()
	r.wait("the first answer", func() bool { return len(r.history()) == 1 })
	if got := r.history()[0]; got.Outcome != life.JobFailed || !strings.Contains(got.Problem, "SIM1") {
		t.Errorf("without the modem: %+v", got)
	}
	answer := wire.Reply{Lines: []string{"+CSQ: 20,99", "OK"}}
	stop, err := r.bus.AnswerCommands("far", "SIM1", func(c wire.Command) wire.Reply {
		if c.Verb != wire.VerbAT || c.Argument != "AT+CSQ" {
			return wire.Reply{Error: "another command"}
		}
		return answer
	})
	must(t, err)
	defer stop()
	must(t, r.bus.ModemState(bounded(t), &life.ModemStatus{State: life.ModemIdle, Identity: life.Modem{Host: "far", Name: "SIM1"}}))
	r.again()
	r.wait("the answer", func() bool { return len(r.history()) == 2 })
	if got := r.history()[1]; got.Outcome != life.JobSucceeded || got.Output != "+CSQ: 20,99\nOK" {
		t.Errorf("got %+v", got)
	}
}

// TestConfigCheck refuses what could not run.
func TestConfigCheck(t *testing.T) {
	t.Parallel()
	good := job("/bin/true", time.Minute)
	for name, change := range map[string]func(*Config){
		"two of a name": func(c *Config) { c.Jobs = append(c.Jobs, good) },
		"no program":    func(c *Config) { c.Jobs[0].Command = "/no/such/program" },
		"a shell":       func(c *Config) { c.Jobs[0].Command = "/bin/true | /bin/true" },
		"both":          func(c *Config) { c.Jobs[0].Modem, c.Jobs[0].At = "m", "AT" },
		"half a modem":  func(c *Config) { c.Jobs[0].Command, c.Jobs[0].Modem = "", "m" },
		"after_crash":   func(c *Config) { c.Jobs[0].AfterCrash = "again" },
		"no clock":      func(c *Config) { c.Jobs[0].Interval = 0 },
		"no timeout":    func(c *Config) { c.Jobs[0].Timeout = 0 },
		"alarm handler": func(c *Config) { c.Alarms = DefaultAlarms(); c.Alarms.Handler = "/no/such/program" },
		"level of alarms": func(c *Config) {
			c.Alarms = Alarms{Handler: "/bin/true", Level: 1, Timeout: config.Duration(time.Minute)}
		},
		"alarms that hang": func(c *Config) {
			c.Alarms = Alarms{Handler: "/bin/true", Level: 4, Timeout: config.Duration(time.Hour)}
		},
	} {
		c := Config{Host: "a", Jobs: []Job{good}}
		must(t, c.Check())
		change(&c)
		if err := c.Check(); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := good
	elsewhere.Command, elsewhere.Hosts = "/no/such/program", []string{"b"}
	must(t, (&Config{Host: "a", Jobs: []Job{elsewhere}}).Check())
}

func (r *jobRig) jetStream() jetstream.JetStream {
	r.t.Helper()
	nc, err := r.server.Connect()
	must(r.t, err)
	r.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(r.t, err)
	return js
}
