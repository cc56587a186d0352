// Package schedule describes jobs: what runs again and again, when, and which of
// several schedulers may begin a run (smstools spec §5.2, regular_run).
//
// It is pure: the broker is the clock, and time is measured by whoever asks.
package schedule

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Job is something that runs once for each tick of its clock, among all schedulers
// whose configuration has it.
type Job struct {
	// Name is unique in the whole gateway.
	Name string
	// Command is a program with arguments, or, where Modem names a modem, an AT command.
	Command string
	Modem   string
	Clock   Clock
	// AtStart runs it when a scheduler starts, too.
	AtStart bool
	// Timeout is how long a run may take.
	Timeout time.Duration
	// Rerun does a run again whose scheduler died; otherwise it is left.
	Rerun bool
	// Hosts are those that may run it; none: all.
	Hosts []string
}

// Declared is what the broker knows of a job.
type Declared struct {
	Job
	// What is the command without its arguments, which may hold secrets; Command is
	// empty here.
	What string
	// Digest differs between definitions that differ.
	Digest []byte
	// By are the hosts whose configuration has it.
	By []string
}

// ErrJob says that a job cannot be run as it is configured.
var ErrJob = errors.New("job")

// maxName bounds names: they become parts of subjects.
const maxName = 100

// Check reports everything that is wrong with a job.
func (j *Job) Check() error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%w %q: "+format, append([]any{ErrJob, j.Name}, args...)...))
	}
	if j.Name == "" || len(j.Name) > maxName {
		bad("it needs a name of 1 to %d octets", maxName)
	}
	if strings.TrimSpace(j.Command) == "" {
		bad("it has no command")
	}
	if j.Timeout <= 0 {
		bad("its timeout is %v, want more", j.Timeout)
	}
	if err := j.Clock.Check(); err != nil {
		bad("%w", err)
	}
	return errors.Join(problems...)
}

// RunsOn reports whether a host may run the job.
func (j *Job) RunsOn(host string) bool { return len(j.Hosts) == 0 || slices.Contains(j.Hosts, host) }

// Declare is what the broker is told of a job by a host.
func (j *Job) Declare(host string) *Declared {
	d := &Declared{Job: *j, What: j.what(), By: []string{host}}
	// A struct of strings, numbers and times always has a JSON form.
	definition, _ := json.Marshal(j)
	sum := sha256.Sum256(definition)
	d.Digest, d.Command = sum[:8], ""
	return d
}

func (j *Job) what() string {
	if j.Modem != "" {
		return j.Command
	}
	what, _, _ := strings.Cut(strings.TrimSpace(j.Command), " ")
	return what
}
