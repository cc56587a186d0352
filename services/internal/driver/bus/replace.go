package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ErrIdentity says that a replacement is another message than the one it replaces.
var ErrIdentity = errors.New("a replacement keeps id, account, recipient, queue and priority")

// Replace puts another text, time or validity in the place of a message that waits in
// a queue or for its time: change gets a copy, and changes it; it is called again when
// somebody else was faster. nil means that the message is certainly sent as changed,
// if it is sent; ErrTooLate that a modem has begun, and nothing has changed;
// ErrNotFound that the account has no such message. An error of change is returned,
// and nothing has changed.
//
// A ready message moves to the end of its queue. Cost: O(1), whatever waits.
//
// A worker that holds the message and Replace meet at the attempt record of the first
// part, as with Cancel. Replace stores the new revision first and writes the record
// then: whoever dies in between has told nobody, and a worker sends one of the two.
func (b *Bus) Replace(ctx context.Context, account, id string, change func(*message.Submission) error) error {
	for {
		waiting, err := b.Find(ctx, account, id)
		if errors.Is(err, ErrNotFound) {
			err = b.ended(ctx, account, id)
			switch {
			case err == nil:
				return ErrTooLate // cancelled
			case !errors.Is(err, errBehind):
				return err
			case !pause(ctx):
				return ctx.Err()
			}
			continue
		}
		if err != nil {
			return err
		}
		known, err := b.Progress(ctx, waiting.Submission)
		if err != nil {
			return err
		}
		if !known.Untouched() {
			return ErrTooLate
		}
		next := *waiting.Submission
		if err := change(&next); err != nil {
			return err
		}
		if !sameMessage(&next, waiting.Submission) {
			return ErrIdentity
		}
		record := known.Attempts[1]
		next.Revision = max(next.Revision, record.Revision) + 1
		err = b.replace(ctx, waiting, &next, record)
		switch {
		case !errors.Is(err, ErrConflict):
			return err
		case !pause(ctx):
			return ctx.Err()
		}
	}
}

func sameMessage(a, b *message.Submission) bool {
	return a.ID == b.ID && a.Account == b.Account && a.Recipient == b.Recipient && a.Queue == b.Queue && a.Priority == b.Priority
}

// replace writes one revision over another; ErrConflict: it waits no more as it did.
func (b *Bus) replace(ctx context.Context, old *Waiting, next *message.Submission, record AttemptRecord) error {
	if err := b.renewExpiry(ctx, next); err != nil {
		return err
	}
	m, err := b.submission(next)
	if err != nil {
		return err
	}
	if err := b.exchange(ctx, old, next, m, record); err != nil {
		return err
	}
	return b.renewAlternates(ctx, next)
}

// exchange puts m, which holds a revision, in the place of an earlier one, and removes
// that; ErrConflict: it waits no more as it did.
func (b *Bus) exchange(ctx context.Context, old *Waiting, next *message.Submission, m *nats.Msg, record AttemptRecord) error {
	m.Header.Del(subject.HeaderMessageID) // it has been seen
	last := old.seq
	if m.Subject != old.subject {
		last = 0
	}
	seq, err := b.compareAndSet(ctx, b.space.StreamOut(), m, last)
	if err != nil {
		return err
	}
	now := &Waiting{Submission: next, subject: m.Subject, seq: seq}
	if err := b.recordReplacement(ctx, next, record); err != nil {
		switch {
		case errors.Is(err, ErrTooLate):
			err = errors.Join(err, b.restore(ctx, old, now))
		case errors.Is(err, ErrConflict):
			err = errors.Join(err, b.remove(ctx, now)) // what counts is elsewhere
		}
		return err
	}
	if now.subject != old.subject {
		return b.remove(ctx, old)
	}
	return nil
}

