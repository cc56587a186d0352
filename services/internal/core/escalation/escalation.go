// Package escalation decides about messages that have alternates: whether the next
// recipient is to be tried, when, and by which message.
//
// A chain is a list of messages. Each but the last knows the recipients that are left
// (Submission.Alternates), and each but the first the message that it stands in for
// (AlternateOf). About each one decision is made, which is recorded (life.Escalation):
// the next recipient is tried, or nobody. The id of the next message follows from that
// of the one before, so that a decision that is carried out twice makes one message.
//
// It is pure, and knows no clock: the times that it compares are all the broker's, so
// that a host whose clock is wrong escalates neither early nor late.
package escalation

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// DefaultAfter is how long a delivery report is waited for where nobody says.
const DefaultAfter = 30 * time.Minute

// ByDelivery is who cancels a message that an earlier recipient made needless.
const ByDelivery = "the scheduler: an earlier recipient has received the message"

// NextID is the id of the message to the alternate of a message.
func NextID(id string) string {
	const characters = 26
	sum := sha256.Sum256([]byte("alternate of " + id))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:characters]
}

// Next is the message to the first alternate of s; now is when it is accepted, and
// queue where it goes. It has as long to be sent as s had, and is reported on.
func Next(s *message.Submission, queue string, now time.Time) *message.Submission {
	next := *s
	next.ID, next.AlternateOf, next.Queue = NextID(s.ID), s.ID, queue
	next.Recipient, next.NumberType = s.Alternates[0].Recipient, message.NumberAuto
	next.Alternates = s.Alternates[1:]
	next.AcceptedAt, next.DeliverAt = now, time.Time{}
	if !s.ExpiresAt.IsZero() {
		next.ExpiresAt = now.Add(s.ExpiresAt.Sub(start(s)))
	}
	next.Options.Report = message.Yes
	next.SMPP = nil // its client is told about the number that it gave
	return &next
}

// start is when s could be sent first.
func start(s *message.Submission) time.Time {
	if s.DeliverAt.After(s.AcceptedAt) {
		return s.DeliverAt
	}
	return s.AcceptedAt
}

// FirstLook is when a message is looked at for the first time, should nobody tell
// before that it was sent.
func FirstLook(s *message.Submission) time.Time { return start(s).Add(after(s)) }

// shortest bounds how often a message is looked at that waits for its modem.
const shortest = time.Minute

func after(s *message.Submission) time.Duration {
	if d := s.Alternates[0].After; d > 0 {
		return d
	}
	return DefaultAfter
}

// Facts are what is recorded about a message.
type Facts struct {
	State life.State
	// Sent is when the broker was told that it was sent; zero: it was not.
	Sent time.Time
	// Decided is the decision about it; nil: there is none yet.
	Decided *life.Escalation
	// Reached says that an earlier recipient of the chain has received its message.
	Reached bool
}

// FactsOf reads the events of a message. stored tells when the broker got each.
func FactsOf(events []life.Event, stored []time.Time) Facts {
	f := Facts{State: life.Fold(events)}
	for i, e := range events {
		switch k := e.Kind.(type) {
		case life.Sent:
			if f.Sent.IsZero() {
				f.Sent = stored[i]
			}
		case life.Escalation:
			if f.Decided == nil {
				f.Decided = &k
			}
		}
	}
	return f
}

// Action is what to do about a message.
type Action uint8

// Actions; the comment says who acts next.
const (
	// Nothing: whoever acts next anyway.
	Nothing Action = iota
	// Wait: the broker, at a time, by the timer of the message.
	Wait
	// Escalate: the scheduler, now, with the message to the next recipient.
	Escalate
	// Close: nobody, the chain ends here.
	Close
	// Follow: it was decided before; whoever made the decision may have died over it.
	Follow
)

// Wake is why a message is looked at.
type Wake uint8

// Wakes.
const (
	// Told: something happened to the message.
	Told Wake = iota
	// Looked: the timer has fired that was set when it was accepted.
	Looked
	// Waited: the timer has fired that was set when it was sent.
	Waited
)

// Decision is what to do, and why.
type Decision struct {
	Do Action
	// Until is for Wait.
	Until time.Time
	// Then is the Wake that the timer of Wait stands for.
	Then Wake
	// Reason is for people.
	Reason string
}

// Decide decides about a message with at least one alternate. now is the broker's
// time, and counts only for a message that has not been sent.
func Decide(s *message.Submission, f Facts, why Wake, now time.Time) Decision {
	switch {
	case f.Decided != nil:
		return Decision{Do: Follow}
	case f.State == life.DeliveredState:
		return Decision{Do: Close, Reason: "it was delivered"}
	case f.Reached:
		return Decision{Do: Close, Reason: "an earlier recipient has received it"}
	}
	switch f.State {
	case life.CancelledState, life.RejectedState:
		return Decision{Do: Close, Reason: "it was " + f.State.String()}
	case life.UndeliveredState:
		return Decision{Do: Escalate, Reason: "the network reported that it cannot be delivered"}
	case life.FailedState:
		return Decision{Do: Escalate, Reason: "it could not be sent"}
	case life.ExpiredState:
		return Decision{Do: Escalate, Reason: "its validity ended before it was sent"}
	case life.SentState:
		if why == Waited {
			return Decision{Do: Escalate, Reason: "no delivery report came within " + after(s).String()}
		}
		return Decision{Do: Wait, Until: f.Sent.Add(after(s)), Then: Waited}
	default:
		if why == Told {
			return Decision{Do: Nothing}
		}
		return Decision{Do: Wait, Until: now.Add(max(after(s), shortest)), Then: Looked}
	}
}
