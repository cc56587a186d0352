package life

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/schedule"
)

// JobRan says that a run of a job has ended, or did not take place.
type JobRan struct {
	Job     string
	Outcome JobOutcome
	// Code is the exit code of the program; nil when it did not end by itself.
	Code    *int
	Started time.Time
	Took    time.Duration
	// Output is the beginning of what it wrote; Truncated: it wrote more.
	Output    string
	Truncated bool
	Host      string
	// Attempt counts from 1 how often the tick was begun; Tick is its number.
	Attempt int
	Tick    uint64
	// Cause is why it ran; By is the person who asked for it.
	Cause schedule.Cause
	By    string
	// Problem says what went wrong, for people.
	Problem string
}

// JobOutcome is how a run ended.
type JobOutcome uint8

// Outcomes of a run; the comment says who acts next.
const (
	JobSucceeded JobOutcome = iota + 1 // the clock
	JobFailed                          // a person may look; the clock goes on
	JobTimedOut                        // the same
	JobOverrun                         // the same: the interval is too short, or the job too slow
	JobLost                            // another scheduler, if the job is to be done again
)

var jobOutcomes = [...]string{"", "succeeded", "failed", "timed out", "overrun", "lost"}

// String returns the outcome in lower case.
func (o JobOutcome) String() string {
	if int(o) < len(jobOutcomes) && o > 0 {
		return jobOutcomes[o]
	}
	return "unknown"
}

func (JobRan) kind() {}
