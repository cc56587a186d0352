package smpp

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// part is one message of a request, to one destination.
type part struct {
	destination smpp.Address
	submission  *message.Submission
	pending     Pending
	// keep says that it is not to be taken back when nobody knows whether it is durable:
	// when its client sends it again it is recognised, and must be there then.
	keep bool
	// status is what became of it, once there is nothing to wait for.
	status smpp.Status
}

// submitSM takes a message (SMPP 3.4 §4.4).
func (c *Conn) submitSM(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.ShortMessage
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	return c.submit(h, &m, len(body), now)
}

// dataSM takes a message in the other form (SMPP 3.4 §4.7).
func (c *Conn) dataSM(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.DataSM
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	if _, ok := m.TLVs.Get(smpp.TagMessagePayload); !ok {
		c.refuse(h, smpp.RMissingOptPar)
		return nil
	}
	short := esme.FromData(&m)
	return c.submit(h, &short, len(body), now)
}

// submit takes one message, of submit_sm or data_sm; cost is its octets.
func (c *Conn) submit(h smpp.Header, m *smpp.ShortMessage, cost int, now time.Time) error {
	profile := c.profile()
	if !c.pace(1, now) {
		c.reject(h, account.TooFast)
		return nil
	}
	s, err := c.submission(profile, m, now)
	if err != nil {
		c.reject(h, err)
		return nil
	}
	ctx := c.waiting(now)
	if err := c.charge(ctx, profile, now); err != nil {
		c.reject(h, err)
		return nil
	}
	j := job{id: smpp.Response(h.ID), seq: h.Sequence, cost: int64(cost), ctx: ctx}
	if err := c.begin(j.cost, profile); err != nil {
		return err
	}
	if key := profile.repetition(s); key != "" || m.ReplaceIfPresent == 1 {
		c.spawn(func() { c.place(j, profile, s, key) })
		return nil
	}
	j.one = c.start(j.ctx, s, &j.messageID, 0)
	c.jobs.give(j, c.startResolving)
	return nil
}

// startResolving answers requests beside the reading of the session.
func (c *Conn) startResolving() { c.spawn(c.resolve) }

// begin takes a place in the window, and room for the request. While there is none
// the client is not read: that is how it learns to wait.
func (c *Conn) begin(cost int64, p *profile) error {
	if !c.window.take(c.srv.base, p.account.WindowSize(), c.out.flush) {
		return errStopping
	}
	if !c.srv.memory.TryAcquire(cost) {
		c.out.flush()
		if err := c.reserve(cost); err != nil {
			c.window.free()
			return errStopping
		}
	}
	return nil
}

// finish undoes begin.
func (c *Conn) finish(cost int64) {
	c.srv.memory.Release(cost)
	c.window.free()
}

// submission returns what a message means, once the rules of its account allow it.
func (c *Conn) submission(p *profile, m *smpp.ShortMessage, now time.Time) (*message.Submission, error) {
	rules := p.rules
	rules.Version = c.version
	s, _, err := rules.Submission(m, now)
	coding, supported := esme.ParseCoding(m.DataCoding, rules.Standard)
	switch {
	case err != nil && !supported && errors.Is(err, smpp.RSubmitFail):
		return nil, account.WrongCoding
	case err != nil:
		return nil, err
	}
	s.Account, s.Alternates, s.Origin.Host = c.account(), p.account.Alternates, c.cfg().Host
	parts, err := partsOf(s)
	if err != nil {
		return nil, err
	}
	source := s.Sender
	if len(m.Source.Addr) == 0 {
		source = "" // the account's own
	}
	err = p.account.Submit(account.Message{
		Source: source, Destination: s.Recipient, Coding: account.KnownCodings[coding.Charset], Class: s.Options.Class, Parts: parts,
	})
	if err != nil {
		return nil, err
	}
	s.Queue, err = c.srv.directory.Load().Route(s.Recipient)
	return s, err
}

// partsOf is how many parts a message will have. It counts those alone that may not
// fit one.
func partsOf(s *message.Submission) (int, error) {
	header, n := len(s.Options.UDH), s.Body.Len()
	switch s.Alphabet {
	case message.UCS2, message.Binary:
		if header+n <= tpdu.MaxOctets {
			return 1, nil
		}
	case message.GSM:
		if n <= tpdu.MaxSeptets-tpdu.HeaderSeptets(header) {
			return 1, nil
		}
	default:
		if header+2*n <= tpdu.MaxOctets { // whatever it is sent as
			return 1, nil
		}
	}
	whole, err := compose.Compose(s, &compose.Settings{})
	if err != nil {
		return 0, smpp.RInvMsgLen
	}
	return len(whole.Parts), nil
}

// start sends a message on its way; messageID is the one of the request, and is
// given by its first message.
func (c *Conn) start(ctx context.Context, s *message.Submission, messageID *string, place int) part {
	p := part{submission: s}
	id := *messageID
	if id == "" {
		var err error
		if id, err = c.srv.nextID(ctx, c.version); err != nil {
			p.status = smpp.RSysErr
			return p
		}
		*messageID = id
	}
	s.ID, s.SMPP.MessageID = placeID(id, place), id
	var err error
	if p.pending, err = c.srv.broker.Start(ctx, s); err != nil {
		p.status = notTaken(err)
	}
	return p
}

// notTaken is the status of a message that the broker did not take, or may not have
// taken.
func notTaken(err error) smpp.Status {
	switch {
	case errors.Is(err, bus.ErrFull):
		return smpp.RMsgQFul
	case errors.Is(err, bus.ErrTooLong):
		return smpp.RInvMsgLen
	}
	return smpp.RSysErr
}

// resolve answers requests in their order, until none is left.
func (c *Conn) resolve() {
	for {
		j, ok := c.jobs.take()
		if !ok {
			c.out.flush()
			return
		}
		c.conclude(&j)
	}
}

// conclude waits for the messages of a request, and answers it.
func (c *Conn) conclude(j *job) {
	defer c.finish(j.cost)
	if j.more != nil {
		for i := range j.more {
			c.await(j.ctx, &j.more[i])
		}
		c.out.add(j.appendMulti)
		return
	}
	c.await(j.ctx, &j.one)
	c.answer(j)
}

// answer answers a request for one message.
func (c *Conn) answer(j *job) {
	c.out.add(func(dst []byte) []byte {
		if j.one.status != smpp.OK {
			return appendRefusal(dst, j.id, j.one.status, j.seq)
		}
		return smpp.AppendMessageResp(dst, j.id, smpp.OK, j.seq, j.messageID)
	})
}

// await waits until a message is durable, or its time is over.
func (c *Conn) await(ctx context.Context, p *part) {
	if p.pending != nil && !p.pending.Done() {
		c.out.flush()
		if err := p.pending.Wait(ctx); err != nil {
			p.status = notTaken(err)
			if !p.keep {
				c.srv.retract(p.submission)
			}
		}
	}
	if p.submission == nil {
		return // never charged
	}
	if p.status == smpp.OK {
		c.counts.accepted.Add(1)
		return
	}
	c.counts.rejected.Add(1)
	c.tenant.quota.giveBack(1)
}
