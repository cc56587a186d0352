package bus

import (
	"context"
	"errors"
	"sort"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Waiting is a submission that no modem has finished yet.
type Waiting struct {
	Submission *message.Submission
	// Deferred says that it waits for a time, and Until for which: the one that its
	// submitter chose, or the end of quiet hours.
	Deferred bool
	Until    time.Time
	subject  string
	seq      uint64
}

// Find returns a message that waits in a queue or for its time. An empty account
// finds it whoever submitted it.
func (b *Bus) Find(ctx context.Context, account, id string) (*Waiting, error) {
	if !wire.ValidID(id) {
		return nil, ErrNotFound
	}
	ready, later := b.space.OutAnyAccount(id), b.space.LaterAnyAccount(id)
	if account != "" {
		ready, later = b.space.OutAnyQueue(account, id), b.space.LaterAnyQueue(account, id)
	}
	// Deferred first: one that becomes ready in between is found then; and again, for one
	// that was ready and is deferred in between.
	for i, subj := range []string{later, ready, later} {
		raw, err := b.last(ctx, b.space.StreamOut(), subj)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s, err := wire.DecodeSubmission(raw.Data)
		if err != nil {
			return nil, err
		}
		return &Waiting{Submission: s, Deferred: i != 1, Until: timeOf(raw.Header), subject: raw.Subject, seq: raw.Sequence}, nil
	}
	return nil, ErrNotFound
}

// streamOf returns a handle of a stream, which is asked for once.
func (b *Bus) streamOf(ctx context.Context, name string) (jetstream.Stream, error) {
	if s, ok := b.handles.Load(name); ok {
		return s.(jetstream.Stream), nil
	}
	s, err := b.js.Stream(ctx, name)
	if err == nil {
		b.handles.Store(name, s)
	}
	return s, err
}

// last returns the last message on a subject, which may have wildcards.
func (b *Bus) last(ctx context.Context, stream, subj string) (raw *jetstream.RawStreamMsg, err error) {
	err = b.retry(ctx, func(ctx context.Context) error {
		s, err := b.streamOf(ctx, stream)
		if err != nil {
			return err
		}
		raw, err = s.GetLastMsgForSubject(ctx, subj)
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, ErrNotFound
	}
	return raw, err
}

// lastRecord is last as all roles may ask for it who write records (deploy/nats): it is
// the way in which they read them.
func (b *Bus) lastRecord(ctx context.Context, stream, subj string) (*jetstream.RawStreamMsg, error) {
	var found []*jetstream.RawStreamMsg
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		found, err = collect(jetstreamext.GetLastMsgsFor(ctx, b.js, stream, []string{subj}))
		return err
	})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Withdraw takes a message out of its queue, unless its first part was attempted
// already, something else has ended it, or, where it is to expire, it was replaced
// since w was found: then it returns ErrConflict, and has changed nothing. who is told
// in e, which becomes the record of it.
func (b *Bus) Withdraw(ctx context.Context, w *Waiting, e *life.Event) error {
	if err := b.ClaimWithdrawal(ctx, w.Submission, e); err != nil {
		return err
	}
	final, err := b.Conclude(ctx, e)
	if err != nil {
		return err
	}
	if err := b.remove(ctx, w); err != nil {
		return err
	}
	if typeOf(final.Kind) != typeOf(e.Kind) {
		return ErrConflict
	}
	return nil
}

// ClaimWithdrawal writes the attempt record of the first part, so that no worker
// can send it any more; e says who and when. That it was written before, by a
// withdrawal that did not finish, is good. ErrConflict says that a part was
// accepted or may have been, or that the validity that has ended is not that of the
// message any more: it was replaced.
func (b *Bus) ClaimWithdrawal(ctx context.Context, s *message.Submission, e *life.Event) error {
	claim := *e
	claim.Kind = life.Attempt{Part: 1, Total: 1, State: life.Withdrawn}
	_, expires := e.Kind.(life.Expired)
	for last := uint64(0); ; {
		_, err := b.Attempt(ctx, &claim, last)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		p, err := b.Progress(ctx, s)
		record := p.Attempts[1]
		switch {
		case err != nil:
			return err
		case record.State == life.Withdrawn:
			return nil
		case !p.Untouched(), expires && record.Revision > s.Revision:
			return ErrConflict
		case !pause(ctx):
			return ctx.Err()
		}
		last = record.Seq // somebody replaces it, or was refused, in this very moment
	}
}

// remove deletes the waiting message itself; that it is gone already is good.
func (b *Bus) remove(ctx context.Context, w *Waiting) error {
	return b.deleteMessage(ctx, b.space.StreamOut(), w.seq)
}

// deleteMessage removes a message from a stream; that it is gone already is good.
func (b *Bus) deleteMessage(ctx context.Context, stream string, seq uint64) error {
	return b.retry(ctx, func(ctx context.Context) error {
		s, err := b.streamOf(ctx, stream)
		if err != nil {
			return err
		}
		err = s.DeleteMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
			return nil
		}
		return err
	})
}

