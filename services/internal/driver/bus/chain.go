package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// concernsScheduler reports whether the scheduler wants to know of an event: the message
// is to wait, or it has alternates, and what happened may decide about them.
func concernsScheduler(e *life.Event) bool {
	if _, postponed := e.Kind.(life.Postponed); postponed {
		return true
	}
	if e.Subject == nil || len(e.Subject.Alternates) == 0 {
		return false
	}
	switch e.Kind.(type) {
	case life.Sent, life.Failed, life.Expired, life.Cancelled, life.Report:
		return true
	default:
		return false
	}
}

// alternateTimer is the message for SMS_JOB that sees to the alternates of s; nil when
// it has none. It holds s itself: the message to an alternate is made of it when s has
// long left the queue. It is set anew when s was sent.
func (b *Bus) alternateTimer(s *message.Submission) (*nats.Msg, error) {
	if len(s.Alternates) == 0 {
		return nil, nil
	}
	m, err := b.armed(s, escalation.FirstLook(s), escalation.Looked, 0)
	if err == nil {
		m.Header.Set(subject.HeaderMessageID, s.ID+".alt")
	}
	return m, err
}

// armed is the timer of the alternates of s in place of the one with sequence last.
func (b *Bus) armed(s *message.Submission, at time.Time, why escalation.Wake, last uint64) (*nats.Msg, error) {
	data, err := wire.EncodeSubmission(s)
	if err != nil {
		return nil, err
	}
	m := &nats.Msg{Subject: b.space.Alternate(s.Account, s.ID), Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderExpectedSubjectSeq, strconv.FormatUint(last, 10))
	m.Header.Set(subject.HeaderSchedule, atTime(at))
	m.Header.Set(subject.HeaderScheduleTarget, b.space.AlternateDue(s.Account, s.ID))
	m.Header.Set(subject.HeaderArmed, subject.ArmedAccepted)
	if why == escalation.Waited {
		m.Header.Set(subject.HeaderArmed, subject.ArmedSent)
	}
	return m, nil
}

// AlternateTimer is the timer of a message with alternates.
type AlternateTimer struct {
	Submission *message.Submission
	seq        uint64
	// at is when it fires, and why for what.
	at  time.Time
	why escalation.Wake
}

// AlternateTimer returns the timer of a message. ErrNotFound says that it has none:
// it has no alternates, or its timer has fired, or was removed.
func (b *Bus) AlternateTimer(ctx context.Context, account, id string) (*AlternateTimer, error) {
	raw, err := b.last(ctx, b.space.StreamJobs(), b.space.Alternate(account, id))
	if err != nil {
		return nil, err
	}
	s, err := wire.DecodeSubmission(raw.Data)
	if err != nil {
		return nil, err
	}
	return &AlternateTimer{Submission: s, seq: raw.Sequence, at: timeOf(raw.Header), why: armedFor(raw.Header)}, nil
}

// armedFor is what a timer was set for.
func armedFor(h nats.Header) escalation.Wake {
	if h.Get(subject.HeaderArmed) == subject.ArmedSent {
		return escalation.Waited
	}
	return escalation.Looked
}

// Arm sets the timer of a message anew, for the broker to fire at a time and for a
// reason. That the timer is another one by now is good: whoever set it, or whom it
// woke, knows no less.
func (b *Bus) Arm(ctx context.Context, t *AlternateTimer, at time.Time, why escalation.Wake) error {
	m, err := b.armed(t.Submission, at, why, t.seq)
	if err != nil {
		return err
	}
	return b.publishOne(ctx, m)
}

