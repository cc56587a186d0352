package scheduler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// A message with alternates is looked at when something happens to it (told) and
// when its timer fires (alternateDue). Both ask package escalation, and record the
// decision before anything is done about it. The record is a compare-and-set on all
// that is recorded of the message: of several schedulers one decides, and none
// decides without knowing of a delivery. What follows from it may be repeated.

// looked is a message with alternates, as somebody looks at it.
type looked struct {
	sub   *message.Submission
	why   escalation.Wake
	now   time.Time
	facts escalation.Facts
	// recorded is what the facts were read from.
	recorded *bus.Recorded
	log      *zap.Logger
}

// alternateDue acts when the timer of a message has fired. The timer is gone then.
func (s *Scheduler) alternateDue(ctx context.Context, due bus.AlternateDue) error {
	l := &looked{sub: due.Submission, why: due.Why, now: due.Now, log: s.log.With(log.Message(due.Submission.ID))}
	decision, err := s.decide(ctx, l, nil)
	if err != nil {
		return s.again(l, err)
	}
	if decision.Do == escalation.Wait {
		err := s.bus.Arm(ctx, &bus.AlternateTimer{Submission: l.sub}, decision.Until, decision.Then)
		if err == nil {
			err = s.bus.RenewAlternates(ctx, l.sub.Account, l.sub.ID)
		}
		return s.again(l, err)
	}
	return s.again(l, s.carryOut(ctx, l, decision))
}

// lostAfter is how long a timer may be missing that must be there: it was stored with
// the message, but a replica may not know it yet, or it fires in this very moment.
const lostAfter = time.Minute

// errNoTimer says that there is no timer to set anew, and no message to make the next
// one of.
var errNoTimer = errors.New("the timer of the message is not there")

// told acts when something has happened to a message with alternates, or when a message
// is to wait.
func (s *Scheduler) told(ctx context.Context, e *life.Event, stored time.Time) error {
	if k, ok := e.Kind.(life.Postponed); ok {
		return s.postpone(ctx, e, k)
	}
	l := &looked{why: escalation.Told, now: stored, log: s.log.With(log.Message(e.ID))}
	timer, err := s.bus.AlternateTimer(ctx, e.Account, e.ID)
	switch {
	case err == nil:
		l.sub = timer.Submission
	case errors.Is(err, bus.ErrNotFound): // what the event repeats of the message is enough to decide
		l.sub = &message.Submission{ID: e.ID, Account: e.Account, Alternates: e.Subject.Alternates, AlternateOf: e.Subject.AlternateOf}
	default:
		return s.again(l, err)
	}
	decision, err := s.decide(ctx, l, e)
	switch {
	case errors.Is(err, errNotRecorded) && s.now().Sub(stored) > lostAfter:
		l.log.Error("something was told about a message with alternates that is not on record", zap.String("event", fmt.Sprintf("%T", e.Kind)))
		return nil
	case err != nil:
		return s.again(l, err)
	case decision.Do == escalation.Nothing:
		return nil
	case timer == nil && (decision.Do == escalation.Wait || decision.Do == escalation.Escalate):
		if s.now().Sub(stored) > lostAfter {
			l.log.Error("a message with alternates has no timer; they may not be tried")
			return nil
		}
		return s.again(l, errNoTimer)
	case decision.Do == escalation.Wait:
		return s.again(l, s.bus.Arm(ctx, timer, decision.Until, decision.Then))
	}
	if err := s.carryOut(ctx, l, decision); err != nil {
		return s.again(l, err)
	}
	return s.again(l, s.bus.Disarm(ctx, e.Account, e.ID))
}

// again logs what will be tried again: soon where somebody else is only a moment behind
// or ahead.
func (s *Scheduler) again(l *looked, err error) error {
	const moment = 200 * time.Millisecond
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoTimer), errors.Is(err, errNotRecorded), errors.Is(err, bus.ErrConflict):
		l.log.Debug("escalating, will be tried again", zap.Error(err))
		return &bus.Later{After: moment, Err: err}
	default:
		l.log.Warn("escalating, will be tried again", zap.Error(err))
		return err
	}
}

// errNotRecorded says that a replica does not know yet what somebody told.
var errNotRecorded = errors.New("what happened to the message is not on record yet")