// RenewAlternates lets the alternates of a message that waits get what it says now. It is
// for a scheduler that has set the timer anew of what it had been: whoever replaced the
// message meanwhile may have found no timer.
func (b *Bus) RenewAlternates(ctx context.Context, account, id string) error {
	waiting, err := b.Find(ctx, account, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.renewAlternates(ctx, waiting.Submission)
}

// renewAlternates lets the alternates of a message get what it says now.
func (b *Bus) renewAlternates(ctx context.Context, s *message.Submission) error {
	if len(s.Alternates) == 0 {
		return nil
	}
	for {
		t, err := b.AlternateTimer(ctx, s.Account, s.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			return nil // it has fired: the scheduler decides, and looks again if it sets it anew
		case err != nil:
			return err
		case t.Submission.Revision >= s.Revision:
			return nil
		}
		err = b.renewTimer(ctx, t, s)
		switch {
		case !errors.Is(err, ErrConflict):
			return err
		case !pause(ctx):
			return ctx.Err()
		}
	}
}

// renewTimer puts s into a timer; ErrConflict: it is another one by now. One that counts
// from the time at which the message was sent goes on counting from it.
func (b *Bus) renewTimer(ctx context.Context, t *AlternateTimer, s *message.Submission) error {
	at := t.at
	if t.why == escalation.Looked {
		at = escalation.FirstLook(s)
	}
	m, err := b.armed(s, at, t.why, t.seq)
	if err != nil {
		return err
	}
	_, err = b.compareAndSet(ctx, b.space.StreamJobs(), m, t.seq)
	return err
}

// recordReplacement keeps workers that hold an earlier revision from sending it. Where
// one was faster, it may have been with the new one: that is as good. ErrConflict says
// that somebody else made a revision of the same number, and moved it elsewhere: to wait
// for a time, or no longer.
func (b *Bus) recordReplacement(ctx context.Context, next *message.Submission, record AttemptRecord) error {
	a := life.Attempt{Part: 1, Total: max(record.Total, 1), Number: record.Number, State: life.Replaced, Revision: next.Revision}
	e := &life.Event{ID: next.ID, Account: next.Account, Time: time.Now(), Subject: life.SubjectOf(next), Kind: a}
	_, err := b.Attempt(ctx, e, record.Seq)
	if !errors.Is(err, ErrConflict) {
		return err
	}
	known, err := b.Progress(ctx, next)
	now := known.Attempts[1]
	switch {
	case err != nil:
		return err
	case now.State == life.Replaced && now.Revision == next.Revision:
		return ErrConflict
	case now.State != life.Withdrawn && now.Revision >= next.Revision:
		return nil // a later one replaced this one, not the one before it
	case now.State == life.Replaced && now.Seq > record.Seq:
		// Whoever made the revision before recorded it only now.
		return b.recordReplacement(ctx, next, now)
	default:
		return ErrTooLate
	}
}

// restore puts the old revision back, for a worker that gives it up to others. What
// has been taken meanwhile is gone, and needs nothing.
func (b *Bus) restore(ctx context.Context, old, now *Waiting) error {
	if now.subject != old.subject {
		return b.remove(ctx, now)
	}
	data, err := wire.EncodeSubmission(old.Submission)
	if err != nil {
		return err
	}
	m := &nats.Msg{Subject: old.subject, Data: data, Header: nats.Header{}}
	if old.Deferred {
		m.Header.Set(subject.HeaderSchedule, atTime(old.Until))
		m.Header.Set(subject.HeaderScheduleTarget, b.space.Out(queued(old.Submission)))
	}
	if _, err = b.compareAndSet(ctx, b.space.StreamOut(), m, now.seq); errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// renewExpiry makes the timer follow the validity of a message. One that fires for a
// validity that is not the message's any more does nothing: see RearmExpiry.
func (b *Bus) renewExpiry(ctx context.Context, s *message.Submission) error {
	m, err := b.expiryTimer(s)
	if m == nil || err != nil {
		return err
	}
	m.Header.Del(subject.HeaderMessageID)
	m.Header.Del(subject.HeaderExpectedSubjectSeq)
	return b.publishOne(ctx, m)
}

// RearmExpiry sets the timer of a message whose validity ends later than the timer
// that has just fired says, unless there is one already.
func (b *Bus) RearmExpiry(ctx context.Context, s *message.Submission) error {
	m, err := b.expiryTimer(s)
	if m == nil || err != nil {
		return err
	}
	m.Header.Del(subject.HeaderMessageID)
	return b.publishOne(ctx, m)
}

// mostScanned bounds how many messages of an account Waiting looks at.
const mostScanned = 10_000

// Waiting returns the messages of an account that wait, in a queue or for their time,
// and for which match holds: oldest first, the deferred ones before the others, at
// most so many. It reads at most 10,000 messages of the account, and none of others;
// complete says that there were no more. Some may have been taken meanwhile.
//
// It is for what has no id to go by (SMPP 3.4 §4.9.1 and §5.2.15: service type, source
// and destination). Its cost grows with what waits of that account, not of others.
func (b *Bus) Waiting(ctx context.Context, account string, most int, match func(*message.Submission) bool) (found []*message.Submission, complete bool, err error) {
	scanned := 0
	for _, filter := range []string{b.space.LaterOfAccount(account), b.space.OutOfAccount(account)} {
		for from := uint64(1); ; {
			page, next, err := b.waitingPage(ctx, filter, from)
			if err != nil {
				return nil, false, fmt.Errorf("looking for messages that wait: %w", err)
			}
			for _, s := range page {
				if !match(s) {
					continue
				}
				if len(found) == most {
					return found, false, nil
				}
				found = append(found, s)
			}
			scanned += len(page)
			if next == 0 {
				break
			}
			if scanned >= mostScanned {
				return found, false, nil
			}
			from = next
		}
	}
	return found, true, nil
}

// waitingPage reads some messages from a sequence on, and where to go on; 0: nowhere.
func (b *Bus) waitingPage(ctx context.Context, filter string, from uint64) (page []*message.Submission, next uint64, err error) {
	const size = 500
	err = b.retry(ctx, func(ctx context.Context) error {
		page, next = nil, 0
		n := 0
		stored, err := jetstreamext.GetBatch(ctx, b.js, b.space.StreamOut(), size, jetstreamext.GetBatchSeq(from), jetstreamext.GetBatchSubject(filter))
		if err != nil {
			return err
		}
		for raw, err := range stored {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				return nil
			}
			if err != nil {
				return err
			}
			n++
			if s, err := wire.DecodeSubmission(raw.Data); err == nil {
				page = append(page, s)
			}
			if n == size {
				next = raw.Sequence + 1
			}
		}
		return nil
	})
	return page, next, err
}

// own tells a lost race from a lost answer: when the message that is last on its
// subject is the very one that was to be written, it was written. (The broker compares
// sequences before it looks at message ids, so an id would not help.)
func (b *Bus) own(ctx context.Context, stream string, m *nats.Msg) (uint64, error) {
	last := b.last
	if stream == b.space.StreamEvents() {
		last = b.lastRecord
	}
	raw, err := last(ctx, stream, m.Subject)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && (len(m.Data) == 0 || !bytes.Equal(raw.Data, m.Data)):
		return 0, ErrConflict
	case err != nil:
		return 0, err
	}
	// A lease is renewed with the octets that it had: then the one that was known is
	// no answer.
	if known, _ := strconv.ParseUint(m.Header.Get(subject.HeaderExpectedSubjectSeq), 10, 64); raw.Sequence <= known {
		return 0, ErrConflict
	}
	return raw.Sequence, nil
}
