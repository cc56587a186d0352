package smpp

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// maxAtOnce bounds how many messages without an id a cancel_sm is about, and among
// how many a message to be replaced is looked for.
const maxAtOnce = 1000

// maxPlaces is how many destinations a submit_multi has at most.
const maxPlaces = 254

// errOther says that a message is not the one that the client describes.
var errOther = errors.New("the message is another one")

// aside does something about an earlier message, beside the reading of the session,
// and answers with what answer appends.
func (c *Conn) aside(h smpp.Header, size int, now time.Time, do func(ctx context.Context) (answer func(dst []byte) []byte, err error)) error {
	if !c.pace(1, now) {
		c.reject(h, account.TooFast)
		return nil
	}
	if err := c.begin(int64(size), c.profile()); err != nil {
		return err
	}
	ctx := c.waiting(now)
	c.spawn(func() {
		defer c.finish(int64(size))
		answer, err := do(ctx)
		if err != nil || answer == nil {
			c.note(err)
			c.refuse(h, c.statusOf(err))
		} else {
			c.out.add(answer)
		}
		c.out.flush()
	})
	return nil
}

// validMessageID reports whether an id can be one that was given out here.
func validMessageID(id []byte) bool {
	const most = 19
	return len(id) > 0 && len(id) <= most && strings.Trim(string(id), "0123456789abcdefABCDEF") == ""
}

// messageID returns an id in the form in which it was given out.
func messageID(id []byte) string { return strings.ToLower(string(id)) }

// query tells what has become of a message (SMPP 3.4 §4.8).
func (c *Conn) query(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.QuerySM
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	if !validMessageID(m.MessageID) {
		c.refuse(h, smpp.RInvMsgID)
		return nil
	}
	id, source := messageID(m.MessageID), cloneAddress(m.Source)
	return c.aside(h, len(body), now, func(ctx context.Context) (func([]byte) []byte, error) {
		standing, err := c.srv.broker.Query(ctx, c.account(), id)
		switch {
		case errors.Is(err, bus.ErrNotFound):
			return nil, smpp.RQueryFail
		case err != nil:
			return nil, smpp.RSysErr
		}
		record := recordOf(standing)
		if record == nil || !sameSource(record, source) {
			return nil, smpp.RQueryFail
		}
		resp := answerQuery(record.MessageID, standing)
		return func(dst []byte) []byte {
			out, err := smpp.Append(dst, smpp.Response(h.ID), smpp.OK, h.Sequence, &resp)
			if err != nil {
				return appendRefusal(dst, smpp.Response(h.ID), smpp.RSysErr, h.Sequence)
			}
			return out
		}, nil
	})
}

// answerQuery is what is told about a message.
func answerQuery(id string, s *bus.Standing) smpp.QuerySMResp {
	resp := smpp.QuerySMResp{MessageID: []byte(id), State: esme.MessageState(s.State)}
	if last := lastReport(s); last != nil && last.Outcome == life.Undeliverable {
		resp.ErrorCode = last.Status
	}
	if done := doneAt(s); !done.IsZero() {
		resp.FinalDate = []byte(esme.FormatTime(done))
	}
	return resp
}

func lastReport(s *bus.Standing) *life.Report {
	if n := len(s.Reports); n > 0 {
		if r, ok := s.Reports[n-1].Kind.(life.Report); ok {
			return &r
		}
	}
	return nil
}

// doneAt is when a message reached the state that it never leaves; zero: it has not.
func doneAt(s *bus.Standing) time.Time {
	switch {
	case s.State <= life.SentState:
		return time.Time{}
	case len(s.Reports) > 0:
		return s.Reports[len(s.Reports)-1].Time
	case s.Final != nil:
		return s.Final.Time
	}
	return time.Time{}
}

// recordOf is what the client gave with a message; nil: no client did.
func recordOf(s *bus.Standing) *message.SMPP {
	switch {
	case s.Submission != nil:
		return s.Submission.SMPP
	case s.Final != nil && s.Final.Subject != nil:
		return s.Final.Subject.SMPP
	case len(s.Reports) > 0 && s.Reports[0].Subject != nil:
		return s.Reports[0].Subject.SMPP
	}
	return nil
}

func sameSource(r *message.SMPP, a smpp.Address) bool {
	return r.Source.Addr.Reveal() == string(a.Addr)
}

func sameDestination(r *message.SMPP, a smpp.Address) bool {
	return r.Destination.Addr.Reveal() == string(a.Addr)
}

// cancel takes messages back that wait (SMPP 3.4 §4.9).
func (c *Conn) cancel(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.CancelSM
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	if len(m.MessageID) > 0 && !validMessageID(m.MessageID) {
		c.refuse(h, smpp.RInvMsgID)
		return nil
	}
	id, service, source, destination := messageID(m.MessageID), string(m.ServiceType), cloneAddress(m.Source), cloneAddress(m.Destination)
	return c.aside(h, len(body), now, func(ctx context.Context) (func([]byte) []byte, error) {
		is := func(r *message.SMPP) bool {
			return r != nil && sameSource(r, source) && (id != "" && len(destination.Addr) == 0 || sameDestination(r, destination)) &&
				(id != "" || r.ServiceType == service)
		}
		ids, err := c.toCancel(ctx, id, is)
		if err == nil {
			err = c.cancelAll(ctx, ids)
		}
		return nil, managed(err, smpp.RCancelFail)
	})
}

// canceller is who a cancellation is recorded to come from.
const canceller = "smpp"

// managed is the status of a command about an earlier message; failed is that of
// one that there is not, or not any more.
func managed(err error, failed smpp.Status) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bus.ErrNotFound), errors.Is(err, bus.ErrTooLate), errors.Is(err, errOther):
		return failed
	}
	if status := smpp.Status(0); errors.As(err, &status) {
		return status
	}
	if refusal := account.Refusal(0); errors.As(err, &refusal) {
		return refusal
	}
	return smpp.RSysErr
}

