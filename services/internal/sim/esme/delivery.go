package esme

import (
	"bytes"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Delivery is a message or receipt that the message centre delivered.
type Delivery struct {
	// ID is deliver_sm or data_sm.
	ID       smpp.ID
	Sequence uint32
	// Message is what was delivered; a data_sm has no short_message.
	Message smpp.ShortMessage
	Time    time.Time
	// SystemID is that of the client that got it.
	SystemID string
}

// Answer is how to answer a delivery. The zero value is OK, at once.
type Answer struct {
	Status smpp.Status
	// After is how late the answer is.
	After time.Duration
	// Never leaves it out.
	Never bool
	// Bare leaves its body out.
	Bare bool
	// MessageID is put into the body, where nothing should be.
	MessageID string
}

// esm_class (SMPP 3.4 §5.2.12).
const (
	classKind         = 0x3C
	classReceipt      = 0x04
	classIntermediate = 0x20
)

// Receipt is what a receipt tells.
type Receipt struct {
	MessageID string
	// Stat is the word of the text, for example DELIVRD; Err its three characters.
	Stat, Err string
	// State is the message_state parameter; 0: none.
	State smpp.MessageState
	// Reference is the user_message_reference parameter; nil: none.
	Reference *uint16
}

// Receipt reads a receipt (SMPP 3.4 appendix B); false: it is none. Parameters
// win over the text.
func (d *Delivery) Receipt() (Receipt, bool) {
	if kind := d.Message.ESMClass & classKind; kind != classReceipt && kind != classIntermediate {
		return Receipt{}, false
	}
	text := string(d.Text())
	r := Receipt{MessageID: field(text, "id:"), Stat: field(text, "stat:"), Err: field(text, "err:")}
	if id, ok := d.Message.TLVs.Get(smpp.TagReceiptedMessageID); ok {
		r.MessageID = string(bytes.TrimRight(id, "\x00"))
	}
	if state, ok := d.Message.TLVs.Uint(smpp.TagMessageState); ok {
		r.State = smpp.MessageState(state)
	}
	if v, ok := d.Message.TLVs.Uint(smpp.TagUserMessageReference); ok {
		reference := uint16(v)
		r.Reference = &reference
	}
	return r, true
}

// Text is short_message, or message_payload where there is none.
func (d *Delivery) Text() []byte {
	if len(d.Message.Text) > 0 {
		return d.Message.Text
	}
	payload, _ := d.Message.TLVs.Get(smpp.TagMessagePayload)
	return payload
}

// field is the word that follows a name in the text of a receipt.
func field(text, name string) string {
	_, rest, found := strings.Cut(" "+text, " "+name)
	if !found {
		return ""
	}
	word, _, _ := strings.Cut(rest, " ")
	return word
}

// delivered records a delivery and answers it.
func (c *Client) delivered(h smpp.Header, body []byte) error {
	d := &Delivery{ID: h.ID, Sequence: h.Sequence, Time: time.Now(), SystemID: c.cfg.SystemID}
	body = bytes.Clone(body)
	if h.ID == smpp.DataSMID {
		var m smpp.DataSM
		if err := m.Decode(body); err != nil {
			return err
		}
		d.Message = smpp.ShortMessage{
			ServiceType: m.ServiceType, Source: m.Source, Destination: m.Destination, ESMClass: m.ESMClass,
			RegisteredDelivery: m.RegisteredDelivery, DataCoding: m.DataCoding, TLVs: m.TLVs,
		}
	} else if err := d.Message.Decode(body); err != nil {
		return err
	}
	var answer Answer
	if c.cfg.Answer != nil {
		answer = c.cfg.Answer(d)
	}
	if answer.Status == smpp.OK && !answer.Never {
		c.count(d)
	}
	c.cfg.Inbox.add(d)
	c.answer(h, answer)
	return nil
}

// count notes a receipt that this client will acknowledge.
func (c *Client) count(d *Delivery) {
	if c.cfg.Tally == nil {
		return
	}
	if r, ok := d.Receipt(); ok && r.Reference != nil {
		c.cfg.Tally.reported(*r.Reference, r.MessageID)
	}
}

func (c *Client) answer(h smpp.Header, a Answer) {
	if a.Never {
		return
	}
	send := func() {
		if a.Bare {
			c.Send(smpp.Response(h.ID), a.Status, h.Sequence, &smpp.Empty{})
			return
		}
		c.Send(smpp.Response(h.ID), a.Status, h.Sequence, &smpp.MessageResp{MessageID: []byte(a.MessageID)})
	}
	if a.After > 0 {
		time.AfterFunc(a.After, send)
		return
	}
	send()
}