// decide reads what is recorded of a message, and decides upon nothing else. happened
// is what somebody told of it; nil: nothing.
func (s *Scheduler) decide(ctx context.Context, l *looked, happened *life.Event) (escalation.Decision, error) {
	var err error
	if l.recorded, err = s.bus.Recorded(ctx, l.sub.Account, l.sub.ID); err != nil {
		return escalation.Decision{}, err
	}
	if happened != nil && !slices.ContainsFunc(l.recorded.Events, func(e life.Event) bool { return same(&e, happened) }) {
		return escalation.Decision{}, errNotRecorded
	}
	l.facts = escalation.FactsOf(l.recorded.Events, l.recorded.Stored)
	d := escalation.Decide(l.sub, l.facts, l.why, l.now)
	if d.Do != escalation.Escalate || l.sub.AlternateOf == "" {
		return d, nil
	}
	if l.facts.Reached, err = s.reached(ctx, l.sub.Account, l.sub.AlternateOf); err != nil {
		return d, err
	}
	return escalation.Decide(l.sub, l.facts, l.why, l.now), nil
}

// same reports whether two events of a message are one.
func same(a, b *life.Event) bool {
	x, isReport := a.Kind.(life.Report)
	y, too := b.Kind.(life.Report)
	if isReport && too {
		return x.Part == y.Part && bytes.Equal(x.PDU, y.PDU)
	}
	return reflect.TypeOf(a.Kind) == reflect.TypeOf(b.Kind)
}

// reached reports whether a message, or one before it in its chain, was delivered.
func (s *Scheduler) reached(ctx context.Context, account, id string) (bool, error) {
	for id != "" {
		r, err := s.bus.Recorded(ctx, account, id)
		if err != nil {
			return false, err
		}
		if life.Fold(r.Events) == life.DeliveredState {
			return true, nil
		}
		id = alternateOf(r.Events)
	}
	return false, nil
}

// alternateOf is the message that another one stands in for, as its events tell.
func alternateOf(events []life.Event) string {
	for _, e := range events {
		if e.Subject != nil {
			return e.Subject.AlternateOf
		}
	}
	return ""
}

// carryOut records a decision and does what it says; what was decided before, it does
// again, as far as nobody has.
func (s *Scheduler) carryOut(ctx context.Context, l *looked, d escalation.Decision) error {
	if d.Do == escalation.Follow {
		return s.follow(ctx, l)
	}
	k := life.Escalation{Reason: d.Reason}
	var next *message.Submission
	if d.Do == escalation.Escalate {
		next = escalation.Next(l.sub, s.queue(l.sub), s.now())
		k.Next, k.Recipient = next.ID, next.Recipient
	}
	err := s.bus.Decide(ctx, s.event(l, k), l.recorded)
	if err != nil {
		return err
	}
	if next == nil {
		l.log.Info("no alternate is needed any more", zap.String("reason", d.Reason))
		return nil
	}
	l.log.Warn("nobody has received it; the next recipient is tried", zap.String("reason", d.Reason), zap.String("next", next.ID),
		zap.Stringer("to", next.Recipient))
	return s.bus.Submit(ctx, next)
}

// follow finishes what a decision of somebody else began, and takes the next message
// back when this one turned out to have been received.
func (s *Scheduler) follow(ctx context.Context, l *looked) error {
	k := l.facts.Decided
	switch {
	case k.Next == "":
		return nil
	case l.facts.State == life.DeliveredState:
		stopped, err := s.bus.StopChain(ctx, l.sub.Account, l.sub.ID, escalation.ByDelivery, "an earlier recipient has received it")
		if stopped {
			l.log.Info("nobody else is tried: it was received after all")
		}
		return err
	case l.why == escalation.Told && l.sub.Queue == "":
		return nil // there is no timer any more, which goes last
	}
	_, err := s.bus.History(ctx, k.Next)
	if !errors.Is(err, bus.ErrNotFound) {
		return err
	}
	return s.bus.Submit(ctx, escalation.Next(l.sub, s.queue(l.sub), s.now()))
}

// queue is where the message to the next recipient of m goes: where the policy wants
// it, unless m was sent elsewhere than the policy wants its own number.
func (s *Scheduler) queue(m *message.Submission) string {
	routes := s.policy.Load()
	own, err := routes.Choose("", m.Recipient)
	if err != nil || own != m.Queue {
		return m.Queue
	}
	if q, err := routes.Choose("", m.Alternates[0].Recipient); err == nil {
		return q
	}
	return m.Queue
}

// event is the record of a decision.
func (s *Scheduler) event(l *looked, k life.Escalation) *life.Event {
	e := &life.Event{ID: l.sub.ID, Account: l.sub.Account, Time: s.now(), Kind: k}
	switch {
	case l.sub.Queue != "":
		e.Subject = life.SubjectOf(l.sub)
	case len(l.recorded.Events) > 0:
		e.Subject = l.recorded.Events[0].Subject
	}
	return e
}
