package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) job() *cobra.Command {
	cmd := &cobra.Command{Use: "job", Short: "jobs: what runs again and again"}
	list := &cobra.Command{
		Use: "list", Short: "show the jobs, when they run, and how they went", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.withBus(cmd.Context(), patience, e.listJobs) },
	}
	cmd.AddCommand(list, e.jobRun(), e.jobHistory())
	return cmd
}

// errJob says that a job did not do what was asked for.
var errJob = errors.New("running the job")

func (e *env) listJobs(ctx context.Context, b *bus.Bus) error {
	jobs, err := b.Jobs(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "JOB\tRUNS\tNEXT\tON\tSTATE\tLAST\tWHAT")
	for _, d := range jobs {
		state, last, err := jobNow(ctx, b, d.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.Name, runsAt(d), e.nextRun(d), strings.Join(d.By, ","), e.running(state), lastRun(last), jobWhat(d))
	}
	_ = w.Flush()
	if len(jobs) == 0 {
		fmt.Fprintln(e.stdout, "(no scheduler has a job; jobs are in the configuration)")
	}
	return nil
}

// jobNow returns who runs a job, and its last run; nil when none is on record.
func jobNow(ctx context.Context, b *bus.Bus, name string) (schedule.State, *life.Event, error) {
	state, _, err := b.JobState(ctx, name)
	if err != nil {
		return state, nil, err
	}
	events, err := b.JobHistory(ctx, name, 1)
	if err != nil || len(events) == 0 {
		return state, nil, err
	}
	return state, &events[0], nil
}

func runsAt(d *schedule.Declared) string {
	text := d.Clock.String()
	if d.AtStart {
		text += " and at start"
	}
	return text
}

func (e *env) nextRun(d *schedule.Declared) string {
	next, ok := d.Clock.Next(e.now())
	if !ok {
		return "-"
	}
	return next.Local().Format(clock)
}

func (e *env) running(s schedule.State) string {
	if !s.Running {
		return "idle"
	}
	return fmt.Sprintf("runs on %s for %s", s.Host, e.now().Sub(s.Started).Round(time.Second))
}

func lastRun(ev *life.Event) string {
	if ev == nil {
		return "-"
	}
	return ev.Time.Local().Format(clock) + " " + ranText(ev.Kind.(life.JobRan))
}

func jobWhat(d *schedule.Declared) string {
	if d.Modem != "" {
		return d.What + " to modem " + d.Modem
	}
	return d.What
}

// ranText says in a few words how a run went.
func ranText(k life.JobRan) string {
	text := k.Outcome.String()
	if k.Problem != "" {
		text += ": " + k.Problem
	}
	if k.Outcome == life.JobOverrun {
		return text
	}
	return fmt.Sprintf("%s, %s on %s", text, k.Took.Round(time.Millisecond), k.Host)
}

func (e *env) jobRun() *cobra.Command {
	var detach bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "run NAME", Short: "run a job now, wait for its end, and print what it wrote", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withBus(cmd.Context(), timeout+patience, func(ctx context.Context, b *bus.Bus) error {
				return e.runJob(ctx, b, args[0], detach, timeout)
			})
		},
	}
	cmd.Flags().BoolVar(&detach, "detach", false, "do not wait for the end")
	spanFlag(cmd, &timeout, "timeout", time.Hour, "how long to wait for the end")
	return cmd
}

func (e *env) runJob(ctx context.Context, b *bus.Bus, name string, detach bool, timeout time.Duration) error {
	if err := knownJob(ctx, b, name); err != nil {
		return err
	}
	seq, err := b.TriggerJob(ctx, name, schedule.ByPerson, "cli-"+host())
	if err != nil || detach {
		return err
	}
	ran, err := awaitJob(ctx, b, name, seq, timeout)
	if err != nil {
		return err
	}
	e.showOutput(ran)
	if ran.Outcome != life.JobSucceeded {
		return fmt.Errorf("%w: %s %s", errJob, name, ranText(*ran))
	}
	return nil
}

// showOutput prints what a job wrote, and ends its last line.
func (e *env) showOutput(ran *life.JobRan) {
	fmt.Fprint(e.stdout, ran.Output)
	if ran.Output != "" && !strings.HasSuffix(ran.Output, "\n") {
		fmt.Fprintln(e.stdout)
	}
	if ran.Truncated {
		fmt.Fprintln(e.stdout, "(it wrote more)")
	}
}

func knownJob(ctx context.Context, b *bus.Bus, name string) error {
	jobs, err := b.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, d := range jobs {
		if d.Name == name {
			return nil
		}
	}
	return fmt.Errorf("%w: %s; viesti job list shows those there are", bus.ErrNoJob, name)
}

// awaitJob waits for the end of the run of a tick.
func awaitJob(ctx context.Context, b *bus.Bus, name string, seq uint64, timeout time.Duration) (*life.JobRan, error) {
	const look, last = 200 * time.Millisecond, 100
	tick, limit := time.NewTicker(look), time.After(timeout)
	defer tick.Stop()
	for {
		state, _, err := b.JobState(ctx, name)
		if err != nil {
			return nil, err
		}
		// The state is read first: what it says has ended is on record.
		events, err := b.JobHistory(ctx, name, last)
		if err != nil {
			return nil, err
		}
		for i := len(events) - 1; i >= 0; i-- {
			if ran := events[i].Kind.(life.JobRan); ran.Tick == seq && (ran.Outcome != life.JobLost || !state.Running) {
				return &ran, nil
			}
		}
		switch {
		case state.Running && state.Tick != seq:
			return nil, fmt.Errorf("%w: %s runs already, on %s since %s", errJob, name, state.Host, state.Started.Local().Format(clock))
		case state.Tick > seq:
			return nil, fmt.Errorf("%w: %s: its clock ticked at the same time, and that run stands for this one", errJob, name)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit:
			return nil, fmt.Errorf("%w: %s: no end within %v; viesti job list says who runs it, and it is run when a scheduler is there", errJob, name, timeout)
		case <-tick.C:
		}
	}
}

func (e *env) jobHistory() *cobra.Command {
	var last int
	var output bool
	cmd := &cobra.Command{
		Use: "history NAME", Short: "show how the runs of a job went, for three days", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if last < 1 {
				return fmt.Errorf("%w: --last is %d, want 1 or more", errUsage, last)
			}
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				return e.showJobHistory(ctx, b, args[0], last, output)
			})
		},
	}
	cmd.Flags().IntVar(&last, "last", 20, "how many runs")
	cmd.Flags().BoolVar(&output, "output", false, "show what each wrote, too")
	return cmd
}

func (e *env) showJobHistory(ctx context.Context, b *bus.Bus, name string, last int, output bool) error {
	events, err := b.JobHistory(ctx, name, last)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		if err := knownJob(ctx, b, name); err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, "(no run is on record; they are kept for three days)")
	}
	for i := range events {
		ran := events[i].Kind.(life.JobRan)
		fmt.Fprintf(e.stdout, "%s  %s  %s\n", events[i].Time.Local().Format(clock), events[i].ID, ranDetail(ran))
		if output && ran.Output != "" {
			fmt.Fprintln(e.stdout, "  "+strings.ReplaceAll(strings.TrimRight(ran.Output, "\n"), "\n", "\n  "))
		}
	}
	return nil
}

// ranDetail is ranText with what made the job run.
func ranDetail(k life.JobRan) string {
	text := ranText(k) + " (" + k.Cause.String()
	if k.By != "" {
		text += " " + k.By
	}
	if k.Attempt > 1 {
		text += fmt.Sprintf(", attempt %d", k.Attempt)
	}
	return text + ")"
}
