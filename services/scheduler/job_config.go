package scheduler

import (
	"errors"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/schedule"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Job is a job in the configuration. A scheduler runs what its own configuration
// says: the broker tells it when, and never what.
type Job struct {
	// Name is unique in the whole gateway.
	Name string `yaml:"name"`
	// Command is a program with arguments, executed without a shell.
	Command string `yaml:"command"`
	// Modem and At give an AT command to a modem instead, on whatever host it is.
	Modem string `yaml:"modem"`
	At    string `yaml:"at"`
	// Interval or Cron is the clock; Zone is the time zone of Cron, by default UTC.
	Interval config.Duration `yaml:"interval"`
	Cron     string          `yaml:"cron"`
	Zone     string          `yaml:"zone"`
	// AtStart runs it when this scheduler starts, too.
	AtStart bool `yaml:"at_start"`
	// Timeout is how long a run may take.
	Timeout config.Duration `yaml:"timeout"`
	// AfterCrash is skip or rerun: what to do about a run whose scheduler died.
	AfterCrash string `yaml:"after_crash"`
	// Hosts are those that may run it; none: all whose configuration has it.
	Hosts []string `yaml:"hosts"`
	// ExecutableCheck looks at the start whether the program can be executed.
	ExecutableCheck bool `yaml:"executable_check"`
	// Limits bound what the program may use.
	Limits hook.Limits `yaml:"limits"`
}

// Values of AfterCrash.
const (
	afterCrashSkip  = "skip"
	afterCrashRerun = "rerun"
)

// DefaultJob returns the defaults.
func DefaultJob() Job {
	return Job{Timeout: config.Duration(time.Hour), AfterCrash: afterCrashSkip, ExecutableCheck: true}
}

// UnmarshalYAML reads a job over the defaults.
func (j *Job) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Job
	p := plain(DefaultJob())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*j = Job(p)
	return nil
}

// job is what the configuration says in the terms of package schedule.
func (j *Job) job() schedule.Job {
	command := j.Command
	if j.Modem != "" {
		command = j.At
	}
	return schedule.Job{
		Name: j.Name, Command: command, Modem: j.Modem, AtStart: j.AtStart, Timeout: time.Duration(j.Timeout),
		Clock: schedule.Clock{Every: time.Duration(j.Interval), Cron: j.Cron, Zone: j.Zone},
		Rerun: j.AfterCrash == afterCrashRerun, Hosts: j.Hosts,
	}
}

func (j *Job) hook() hook.Hook {
	return hook.Hook{Command: j.Command, Timeout: time.Duration(j.Timeout), Limits: j.Limits}
}

// check reports everything that is wrong with a job.
func (j *Job) check(host string) error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("job %q: "+format, append([]any{j.Name}, args...)...))
	}
	if (j.Modem != "") != (j.At != "") || (j.Modem != "") == (j.Command != "") {
		bad("give either a command, or a modem and an AT command (at)")
	}
	if j.AfterCrash != afterCrashSkip && j.AfterCrash != afterCrashRerun {
		bad("after_crash is %q, want %s or %s", j.AfterCrash, afterCrashSkip, afterCrashRerun)
	}
	job := j.job()
	if err := job.Check(); err != nil {
		problems = append(problems, err)
	}
	if j.ExecutableCheck && job.RunsOn(host) {
		if err := j.hook().Check(); err != nil {
			bad("%w", err)
		}
	}
	return errors.Join(problems...)
}

// Config is the configuration of a scheduler.
type Config struct {
	// Host is the name of this host.
	Host string
	Jobs []Job
	// Alarms say what is done about alarms.
	Alarms Alarms
	// Stuck says when something is stuck; the zero value stands for DefaultStuck.
	Stuck Stuck
}

// ErrConfig says that the configuration of the scheduler cannot be used.
var ErrConfig = errors.New("scheduler configuration")

// Check reports everything that is wrong with the configuration.
func (c *Config) Check() error {
	var problems []error
	known := map[string]bool{}
	for i := range c.Jobs {
		j := &c.Jobs[i]
		if known[j.Name] {
			problems = append(problems, fmt.Errorf("there are two jobs of the name %q", j.Name))
		}
		known[j.Name] = true
		problems = append(problems, j.check(c.Host))
	}
	if err := errors.Join(append(problems, c.Alarms.check())...); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}
