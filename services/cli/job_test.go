package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// scheduler plays a scheduler that runs a job, and says that each run went as ran says.
func (g *gateway) scheduler(t *testing.T, j schedule.Job, ran func(tick uint64) life.JobRan) {
	t.Helper()
	if _, err := g.DeclareJob(bounded(t), &j, "h"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- g.FollowTicks(ctx, j.Name, nil, func(tick *bus.JobTick) {
			before, revision, err := g.JobState(ctx, j.Name)
			if err != nil {
				return
			}
			state := before.Begun(tick.Seq, strings.Repeat("r", 1+int(tick.Seq%20)), "h", time.Now())
			k := ran(tick.Seq)
			k.Job, k.Tick, k.Host, k.Attempt, k.Cause, k.By = j.Name, tick.Seq, "h", 1, tick.Cause, tick.By
			err = g.Publish(ctx, &life.Event{ID: state.Run, Account: subject.JobAccount(j.Name), Time: time.Now(), Kind: k})
			if _, change := g.ChangeJobState(ctx, j.Name, state.Ended(), revision); errors.Join(err, change) == nil {
				_ = tick.Done(ctx)
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
}

func TestJobs(t *testing.T) {
	g := newGateway(t)
	if out := prints(t, "", "job", "list"); !strings.Contains(out, "no scheduler has a job") {
		t.Errorf("without jobs:\n%s", out)
	}
	for _, command := range [][]string{{"job", "run", "none"}, {"job", "history", "none"}} {
		if _, err := run(t, "", command...); !errors.Is(err, bus.ErrNoJob) {
			t.Errorf("%q: %v", command, err)
		}
	}
	good, bad := 0, 3
	nightly := schedule.Job{
		Name: "nightly", Command: "/bin/clean --secret", Timeout: time.Minute, AtStart: true,
		Clock: schedule.Clock{Cron: "0 2 * * *", Zone: "Europe/Helsinki"},
	}
	g.scheduler(t, nightly, func(uint64) life.JobRan {
		return life.JobRan{Outcome: life.JobSucceeded, Code: &good, Output: "cleaned\n", Took: time.Second}
	})
	failing := schedule.Job{Name: "csq", Modem: "SIM1", Command: "AT+CSQ", Timeout: time.Minute, Clock: schedule.Clock{Every: time.Hour}}
	g.scheduler(t, failing, func(uint64) life.JobRan {
		return life.JobRan{Outcome: life.JobFailed, Code: &bad, Output: "oh", Truncated: true, Problem: "exit code 3"}
	})
	if out := prints(t, "", "job", "history", "nightly"); !strings.Contains(out, "no run is on record") {
		t.Errorf("history without runs:\n%s", out)
	}
	if out := prints(t, "", "job", "run", "nightly"); out != "cleaned\n" {
		t.Errorf("run: %q", out)
	}
	out, err := run(t, "", "job", "run", "csq")
	if !errors.Is(err, errJob) || !strings.Contains(err.Error(), "csq failed: exit code 3") || out != "oh\n(it wrote more)\n" {
		t.Errorf("a run that fails: %q, %v", out, err)
	}
	out = prints(t, "", "job", "list")
	for _, want := range []string{"0 2 * * * Europe/Helsinki and at start", "every 1h", "AT+CSQ to modem SIM1", "/bin/clean\n", "succeeded, 1s on h", "failed: exit code 3", "idle"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "secret") {
		t.Errorf("an argument is shown:\n%s", out)
	}
	prints(t, "", "job", "run", "--detach", "nightly")
	out = prints(t, "", "job", "history", "--output", "nightly")
	if !strings.Contains(out, "succeeded, 1s on h (person cli-") || !strings.Contains(out, "\n  cleaned\n") {
		t.Errorf("history:\n%s", out)
	}
}

// TestJobRunsAlready: a person is told who runs the job, instead of waiting for
// another run.
func TestJobRunsAlready(t *testing.T) {
	g := newGateway(t)
	j := schedule.Job{Name: "slow", Command: "/bin/slow", Timeout: time.Minute, Clock: schedule.Clock{Every: time.Hour}}
	_, err := g.DeclareJob(bounded(t), &j, "h")
	must(t, err)
	_, err = g.ChangeJobState(bounded(t), "slow", schedule.State{}.Begun(1<<40, "run", "h", time.Now().Add(-time.Minute)), 0)
	must(t, err)
	if _, err := run(t, "", "job", "run", "slow"); !errors.Is(err, errJob) || !strings.Contains(err.Error(), "runs already, on h") {
		t.Errorf("got %v", err)
	}
	if out := prints(t, "", "job", "list"); !strings.Contains(out, "runs on h for 1m") {
		t.Errorf("list:\n%s", out)
	}
}
