package smpp

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// submitMulti takes a message for several destinations (SMPP 3.4 §4.5): each gets
// a message of its own, and all share one message_id. There are no distribution
// lists.
func (c *Conn) submitMulti(h smpp.Header, body []byte, now time.Time) error {
	var m smpp.SubmitMulti
	if err := m.Decode(body); err != nil {
		c.refuse(h, statusOf(err))
		return nil
	}
	if m.Message.ReplaceIfPresent == 1 { // reserved here
		c.refuse(h, smpp.RInvSubRep)
		return nil
	}
	for _, d := range m.Destinations {
		if d.List != nil {
			c.refuse(h, smpp.RCntSubDL)
			return nil
		}
	}
	if !c.pace(len(m.Destinations), now) {
		c.reject(h, account.TooFast)
		return nil
	}
	// Each destination has a copy of the text.
	cost := min(int64(len(body))*int64(len(m.Destinations)), c.cfg().MaxMemory)
	j := job{id: smpp.Response(h.ID), seq: h.Sequence, cost: cost, ctx: c.waiting(now)}
	profile := c.profile()
	if err := c.begin(j.cost, profile); err != nil {
		return err
	}
	if key := profile.repetitionOfMulti(&m); key != "" {
		_ = m.Decode(bytes.Clone(body)) // it is looked at later
		c.spawn(func() { c.repeatMulti(j, profile, &m, key, now) })
		return nil
	}
	c.startAll(&j, profile, &m, newPlaces(len(m.Destinations)), now)
	c.jobs.give(j, c.startResolving)
	return nil
}

// places are those of the messages of a submit_multi.
type places struct {
	// free are those that none has, in order.
	free []int
	// taken are the destinations whose messages are there already.
	taken map[string]bool
	// keep says that what nobody knows of is not to be taken back.
	keep bool
}

func newPlaces(n int) *places {
	p := &places{}
	for place := range n {
		p.free = append(p.free, place)
	}
	return p
}

// startAll sends the message to all destinations on its way.
func (c *Conn) startAll(j *job, profile *profile, m *smpp.SubmitMulti, places *places, now time.Time) {
	for _, d := range m.Destinations {
		switch {
		case places.taken[string(d.Address.Addr)]:
			j.more = append(j.more, part{destination: cloneAddress(d.Address)})
			continue
		case len(places.free) == 0: // somebody else's messages have its id
			j.more = append(j.more, part{destination: cloneAddress(d.Address), status: smpp.RSysErr})
			continue
		}
		one := m.Message
		one.Destination = d.Address
		p := c.startOne(j, profile, &one, places.free[0], now)
		p.keep = places.keep
		if p.pending != nil {
			places.free = places.free[1:]
		}
		j.more = append(j.more, p)
	}
}

// repetitionOfMulti is profile.repetition of all messages of a submit_multi together.
func (p *profile) repetitionOfMulti(m *smpp.SubmitMulti) string {
	reference, ok := m.Message.TLVs.Get(smpp.TagUserMessageReference)
	if p.account.Deduplicate == 0 || !ok {
		return ""
	}
	payload, _ := m.Message.TLVs.Get(smpp.TagMessagePayload)
	parts := [][]byte{
		[]byte("submit_multi"), m.Message.Source.Addr, reference, m.Message.Text, payload,
		{m.Message.ESMClass, m.Message.DataCoding, m.Message.ProtocolID},
	}
	for _, d := range m.Destinations {
		parts = append(parts, d.Address.Addr)
	}
	return nameOf(parts...)
}

// repeatMulti takes a submit_multi that may be a repetition: what it had sent on its way
// before stays, and the rest is sent, all under the message_id of the first time.
func (c *Conn) repeatMulti(j job, profile *profile, m *smpp.SubmitMulti, repetition string, now time.Time) {
	var again bool
	var err error
	j.messageID, again, err = c.recall(j.ctx, profile, repetition)
	places := newPlaces(len(m.Destinations))
	if err == nil && again {
		places, err = c.placesOf(j.ctx, j.messageID, len(m.Destinations))
	}
	if err != nil {
		for _, d := range m.Destinations {
			j.more = append(j.more, part{destination: cloneAddress(d.Address), status: smpp.RSysErr})
		}
	} else {
		places.keep = true
		c.startAll(&j, profile, m, places, now)
	}
	c.conclude(&j)
	c.out.flush()
}

// placesOf are the places of an earlier submit_multi.
func (c *Conn) placesOf(ctx context.Context, messageID string, n int) (*places, error) {
	p := &places{taken: map[string]bool{}}
	for place := range n {
		standing, err := c.srv.broker.Query(ctx, c.account(), placeID(messageID, place))
		switch {
		case errors.Is(err, bus.ErrNotFound):
			p.free = append(p.free, place)
		case err != nil:
			return nil, err
		default:
			if r := recordOf(standing); r != nil {
				p.taken[r.Destination.Addr.Reveal()] = true
			}
		}
	}
	return p, nil
}

// startOne sends the message to one of the destinations on its way.
func (c *Conn) startOne(j *job, profile *profile, m *smpp.ShortMessage, place int, now time.Time) part {
	s, err := c.submission(profile, m, now)
	if err == nil {
		err = c.charge(j.ctx, profile, now)
	}
	if err != nil {
		c.note(err)
		return part{destination: cloneAddress(m.Destination), status: c.statusOf(err)}
	}
	p := c.start(j.ctx, s, &j.messageID, place)
	p.destination = cloneAddress(m.Destination)
	return p
}

// cloneAddress returns an address that outlasts its PDU.
func cloneAddress(a smpp.Address) smpp.Address {
	a.Addr = append([]byte(nil), a.Addr...)
	return a
}

// appendMulti appends the answer: what was refused is listed. When everything was,
// the answer is that of the first destination.
func (j *job) appendMulti(dst []byte) []byte {
	resp := smpp.SubmitMultiResp{MessageID: []byte(j.messageID)}
	for _, p := range j.more {
		if p.status != smpp.OK {
			resp.Unsuccess = append(resp.Unsuccess, smpp.Unsuccess{Address: p.destination, Status: p.status})
		}
	}
	if len(resp.Unsuccess) == len(j.more) {
		return appendRefusal(dst, j.id, j.more[0].status, j.seq)
	}
	out, err := smpp.Append(dst, j.id, smpp.OK, j.seq, &resp)
	if err != nil { // addresses came from a PDU, and fit one
		return appendRefusal(dst, j.id, smpp.RSysErr, j.seq)
	}
	return out
}
