package modem

import (
	"math/rand/v2"
	"time"
)

// armed is a Rule with its counters.
type armed struct {
	Rule
	matched int
	fired   int
}

// faults holds the rules of a modem; its owner locks.
type faults struct {
	rules  []armed
	random *rand.Rand
}

func newFaults(rules []Rule, random *rand.Rand) faults {
	f := faults{random: random}
	for _, r := range rules {
		f.rules = append(f.rules, armed{Rule: r})
	}
	return f
}

// plan is what the rules say about one command or PDU. The zero plan is to
// behave.
type plan struct {
	// before are what happens before the normal handling, in the order of the rules.
	before []Rule
	// late and slow change how the answer goes out.
	late, slow time.Duration
	// end is the rule that takes the place of the normal handling; nil for none.
	end *Rule
}

// merge adds the plan of a later stage of the same command.
func (p plan) merge(q plan) plan {
	p.late = max(p.late, q.late)
	p.slow = max(p.slow, q.slow)
	p.before, p.end = q.before, q.end
	return p
}

// plan finds the rules that fire for a text at a stage.
func (f *faults) plan(stage Stage, text string) plan {
	var p plan
	for i := range f.rules {
		r := &f.rules[i]
		if r.Stage != stage || !f.fires(r, text) {
			continue
		}
		switch r.Action {
		case ActionDelay, ActionGarbage, ActionURC, ActionEcho, ActionFull, ActionDeny, ActionPIN, ActionPUK:
			p.before = append(p.before, r.Rule)
		case ActionLate:
			p.late = r.Delay
		case ActionSlow:
			p.slow = r.Delay
		default:
			end := r.Rule
			p.end = &end
			return p
		}
	}
	return p
}

// fires counts a match and says whether the rule takes effect on it.
func (f *faults) fires(r *armed, text string) bool {
	if r.Times > 0 && r.fired >= r.Times {
		return false
	}
	if r.Match != nil && !r.Match.MatchString(text) {
		return false
	}
	r.matched++
	if r.matched <= r.Skip {
		return false
	}
	if r.Probability > 0 && r.Probability < 1 && f.random.Float64() >= r.Probability {
		return false
	}
	r.fired++
	return true
}

// garbage returns octets that look like line noise.
func (f *faults) garbage() []byte {
	const length = 16
	noise := make([]byte, length)
	for i := range noise {
		noise[i] = byte(f.random.UintN(256))
	}
	return noise
}