// History returns what is recorded about a message, oldest first: its acceptance
// while it waits, its attempts, its parts and its events.
func (b *Bus) History(ctx context.Context, id string) ([]life.Event, error) {
	if !wire.ValidID(id) {
		return nil, ErrNotFound // it could stand for several messages
	}
	var events []life.Event
	waiting, err := b.Find(ctx, "", id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	for _, filter := range []string{b.space.AttemptsAnyAccount(id), b.space.EventsAnyAccount(id)} {
		if events, err = b.appendAll(ctx, events, filter); err != nil {
			return nil, err
		}
	}
	if accepted := acceptance(waiting, events); accepted != nil {
		events = append(events, *accepted)
	}
	if events, err = b.appendParts(ctx, events); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, ErrNotFound
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].Time.Before(events[j].Time) })
	return events, nil
}

// acceptance is the event of acceptance, told from the waiting message or from
// what later events repeat of it.
func acceptance(w *Waiting, events []life.Event) *life.Event {
	if w != nil {
		s := w.Submission
		return &life.Event{ID: s.ID, Account: s.Account, Time: s.AcceptedAt, Subject: life.SubjectOf(s),
			Kind: life.Accepted{DeliverAt: s.DeliverAt, ExpiresAt: s.ExpiresAt}}
	}
	for _, e := range events {
		if e.Subject != nil && !e.Subject.AcceptedAt.IsZero() {
			return &life.Event{ID: e.ID, Account: e.Account, Time: e.Subject.AcceptedAt, Subject: e.Subject, Kind: life.Accepted{}}
		}
	}
	return nil
}

// appendParts adds the records of accepted parts that no final event repeats.
func (b *Bus) appendParts(ctx context.Context, events []life.Event) ([]life.Event, error) {
	for _, e := range events {
		switch e.Kind.(type) {
		case life.Sent, life.Failed:
			return events, nil
		}
	}
	for _, e := range events {
		if e.Subject != nil && !e.Subject.Recipient.IsZero() {
			return b.appendAll(ctx, events, b.space.PartsOfMessage(e.Subject.Recipient.Reveal(), e.Account, e.ID))
		}
	}
	return events, nil
}

// appendAll adds every stored event whose subject matches filter.
func (b *Bus) appendAll(ctx context.Context, events []life.Event, filter string) ([]life.Event, error) {
	var found []life.Event
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		found, err = b.storedEvents(ctx, filter) // a repetition begins anew
		return err
	})
	return append(events, found...), err
}

// EventsBefore returns the events of a message of an account that are stored before
// seq, in the order in which they are stored.
func (b *Bus) EventsBefore(ctx context.Context, account, id string, seq uint64) ([]life.Event, error) {
	if !wire.ValidID(id) {
		return nil, ErrNotFound
	}
	var events []life.Event
	err := b.retry(ctx, func(ctx context.Context) error {
		events = nil // a repetition begins anew
		return b.eachStored(ctx, b.space.EventsOfMessage(account, id), func(raw *jetstream.RawStreamMsg, e *life.Event) {
			if raw.Sequence < seq {
				events = append(events, *e)
			}
		})
	})
	return events, err
}

func (b *Bus) storedEvents(ctx context.Context, filter string) (events []life.Event, err error) {
	err = b.eachStored(ctx, filter, func(_ *jetstream.RawStreamMsg, e *life.Event) { events = append(events, *e) })
	return events, err
}

// MatchReport returns the record of the part that a status report is about:
// the last part that the SIM sent to recipient with that reference. ErrNotFound
// says that there is none.
func (b *Bus) MatchReport(ctx context.Context, sim string, recipient message.Address, reference uint8) (*life.Event, error) {
	for _, filter := range []string{
		b.space.PartsOfReport(sim, recipient.Reveal(), reference),
		b.space.PartsOfReportAnyRecipient(sim, reference),
	} {
		raw, err := b.last(ctx, b.space.StreamEvents(), filter)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		e, err := wire.DecodeEvent(raw.Data)
		if err != nil {
			return nil, err
		}
		if e.Subject != nil && sameNumber(e.Subject.Recipient, recipient) {
			return e, nil
		}
	}
	return nil, ErrNotFound
}

// sameNumber reports whether two ways of writing a number can be the same one:
// one ends with the significant digits of the other. Reports know nothing of the
// "s" that marks short numbers.
func sameNumber(a, b message.Address) bool {
	const significant = 6
	x, y := strings.TrimPrefix(a.Reveal(), "s"), strings.TrimPrefix(b.Reveal(), "s")
	if x == y {
		return true
	}
	n := min(len(x), len(y))
	return n >= significant && x[len(x)-n+1:] == y[len(y)-n+1:]
}