// cancelAll cancels messages. Where one of them could be, those for which it is too late
// are no failure: each says by its receipt what became of it.
func (c *Conn) cancelAll(ctx context.Context, ids []string) error {
	var late error
	cancelled := false
	for _, id := range ids {
		switch err := c.srv.broker.Cancel(ctx, c.account(), id, canceller); {
		case err == nil:
			cancelled = true
		case errors.Is(err, bus.ErrNotFound), errors.Is(err, bus.ErrTooLate):
			late = err
		default:
			return err // to be tried again: what is cancelled stays so
		}
	}
	if cancelled {
		return nil
	}
	return late
}

// toCancel are the messages that a cancel_sm is about: all of a message_id, or all
// that wait and are as described.
func (c *Conn) toCancel(ctx context.Context, id string, is func(*message.SMPP) bool) (ids []string, err error) {
	if id != "" {
		return c.placesLike(ctx, id, is)
	}
	waiting, err := c.waitingLike(ctx, maxAtOnce, func(s *message.Submission) bool { return is(s.SMPP) })
	for _, s := range waiting {
		ids = append(ids, s.ID)
	}
	if err == nil && len(ids) == 0 {
		err = bus.ErrNotFound
	}
	return ids, err
}

// placesLike are the messages of a message_id that are as described: one, or those of a
// submit_multi, of which some may have been sent already.
func (c *Conn) placesLike(ctx context.Context, id string, is func(*message.SMPP) bool) (ids []string, err error) {
	for place := range maxPlaces {
		one := placeID(id, place)
		standing, err := c.srv.broker.Query(ctx, c.account(), one)
		if errors.Is(err, bus.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		if is(recordOf(standing)) {
			ids = append(ids, one)
		}
	}
	if len(ids) == 0 {
		return nil, errOther
	}
	return ids, nil
}

// waitingLike are messages that wait and are as described, oldest first.
func (c *Conn) waitingLike(ctx context.Context, most int, is func(*message.Submission) bool) ([]*message.Submission, error) {
	found, _, err := c.srv.broker.Waiting(ctx, c.account(), most, func(s *message.Submission) bool { return s.SMPP != nil && is(s) })
	return found, err
}

// replace gives a message that waits another text (SMPP 3.4 §4.10).
func (c *Conn) replace(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.ReplaceSM
	body = bytes.Clone(body) // it is looked at later
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	if !validMessageID(m.MessageID) {
		c.refuse(h, smpp.RInvMsgID)
		return nil
	}
	profile := c.profile()
	return c.aside(h, len(body), now, func(ctx context.Context) (func([]byte) []byte, error) {
		err := c.srv.broker.Replace(ctx, c.account(), messageID(m.MessageID), func(s *message.Submission) error {
			if s.SMPP == nil || !sameSource(s.SMPP, m.Source) {
				return errOther
			}
			next := shortMessage(s.SMPP)
			next.ScheduleDeliveryTime, next.ValidityPeriod = m.ScheduleDeliveryTime, m.ValidityPeriod
			next.RegisteredDelivery, next.DefaultMsgID, next.Text = m.RegisteredDelivery, m.DefaultMsgID, m.Text
			by, err := c.submission(profile, &next, now)
			if err != nil {
				return err
			}
			if err := keepTimes(by, s); err != nil {
				return err
			}
			replaceBy(s, by)
			return nil
		})
		return nil, managed(err, smpp.RReplaceFail)
	})
}

// keepTimes gives next the times of the message that it replaces where it says none
// itself (SMPP 3.4 §4.10.1). The status says which of those that it says does not fit
// one that stays.
func keepTimes(next, s *message.Submission) error {
	said, was := next.SMPP, s.SMPP
	unsatisfied := smpp.RInvExpiry
	if said.ValidityPeriod == "" {
		unsatisfied = smpp.RInvSched
	}
	// A validity that is the account's alone begins with the schedule.
	if said.ValidityPeriod == "" && (said.ScheduleDeliveryTime == "" || was.ValidityPeriod != "") {
		next.ExpiresAt, said.ValidityPeriod = s.ExpiresAt, was.ValidityPeriod
	}
	if said.ScheduleDeliveryTime == "" {
		next.DeliverAt, said.ScheduleDeliveryTime = s.DeliverAt, was.ScheduleDeliveryTime
	}
	if !next.ExpiresAt.IsZero() && next.ExpiresAt.Before(next.DeliverAt) {
		return unsatisfied
	}
	return nil
}

// replaceBy makes a waiting message what next says, but for what identifies it.
func replaceBy(s, next *message.Submission) {
	next.ID, next.SMPP.MessageID, next.AcceptedAt, next.Revision = s.ID, s.SMPP.MessageID, s.AcceptedAt, s.Revision
	next.Queue, next.Priority, next.Alternates, next.AlternateOf = s.Queue, s.Priority, s.Alternates, s.AlternateOf
	*s = *next
}

// shortMessage is a message as its client gave it, without its text.
func shortMessage(r *message.SMPP) smpp.ShortMessage {
	m := smpp.ShortMessage{
		ServiceType: []byte(r.ServiceType), Source: esme.AddressOf(r.Source), Destination: esme.AddressOf(r.Destination),
		ESMClass: r.ESMClass, ProtocolID: r.ProtocolID, PriorityFlag: r.PriorityFlag, DataCoding: r.DataCoding,
		ReplaceIfPresent: r.ReplaceIfPresent,
	}
	for _, p := range r.Parameters {
		m.TLVs = m.TLVs.Append(smpp.Tag(p.Tag), p.Value.Reveal()...)
	}
	return m
}