// Disarm removes the timer of a message; that it is gone already is good.
func (b *Bus) Disarm(ctx context.Context, account, id string) error {
	t, err := b.AlternateTimer(ctx, account, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.deleteMessage(ctx, b.space.StreamJobs(), t.seq)
}

// Recorded are the events of a message, in the order of the broker.
type Recorded struct {
	Events []life.Event
	// Stored is when the broker got each.
	Stored []time.Time
	// last is the sequence of the last one.
	last uint64
}

// Recorded reads the events of a message; it may have none.
func (b *Bus) Recorded(ctx context.Context, account, id string) (*Recorded, error) {
	var r *Recorded
	err := b.retry(ctx, func(ctx context.Context) error {
		r = &Recorded{}
		return b.eachStored(ctx, b.space.EventsOfMessage(account, id), func(raw *jetstream.RawStreamMsg, e *life.Event) {
			r.Events, r.Stored, r.last = append(r.Events, *e), append(r.Stored, raw.Time), raw.Sequence
		})
	})
	return r, err
}

// Decide records the decision e about a message, unless anything has been recorded about
// it since r was read: then it returns ErrConflict. So a decision never follows what it
// should have been made upon.
func (b *Bus) Decide(ctx context.Context, e *life.Event, r *Recorded) error {
	record, err := b.EventRecord(e)
	if err != nil {
		return err
	}
	h := record.msg.Header
	h.Del(subject.HeaderMessageID) // it would answer for an attempt that was refused
	h.Set(subject.HeaderExpectedSubjectSeq, strconv.FormatUint(r.last, 10))
	h.Set(subject.HeaderExpectedSubject, b.space.EventsOfMessage(e.Account, e.ID))
	err = b.retry(ctx, func(ctx context.Context) error {
		_, err := b.js.PublishMsg(ctx, record.msg)
		return err
	})
	if conflict(err) {
		return ErrConflict
	}
	return err
}

// DecideFor is Decide for somebody who has no right to be late: it reads, asks decide
// what to record and records it, again if something came in between. decide returns
// nil when there is nothing to record.
func (b *Bus) DecideFor(ctx context.Context, account, id string, decide func(*Recorded) *life.Event) error {
	for {
		r, err := b.Recorded(ctx, account, id)
		if err != nil {
			return err
		}
		e := decide(r)
		if e == nil {
			return nil
		}
		if err := b.Decide(ctx, e, r); !errors.Is(err, ErrConflict) {
			return err
		}
		if !pause(ctx) {
			return ctx.Err()
		}
	}
}

// AlternateDue is a message with alternates whose timer has fired.
type AlternateDue struct {
	Submission *message.Submission
	// Why is what the timer was set for, and Now when the broker fired it.
	Why escalation.Wake
	Now time.Time
}

// FollowAlternates hands messages whose timer has fired to handle, several at once,
// until ctx ends. Each is handled at least once, by one of those who follow.
func (b *Bus) FollowAlternates(ctx context.Context, handle func(context.Context, AlternateDue) error) error {
	return b.followJob(ctx, subject.ConsumerAlternateDue, func(m jetstream.Msg) (string, func(context.Context) error, error) {
		s, err := wire.DecodeSubmission(m.Data())
		if err != nil || len(s.Alternates) == 0 {
			return "", nil, errors.Join(err, errMismatch)
		}
		due := AlternateDue{Submission: s, Why: armedFor(m.Headers()), Now: storedAt(m)}
		return s.ID, func(ctx context.Context) error { return handle(ctx, due) }, nil
	})
}

// FollowChains hands the events that the scheduler acts upon to handle, those of messages
// with alternates above all, with the time when the broker got each, until ctx ends; those
// of one message in order.
func (b *Bus) FollowChains(ctx context.Context, handle func(context.Context, *life.Event, time.Time) error) error {
	return b.followIn(ctx, b.space.StreamEvents(), subject.ConsumerChain, func(m jetstream.Msg) (string, func(context.Context) error, error) {
		e, err := wire.DecodeEvent(m.Data())
		if err != nil || e.Kind == nil || !concernsScheduler(e) {
			return "", nil, errors.Join(err, errMismatch)
		}
		return e.ID, func(ctx context.Context) error { return handle(ctx, e, storedAt(m)) }, nil
	})
}

// storedAt is when the broker stored a message.
func storedAt(m jetstream.Msg) time.Time {
	if md, err := m.Metadata(); err == nil {
		return md.Timestamp
	}
	return time.Time{}
}

// followJob is followIn for a consumer of what is due.
func (b *Bus) followJob(ctx context.Context, consumer string, read reader) error {
	return b.followIn(ctx, b.space.StreamJobs(), consumer, read)
}

// followIn hands what a durable consumer gives to rows until ctx ends: what one of
// them waits for delays no other.
func (b *Bus) followIn(ctx context.Context, stream, consumer string, read reader) error {
	var c jetstream.Consumer
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		c, err = b.js.Consumer(ctx, stream, consumer)
		return err
	})
	if err != nil {
		return fmt.Errorf("following %s: %w", consumer, err)
	}
	return b.inLanes(ctx, c, startRows(), confirmed, read)
}
