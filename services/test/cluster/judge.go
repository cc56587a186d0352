package cluster

import (
	"fmt"
	"slices"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Link is one message of a chain, as it is known when all is quiet.
type Link struct {
	Submission *message.Submission
	// Events are what the brokers stored of it, in order, and Stored when.
	Events []life.Event
	Stored []time.Time
	// Out is how often a modem got to send it.
	Out int
}

// Judge says what is wrong with a chain: the message and those that may have been made
// for its alternates, in order. want are those that must have been sent, by their
// place. It is pure, and asks package escalation for what should have been decided.
func Judge(chain []Link, want []int) []string {
	var wrong []string
	bad := func(i int, format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("message %d: ", i)+fmt.Sprintf(format, args...))
	}
	reached := false // an earlier recipient has received it
	for i, l := range chain {
		if l.Out > 1 {
			bad(i, "it was sent %d times", l.Out)
		}
		if expected := slices.Contains(want, i); expected != (l.Out > 0) {
			bad(i, "it was sent %d times, which should be %v", l.Out, expected)
		}
		decisions := 0
		for j, e := range l.Events {
			k, ok := e.Kind.(life.Escalation)
			if !ok {
				continue
			}
			if decisions++; decisions > 1 {
				bad(i, "a decision was made %d times", decisions)
			}
			if problem := misjudged(l, j, k, reached); problem != "" {
				bad(i, "%s", problem)
			}
		}
		if over := life.Fold(l.Events); decisions == 0 && len(l.Submission.Alternates) > 0 && over.Final() && (i == 0 || l.Out > 0) {
			bad(i, "it is %s, and nothing was decided", over)
		}
		reached = reached || life.Fold(l.Events) == life.DeliveredState
	}
	return wrong
}

// misjudged compares the decision at place j with that of package escalation about what
// was stored before it; empty: they agree.
func misjudged(l Link, j int, k life.Escalation, reached bool) string {
	facts := escalation.FactsOf(l.Events[:j], l.Stored[:j])
	d := escalation.Decide(l.Submission, facts, escalation.Waited, l.Stored[j])
	switch {
	case k.Next != "" && k.Next != escalation.NextID(l.Submission.ID):
		return "the next message is " + k.Next
	case k.Next != "" && d.Do != escalation.Escalate:
		return "the next recipient was tried, although " + facts.State.String()
	case k.Next == "" && d.Do != escalation.Close && !reached:
		return "the chain was closed, although " + facts.State.String()
	}
	return ""
}
