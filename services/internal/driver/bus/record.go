package bus

import (
	"context"
	"encoding/hex"
	"errors"
	"hash/fnv"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Attempt writes the attempt record of a part by compare-and-set: last is the
// sequence of the record that the caller knows, 0 for none. It returns the new
// sequence, or ErrConflict when somebody else has written meanwhile; then the
// part is not the caller's to send.
func (b *Bus) Attempt(ctx context.Context, e *life.Event, last uint64) (uint64, error) {
	a := e.Kind.(life.Attempt)
	data, err := wire.EncodeEvent(e)
	if err != nil {
		return 0, err
	}
	m := &nats.Msg{Subject: b.space.Attempt(e.Account, e.ID, a.Part), Data: data, Header: nats.Header{}}
	return b.compareAndSet(ctx, b.space.StreamEvents(), m, last)
}

// Record is one message to be written to SMS_EVT, and the copy of it that the
// scheduler gets where it has to do something about it.
type Record struct {
	msg  *nats.Msg
	copy *nats.Msg
}

// msgs are what is to be published, the record first: whoever sees the copy finds it.
// Where the copy got lost with its writer, whoever goes on writes both again.
func (r Record) msgs() []*nats.Msg {
	if r.copy == nil {
		return []*nats.Msg{r.msg}
	}
	return []*nats.Msg{r.msg, r.copy}
}

// PartRecord is the record that status reports of an accepted part are matched with.
func (b *Bus) PartRecord(e *life.Event) (Record, error) {
	p := e.Kind.(life.PartDone)
	return b.record(e, b.space.Part(subject.Part{
		SIM: e.Modem.SIM(), Recipient: e.Subject.Recipient.Reveal(), Reference: p.Reference,
		Account: e.Account, ID: e.ID, Part: p.Part, Total: p.Total,
	}), e.ID+".part."+strconv.Itoa(p.Part))
}

// EventRecord is the record of an event, for whoever follows the account.
func (b *Bus) EventRecord(e *life.Event) (Record, error) {
	t := typeOf(e.Kind)
	id := e.ID + "." + string(t) + distinction(e.Kind)
	r, err := b.record(e, b.space.Event(e.Account, e.ID, t), id)
	if err == nil && concernsScheduler(e) {
		r.copy = &nats.Msg{Subject: b.space.Chain(e.Account, e.ID, t), Data: r.msg.Data, Header: nats.Header{}}
		r.copy.Header.Set(subject.HeaderMessageID, id+".chain")
	}
	return r, err
}

func (b *Bus) record(e *life.Event, subj, id string) (Record, error) {
	data, err := wire.EncodeEvent(e)
	if err != nil {
		return Record{}, err
	}
	m := &nats.Msg{Subject: subj, Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderMessageID, id)
	return Record{msg: m}, nil
}

// distinction tells events of one message and type apart in the window in which
// the broker recognises repetitions.
func distinction(k life.Kind) string {
	switch k := k.(type) {
	case life.Report:
		h := fnv.New64a()
		_, _ = h.Write(k.PDU)
		return "." + hex.EncodeToString(h.Sum(nil))
	case life.Postponed:
		return "." + strconv.FormatInt(k.Until.Unix(), 36) + "." + strconv.FormatUint(uint64(k.Revision), 10)
	case life.ModemStatus:
		return "." + k.State.String() + strconv.FormatInt(k.Since.UnixNano(), 36)
	default:
		return ""
	}
}

func typeOf(k life.Kind) subject.EventType {
	switch k := k.(type) {
	case life.Accepted:
		return subject.Accepted
	case life.Sent:
		return subject.Sent
	case life.Failed:
		return subject.Failed
	case life.Rejected:
		return subject.Rejected
	case life.Expired:
		return subject.Expired
	case life.Cancelled:
		return subject.Cancelled
	case life.Report:
		return subject.Report
	case life.Received:
		return subject.Received
	case life.Call:
		return subject.Call
	case life.ModemStatus:
		return subject.Modem
	case life.JobRan:
		if k.Outcome == life.JobOverrun {
			return subject.Overrun
		}
		return subject.JobRan
	case life.Escalation:
		return subject.Escalation
	case life.Postponed:
		return subject.Postponed
	default:
		return subject.Alarm
	}
}

// Write makes records durable, all at once, and waits until they are.
func (b *Bus) Write(ctx context.Context, records ...Record) error {
	var msgs []*nats.Msg
	for _, r := range records {
		msgs = append(msgs, r.msgs()...)
	}
	return b.publish(ctx, msgs...)
}

// Publish makes events durable.
func (b *Bus) Publish(ctx context.Context, events ...*life.Event) error {
	records := make([]Record, len(events))
	for i, e := range events {
		r, err := b.EventRecord(e)
		if err != nil {
			return err
		}
		records[i] = r
	}
	return b.Write(ctx, records...)
}

// PublishOnce makes an event durable unless its subject has one already, and
// reports whether it was the first: also where the broker's answer to that got lost.
func (b *Bus) PublishOnce(ctx context.Context, e *life.Event) (first bool, err error) {
	r, err := b.EventRecord(e)
	if err != nil {
		return false, err
	}
	r.msg.Header.Set(subject.HeaderExpectedSubjectSeq, "0")
	err = b.retry(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, r.msg)
		first = err == nil && !ack.Duplicate
		return err
	})
	if conflict(err) || err == nil && !first {
		first, err = b.mine(ctx, r.msg)
	}
	if err == nil {
		err = b.publishCopy(ctx, r)
	}
	return first, err
}

// publishCopy tells the schedulers of an event that is on record, where they want to know:
// also when whoever recorded it died before it did so. Twice it is one.
func (b *Bus) publishCopy(ctx context.Context, r Record) error {
	if r.copy == nil {
		return nil
	}
	return b.publishOne(ctx, r.copy)
}

// mine reports whether an event that is on record already is this very one.
func (b *Bus) mine(ctx context.Context, m *nats.Msg) (bool, error) {
	_, err := b.own(ctx, b.space.StreamEvents(), m)
	if errors.Is(err, ErrConflict) {
		return false, nil
	}
	return err == nil, err
}
