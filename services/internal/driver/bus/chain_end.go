package bus

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// StopChain says that nobody else is to be tried after a message, because somebody
// wants it so (by) or knows better (reason): what was made for the next recipient is
// taken back or, where a modem has begun to send it, nobody is tried after that one.
// It reports whether it changed anything. An empty account is for operators.
func (b *Bus) StopChain(ctx context.Context, account, id, by, reason string) (stopped bool, err error) {
	events, err := b.History(ctx, id)
	if err != nil {
		return false, err
	}
	if events = ownedBy(account, events); len(events) == 0 {
		return false, ErrNotFound
	}
	s := events[0].Subject
	if s == nil || len(s.Alternates) == 0 {
		return false, nil
	}
	return b.endChain(ctx, ender{account: events[0].Account, by: by, reason: reason}, id, s.Alternates)
}

// ender is who ends a chain, and why.
type ender struct{ account, by, reason string }

// endChain ends a chain behind a message, of which left are the recipients that come
// after it.
func (b *Bus) endChain(ctx context.Context, who ender, id string, left []message.Alternate) (stopped bool, err error) {
	for ; len(left) > 0; left = left[1:] {
		decided, first, err := b.closeChain(ctx, who, id)
		if err != nil || first || decided.Next == "" {
			return first, err
		}
		err = b.takeBack(ctx, who, decided)
		if !errors.Is(err, ErrConflict) {
			return err == nil, err
		}
		id = decided.Next
	}
	return false, nil
}

// closeChain decides that nobody after a message is tried, unless it was decided
// before. It returns the decision, and whether it was the first.
func (b *Bus) closeChain(ctx context.Context, who ender, id string) (decided life.Escalation, first bool, err error) {
	err = b.DecideFor(ctx, who.account, id, func(r *Recorded) *life.Event {
		if k := escalation.FactsOf(r.Events, r.Stored).Decided; k != nil {
			decided, first = *k, k.Next == "" && k.Reason == who.reason && first
			return nil
		}
		decided, first = life.Escalation{Reason: who.reason}, true
		e := &life.Event{ID: id, Account: who.account, Time: time.Now(), Kind: decided}
		if len(r.Events) > 0 {
			e.Subject = r.Events[0].Subject
		}
		return e
	})
	if err != nil || decided.Next != "" {
		return decided, false, err
	}
	return decided, first, b.Disarm(ctx, who.account, id)
}

// takeBack takes back the message of an escalation, which may not have been submitted
// yet. ErrConflict says that a modem has begun to send it, or that it has ended.
func (b *Bus) takeBack(ctx context.Context, who ender, next life.Escalation) error {
	e := &life.Event{ID: next.Next, Account: who.account, Time: time.Now(), Kind: life.Cancelled{By: who.by}}
	waiting, err := b.Find(ctx, who.account, next.Next)
	switch {
	case err == nil:
		e.Subject = life.SubjectOf(waiting.Submission)
		return b.Withdraw(ctx, waiting, e)
	case errors.Is(err, ErrNotFound):
		return b.ClaimWithdrawal(ctx, &message.Submission{ID: next.Next, Account: who.account, Recipient: next.Recipient}, e)
	default:
		return err
	}
}
