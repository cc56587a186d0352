package smpp

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
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
	started := 0
	for _, d := range m.Destinations {
		one := m.Message
		one.Destination = d.Address
		p := c.startOne(&j, profile, &one, started, now)
		if p.pending != nil {
			started++
		}
		j.more = append(j.more, p)
	}
	c.jobs.give(j, c.startResolving)
	return nil
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
