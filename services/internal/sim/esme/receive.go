package esme

import (
	"errors"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

const (
	firstBuffer = 4 << 10
	maxPDU      = smpp.MaxBound
)

// errNonsense says that the message centre does not speak SMPP.
var errNonsense = errors.New("the message centre sent what is no SMPP")

// read takes PDUs until the connection ends.
func (c *Client) read() {
	buffer, n := make([]byte, firstBuffer), 0
	for {
		if n == len(buffer) {
			buffer = append(buffer, make([]byte, len(buffer))...)
		}
		got, err := c.conn.Read(buffer[n:])
		n += got
		used, problem := c.take(buffer[:n])
		n = copy(buffer, buffer[used:n])
		switch {
		case problem != nil:
			c.end(fmt.Errorf("%w: %w", errNonsense, problem))
			return
		case err != nil:
			c.end(ErrGone)
			return
		}
	}
}

// take handles the whole PDUs that data begins with, and says how much they are.
func (c *Client) take(data []byte) (used int, err error) {
	for {
		n, err := smpp.Frame(data[used:], maxPDU)
		if n == 0 || err != nil {
			return used, err
		}
		h, _ := smpp.ReadHeader(data[used:])
		if err := c.handle(h, data[used+smpp.HeaderLen:used+n]); err != nil {
			return used, err
		}
		used += n
	}
}

// handle acts on a PDU; body lasts as long as the call.
func (c *Client) handle(h smpp.Header, body []byte) error {
	if smpp.IsResponse(h.ID) {
		return c.response(h, body)
	}
	if c.cfg.Deaf {
		return nil
	}
	switch h.ID {
	case smpp.DeliverSMID, smpp.DataSMID:
		return c.delivered(h, body)
	case smpp.EnquireLinkID:
		c.Send(smpp.Response(h.ID), smpp.OK, h.Sequence, &smpp.Empty{})
	case smpp.UnbindID:
		c.mu.Lock()
		c.unbound = true
		c.room.Broadcast()
		c.mu.Unlock()
		c.Send(smpp.Response(h.ID), smpp.OK, h.Sequence, &smpp.Empty{})
	case smpp.AlertNotificationID, smpp.OutbindID:
	default:
		c.Send(smpp.GenericNACKID, smpp.RInvCmdID, h.Sequence, &smpp.Empty{})
	}
	return nil
}

// response gives a response to whoever waits for it. One that nobody waits for is
// passed over: that of an enquire_link, for example.
func (c *Client) response(h smpp.Header, body []byte) error {
	c.mu.Lock()
	p, ok := c.pending[h.Sequence]
	if ok && (h.ID == smpp.Response(p.id) || h.ID == smpp.GenericNACKID) {
		delete(c.pending, h.Sequence)
		c.room.Signal()
	} else {
		ok = false
	}
	c.mu.Unlock()
	if !ok {
		return nil
	}
	r := Reply{ID: h.ID, Status: h.Status, Body: body, Took: time.Since(p.at)}
	if h.ID == smpp.SubmitSMRespID || h.ID == smpp.DataSMRespID {
		var m smpp.MessageResp
		if err := m.Decode(body); err != nil {
			return err
		}
		r.MessageID = string(m.MessageID)
	}
	c.finish(p, r)
	return nil
}

func (c *Client) finish(p pending, r Reply) {
	if p.counted {
		c.cfg.Tally.answered(p.reference, r)
	}
	p.done(r)
}
