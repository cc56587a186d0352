package bus

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ErrTooLate says that a message cannot be taken back any more: a modem has begun
// to send it, or something else has ended it.
var ErrTooLate = errors.New("too late: a modem has begun to send the message, or it has ended")

// Standing is what is known of a message at the moment.
type Standing struct {
	State life.State
	// Submission is the message itself while it waits or is being sent; nil afterwards.
	Submission *message.Submission
	// Final is the event that ended it: Sent, Failed, Rejected, Expired or
	// Cancelled; nil while none did.
	Final *life.Event
	// Reports are the status reports that came, oldest first.
	Reports []life.Event
}

// Query tells what has become of a message of an account. Its cost does not depend
// on how many messages wait. An empty account asks whoever submitted it; an account
// that is not the submitter's gets ErrNotFound, as for a message that there is not.
// Events are kept for three days: what ended longer ago is not found either.
func (b *Bus) Query(ctx context.Context, account, id string) (*Standing, error) {
	if !wire.ValidID(id) {
		return nil, ErrNotFound // it could stand for several messages
	}
	events, err := b.History(ctx, id)
	if err != nil {
		return nil, err
	}
	events = ownedBy(account, events)
	if len(events) == 0 {
		return nil, ErrNotFound
	}
	s := &Standing{State: life.Fold(events)}
	for i, e := range events {
		if ends(e) {
			s.Final = &events[i]
		}
		if _, report := e.Kind.(life.Report); report {
			s.Reports = append(s.Reports, e)
		}
	}
	if s.Final != nil {
		return s, nil
	}
	waiting, err := b.Find(ctx, account, id)
	switch {
	case err == nil:
		s.Submission = waiting.Submission
	case !errors.Is(err, ErrNotFound): // ended in this very moment
		return nil, err
	}
	return s, nil
}

// ownedBy leaves the events of an account; an empty one stands for all.
func ownedBy(account string, events []life.Event) []life.Event {
	if account == "" {
		return events
	}
	var own []life.Event
	for _, e := range events {
		if e.Account == account {
			own = append(own, e)
		}
	}
	return own
}

// Cancel takes a message back that waits in a queue or for its time; by says who
// asked for it. A worker that is about to send it and Cancel meet at the attempt
// record of the first part, which only one of them can write: nil means that the
// message is certainly not sent, ErrTooLate that nothing has changed. ErrNotFound
// says that the account has no such message, or had it more than three days ago.
// An empty account is for operators, who may cancel whoever's message.
//
// Cancelling what is cancelled already is good. Cost: O(1), whatever waits.
func (b *Bus) Cancel(ctx context.Context, account, id, by string) error {
	for {
		err := b.cancel(ctx, account, id, by)
		if !errors.Is(err, errBehind) {
			return err
		}
		if !pause(ctx) {
			return ctx.Err()
		}
	}
}

// errBehind says that a replica did not know a message yet that waits.
var errBehind = errors.New("the message has only just come")

func (b *Bus) cancel(ctx context.Context, account, id, by string) error {
	waiting, err := b.Find(ctx, account, id)
	if errors.Is(err, ErrNotFound) {
		return b.ended(ctx, account, id)
	}
	if err != nil {
		return err
	}
	s := waiting.Submission
	err = b.Withdraw(ctx, waiting, &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Cancelled{By: by},
	})
	if errors.Is(err, ErrConflict) {
		return ErrTooLate
	}
	return err
}

// ended is the answer about a message that waits nowhere.
func (b *Bus) ended(ctx context.Context, account, id string) error {
	s, err := b.Query(ctx, account, id)
	switch {
	case err != nil:
		return err
	case s.State == life.CancelledState:
		return nil
	case s.Submission != nil:
		return errBehind
	default:
		return ErrTooLate
	}
}
