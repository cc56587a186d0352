package bus

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Submit makes submissions durable: when it returns nil, each of them is on the
// disk of the broker (of most of its servers, where there are several). It may be
// repeated with the same ids after any error; nothing is submitted twice.
//
// The submissions go out together and are acknowledged together. An error is
// that of the first one that could not be submitted; others may have been.
func (b *Bus) Submit(ctx context.Context, subs ...*message.Submission) error {
	for _, s := range subs {
		if _, err := b.EnsureQueue(ctx, s.Queue); err != nil {
			return err
		}
	}
	if err := b.retry(ctx, b.checkRoom); err != nil {
		return err
	}
	// Timers first: what has been accepted must not stay valid for ever.
	for _, build := range b.builders() {
		msgs, err := each(subs, build)
		if err != nil {
			return err
		}
		if err := b.publish(ctx, msgs...); err != nil {
			return err
		}
	}
	for _, s := range subs {
		b.announce(s)
	}
	return nil
}

// builders make the messages of a submission, in the order in which they go out.
func (b *Bus) builders() []func(*message.Submission) (*nats.Msg, error) {
	return []func(*message.Submission) (*nats.Msg, error){b.expiryTimer, b.alternateTimer, b.submission}
}

// each builds the messages of several submissions; a nil message is left out.
func each(subs []*message.Submission, build func(*message.Submission) (*nats.Msg, error)) ([]*nats.Msg, error) {
	var out []*nats.Msg
	for _, s := range subs {
		m, err := build(s)
		if err != nil {
			return nil, err
		}
		if m != nil {
			out = append(out, m)
		}
	}
	return out, nil
}

// PriorityOf is the priority of a submission in the names of its queue.
func PriorityOf(s *message.Submission) subject.Priority {
	if s.Priority == message.High {
		return subject.High
	}
	return subject.Normal
}

func queued(s *message.Submission) subject.Queued {
	return subject.Queued{Queue: s.Queue, Priority: PriorityOf(s), Account: s.Account, ID: s.ID}
}

// submission is the message for SMS_OUT. It must be the first on its subject:
// a repeated publish of a message that still waits changes nothing.
func (b *Bus) submission(s *message.Submission) (*nats.Msg, error) {
	return b.submissionAt(s, s.DeliverAt)
}

// submissionAt is submission of a message that waits for a time; the zero time: it is
// ready.
func (b *Bus) submissionAt(s *message.Submission, at time.Time) (*nats.Msg, error) {
	data, err := wire.EncodeSubmission(s)
	if err != nil {
		return nil, err
	}
	if len(data) > maxMessage {
		return nil, fmt.Errorf("message %s: %w: %d octets, at most %d", s.ID, ErrTooLong, len(data), maxMessage)
	}
	m := &nats.Msg{Subject: b.space.Out(queued(s)), Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderMessageID, s.ID)
	m.Header.Set(subject.HeaderExpectedSubjectSeq, "0")
	if !at.IsZero() {
		m.Header.Set(subject.HeaderScheduleTarget, m.Subject)
		m.Header.Set(subject.HeaderSchedule, atTime(at))
		m.Subject = b.space.Later(queued(s))
	}
	return m, nil
}

// expiryTimer is the message for SMS_JOB that ends the validity of s; nil when
// it never ends.
func (b *Bus) expiryTimer(s *message.Submission) (*nats.Msg, error) {
	if s.ExpiresAt.IsZero() {
		return nil, nil
	}
	m := &nats.Msg{Subject: b.space.Expiry(s.Account, s.ID), Header: nats.Header{}}
	data, err := wire.EncodeEvent(&life.Event{
		ID: s.ID, Account: s.Account, Subject: life.SubjectOf(s), Kind: life.Expired{ExpiresAt: s.ExpiresAt},
	})
	if err != nil {
		return nil, err
	}
	m.Data = data
	m.Header.Set(subject.HeaderMessageID, s.ID+".exp")
	m.Header.Set(subject.HeaderExpectedSubjectSeq, "0")
	m.Header.Set(subject.HeaderSchedule, atTime(s.ExpiresAt))
	m.Header.Set(subject.HeaderScheduleTarget, b.space.ExpiryDue(s.Account, s.ID))
	return m, nil
}

// atTime is the schedule of one instant. The client library's own option cuts the
// fraction of the second off and fires early.
func atTime(t time.Time) string { return oneInstant + t.UTC().Format(time.RFC3339Nano) }

// oneInstant begins a schedule of one instant.
const oneInstant = "@at "

// timeOf is the instant of a schedule; the zero time: there is none.
func timeOf(h nats.Header) time.Time {
	at, err := time.Parse(time.RFC3339Nano, strings.TrimPrefix(h.Get(subject.HeaderSchedule), oneInstant))
	if err != nil {
		return time.Time{}
	}
	return at
}
