package schedule

import "time"

// Tick makes a job due.
type Tick struct {
	// Seq is its number, which no other tick has.
	Seq   uint64
	Cause Cause
	// By is who asked for it, unless the clock did.
	By string
}

// Cause is why a job is due.
type Cause uint8

// Causes.
const (
	ByClock Cause = iota + 1
	ByStart
	ByPerson
)

// String returns the cause as one word.
func (c Cause) String() string {
	switch c {
	case ByClock:
		return "clock"
	case ByStart:
		return "start"
	case ByPerson:
		return "person"
	default:
		return "unknown"
	}
}

// State is the record of a job that schedulers share: which tick was taken last.
// The zero value is that of a job that has never run.
type State struct {
	// Run is the id of the run, Tick the number of its tick.
	Run  string
	Tick uint64
	Host string
	// Started is for people; nothing is decided by it, since clocks jump.
	Started time.Time
	// Attempt counts how often this tick was begun, from 1.
	Attempt int
	Running bool
	// Beat counts up while it runs.
	Beat uint64
}

// Sign is what is known of the life of whoever runs a job.
type Sign uint8

// Signs.
const (
	Unheard Sign = iota // nobody has watched the state
	Alive               // it has changed while it was watched
	Silent              // it has not, for longer than a living runner is silent
)

// Step is what a scheduler that has got a tick does next.
type Step uint8

// Steps; the comment says who acts next.
const (
	Begin   Step = iota + 1 // this scheduler: it takes the tick and runs the job
	Watch                   // this scheduler: it watches the state, and asks again
	Drop                    // nobody: the tick was done before
	Leave                   // the runner: it is at this very tick
	Overrun                 // this scheduler: it records that the tick came too early, and drops it
	Bury                    // this scheduler: it records the death of the runner; then see Succeed
)

// maxAttempts is how often a tick is begun: a job that takes its host down with it
// must not go round all hosts for ever.
const maxAttempts = 3

// Judge says what to do about a tick.
func (s State) Judge(tick uint64, sign Sign) Step {
	switch {
	case !s.Running && s.Run != "" && s.Tick == tick:
		return Drop
	case !s.Running:
		return Begin
	case sign == Unheard:
		return Watch
	case sign == Silent:
		return Bury
	case s.Tick == tick:
		return Leave
	default:
		return Overrun
	}
}

// Succeed says what to do about a tick after the runner of s was found dead. A
// newer tick is run: it makes up for the older one, whatever the policy is.
func (s State) Succeed(tick uint64, rerun bool) Step {
	if s.Tick != tick || rerun && s.Attempt < maxAttempts {
		return Begin
	}
	return Drop
}

// Begun is the state after a scheduler has taken a tick.
func (s State) Begun(tick uint64, run, host string, now time.Time) State {
	next := State{Run: run, Tick: tick, Host: host, Started: now, Attempt: 1, Running: true}
	if s.Tick == tick && s.Run != "" {
		next.Attempt = s.Attempt + 1
	}
	return next
}

// Beaten is the state after another sign of life.
func (s State) Beaten() State {
	s.Beat++
	return s
}

// Ended is the state after the run.
func (s State) Ended() State {
	s.Running = false
	return s
}
