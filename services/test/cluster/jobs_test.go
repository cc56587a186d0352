package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/scheduler"
)

// jobPatience is patience for jobs: a runner that died is noticed after half a minute of
// silence, by whoever has then got its tick.
const jobPatience = 4 * time.Minute

// job is a job of which one tick is due, and the point at which its scheduler is lost.
type job struct {
	scheduler.Job
	watch *watch
	// began is the file that has a line for each time that the program was begun.
	began string
	tick  uint64
}

// String names it for people.
func (j *job) String() string {
	return fmt.Sprintf("%s, %s, %s", j.Name, j.AfterCrash, j.watch.point)
}

// newJob draws a job by its seed.
func newJob(t *testing.T, seed uint64, dir string) *job {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0x6a6f6273))
	j := &job{Job: scheduler.DefaultJob()}
	j.Name, j.Interval = fmt.Sprintf("j%dx", seed), config.Duration(24*time.Hour)
	j.AfterCrash = [...]string{"skip", "rerun"}[rng.IntN(2)]
	j.began = filepath.Join(dir, j.Name)
	program := j.began + ".sh"
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho begun >> "+j.began+"\n"), 0o755); err != nil { //nolint:gosec // it is a program
		t.Fatal(err)
	}
	j.Command = program
	space := subject.Default()
	j.watch = &watch{name: j.Name, ids: []string{j.Name}, passed: make(chan struct{}), point: [...]point{
		{subject: subject.BucketKey(space.BucketLeases(), subject.JobStateKey(j.Name))},
		{subject: subject.BucketKey(space.BucketLeases(), subject.JobStateKey(j.Name)), after: true},
		{subject: space.Event(subject.JobAccount(j.Name), "*", subject.JobRan)},
		{subject: space.Event(subject.JobAccount(j.Name), "*", subject.JobRan), after: true},
	}[rng.IntN(4)]}
	return j
}

// TestJobs runs all seeds of jobs, in rounds: the tick of each runs once, or as the policy
// of the job says when its scheduler was lost over it.
func TestJobs(t *testing.T) {
	perCluster := (plan.seeds + plan.beside - 1) / plan.beside
	for k := range plan.beside {
		t.Run(fmt.Sprint("cluster ", k), func(t *testing.T) {
			t.Parallel()
			b := startBrokers(t)
			nc := b.connect("test", nil)
			t.Cleanup(nc.Close)
			first := plan.first + uint64(k*perCluster)
			for from := 0; from < perCluster; from += plan.rounds {
				runJobs(t, b, nc, first+uint64(from), min(plan.rounds, perCluster-from))
				if t.Failed() {
					return
				}
			}
		})
	}
}

func runJobs(t *testing.T, b *brokers, nc *nats.Conn, first uint64, seeds int) {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), jobPatience)
	defer cancel()
	r := &round{t: t, brokers: b, bus: b.bus(nc), reached: make(chan string, seeds)}
	if err := r.bus.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	r.watches = &watches{reached: r.reached}
	dir := t.TempDir()
	var jobs []*job
	open := map[string]fmt.Stringer{}
	for i := range seeds {
		j := newJob(t, first+uint64(i), dir)
		jobs, r.watches.all, r.cfg.Jobs = append(jobs, j), append(r.watches.all, j.watch), append(r.cfg.Jobs, j.Job)
		open[j.Name] = j
	}
	rng := rand.New(rand.NewPCG(first, 0x726f756e))
	node, together := rng.IntN(nodes), rng.IntN(4) == 0
	r.start()
	if together {
		r.start()
		r.start()
	}
	for _, j := range jobs {
		var err error
		if j.tick, err = r.bus.TriggerJob(ctx, j.Name, schedule.ByPerson, "test"); err != nil {
			t.Fatal(err)
		}
	}
	r.await(ctx, open)
	r.lose(node)
	lost := time.Now()
	var ends sync.WaitGroup
	for _, j := range jobs {
		ends.Go(func() { j.judge(ctx, r) })
	}
	ends.Wait()
	b.start(node)
	b.whole(ctx, nc)
	r.end()
	t.Logf("jobs %d to %d, together %v: broker %d lost after %v, all done %v later", first, first+uint64(seeds)-1, together, node,
		lost.Sub(began).Round(time.Millisecond), time.Since(lost).Round(time.Millisecond))
}

// judge waits for the end of the tick, and says what is wrong.
func (j *job) judge(ctx context.Context, r *round) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		state, _, err := r.bus.JobState(ctx, j.Name)
		if err == nil && state.Tick == j.tick && !state.Running {
			break
		}
		select {
		case <-ctx.Done():
			r.t.Errorf("%s: its tick does not end: %+v, %v", j, state, err)
			return
		case <-tick.C:
		}
	}
	events, err := r.bus.JobHistory(ctx, j.Name, 100)
	if err != nil {
		r.t.Errorf("%s: %v", j, err)
		return
	}
	written, err := os.ReadFile(j.began)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Errorf("%s: %v", j, err)
	}
	if wrong := misrun(j.AfterCrash == "rerun", strings.Count(string(written), "\n"), events); wrong != "" {
		r.t.Errorf("%s: %s; begun %d times: %s", j, wrong, strings.Count(string(written), "\n"), outcomes(events))
	}
}

// misrun says what is wrong with the runs of one tick, as they are recorded, of a program
// that was begun so often; empty: nothing.
func misrun(rerun bool, begun int, events []life.Event) string {
	succeeded, lost := 0, 0
	for _, e := range events {
		switch e.Kind.(life.JobRan).Outcome {
		case life.JobSucceeded:
			succeeded++
		case life.JobLost:
			lost++
		default:
			return "it failed"
		}
	}
	switch {
	case succeeded > 1:
		return "it succeeded more than once"
	case succeeded+lost > 1 && !rerun:
		return "it was run again against its policy"
	case succeeded == 0 && (rerun || lost == 0):
		return "its tick is gone"
	case begun < succeeded:
		return "a run succeeded that never was"
	case begun > succeeded+lost:
		return "it was run without a record"
	default:
		return ""
	}
}

func outcomes(events []life.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.Kind.(life.JobRan).Outcome.String())
	}
	return strings.Join(all, ", ")
}

// TestMisrun: the judge of runs finds what it is for.
func TestMisrun(t *testing.T) {
	ran := func(all ...life.JobOutcome) (events []life.Event) {
		for _, o := range all {
			events = append(events, life.Event{Kind: life.JobRan{Outcome: o}})
		}
		return events
	}
	for name, c := range map[string]struct {
		rerun  bool
		begun  int
		events []life.Event
		wrong  bool
	}{
		"once":                  {false, 1, ran(life.JobSucceeded), false},
		"lost":                  {false, 1, ran(life.JobLost), false},
		"lost before it began":  {false, 0, ran(life.JobLost), false},
		"lost and run again":    {true, 2, ran(life.JobLost, life.JobSucceeded), false},
		"run again unasked":     {false, 2, ran(life.JobLost, life.JobSucceeded), true},
		"twice":                 {true, 2, ran(life.JobSucceeded, life.JobSucceeded), true},
		"twice, told once":      {false, 2, ran(life.JobSucceeded), true},
		"lost, never run again": {true, 1, ran(life.JobLost), true},
		"never":                 {false, 0, nil, true},
		"only said":             {false, 0, ran(life.JobSucceeded), true},
		"failed":                {false, 1, ran(life.JobFailed), true},
	} {
		if got := misrun(c.rerun, c.begun, c.events); (got != "") != c.wrong {
			t.Errorf("%s: %q", name, got)
		}
	}
}
