package smpp

import (
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// maxUnknown is how many unknown commands a client may send in a minute.
const maxUnknown = 5

// handle does what a PDU asks for; an error ends the session.
func (c *Conn) handle(pdu []byte) error {
	h, _ := smpp.ReadHeader(pdu)
	body := pdu[smpp.HeaderLen:]
	now := time.Now()
	if c.bound() {
		c.link.Heard(now)
		c.counts.heard.Store(now.Unix())
	}
	verdict := c.state().Admit(h.ID)
	switch verdict.Action {
	case esme.Handle:
		return c.command(h, body, now)
	case esme.Answer:
		c.out.add(func(dst []byte) []byte { return appendRefusal(dst, verdict.ID, verdict.Status, h.Sequence) })
		return c.countUnknown(verdict, now)
	case esme.Ignore:
		return nil
	default:
		return c.stranger(h, now)
	}
}

// stranger deals with a command before a bind.
func (c *Conn) stranger(h smpp.Header, now time.Time) error {
	if h.ID == smpp.EnquireLinkID && c.listener.cfg.UnboundEnquireLink == AnswerUnbound {
		c.refuse(h, smpp.OK)
		return nil
	}
	c.srv.penalties.fail(c.address(), now)
	return errStranger
}

func (c *Conn) countUnknown(v esme.Verdict, now time.Time) error {
	if v.Status != smpp.RInvCmdID {
		return nil //nolint:nilerr // a status is an error by its type alone
	}
	if now.Sub(c.unknownSince) > time.Minute {
		c.unknown, c.unknownSince = 0, now
	}
	if c.unknown++; c.unknown > maxUnknown {
		return errUnknown
	}
	return nil
}

// command acts on a command that is admitted.
func (c *Conn) command(h smpp.Header, body []byte, now time.Time) error {
	if name := ruled[h.ID]; name != "" {
		if err := c.profile().account.Command(name); err != nil {
			c.reject(h, err)
			return nil
		}
	}
	switch h.ID {
	case smpp.BindReceiverID, smpp.BindTransmitterID, smpp.BindTransceiverID:
		return c.bind(h, body, now)
	case smpp.SubmitSMID:
		return c.submitSM(h, body, now)
	case smpp.SubmitMultiID:
		return c.submitMulti(h, body, now)
	case smpp.DataSMID:
		return c.dataSM(h, body, now)
	case smpp.QuerySMID:
		return c.query(h, body, now)
	case smpp.CancelSMID:
		return c.cancel(h, body, now)
	case smpp.ReplaceSMID:
		return c.replace(h, body, now)
	case smpp.DeliverSMRespID, smpp.DataSMRespID:
		c.deliveries.answered(h.Sequence, h.Status) // whatever the body says
		return nil
	case smpp.GenericNACKID:
		c.deliveries.answered(h.Sequence, nacked(h.Status))
		return nil
	case smpp.EnquireLinkRespID:
		if c.deliveries.trust() {
			c.tenant.place()
		}
		return nil
	case smpp.UnbindRespID:
		return c.unbound()
	case smpp.UnbindID:
		return c.unbind(h, body)
	case smpp.EnquireLinkID:
		c.answerEmpty(h, body)
	}
	return nil
}

// ruled are the commands that an account may use or not, by their names in its rules.
// Whether it may comes before what is in them.
var ruled = map[smpp.ID]string{
	smpp.SubmitSMID: "submit_sm", smpp.SubmitMultiID: "submit_multi", smpp.DataSMID: "data_sm",
	smpp.QuerySMID: "query_sm", smpp.CancelSMID: "cancel_sm", smpp.ReplaceSMID: "replace_sm",
}

// nacked is the status of a generic_nack, which never means OK.
func nacked(status smpp.Status) smpp.Status {
	if status == smpp.OK {
		return smpp.RInvCmdID
	}
	return status
}

// unbound is the end of a session that this side unbound.
func (c *Conn) unbound() error {
	if c.state() != esme.Unbinding {
		return nil // nobody asked
	}
	return c.asked()
}

// unbind answers everything that was read, and then the unbind.
func (c *Conn) unbind(h smpp.Header, body []byte) error {
	c.tenant.withdraw(c)
	c.settle(time.Now().Add(time.Duration(c.cfg().Drain)))
	c.answerEmpty(h, body)
	return errUnbound
}

// answerEmpty answers a command that has no body.
func (c *Conn) answerEmpty(h smpp.Header, body []byte) {
	var empty smpp.Empty
	c.refuse(h, statusOf(empty.Decode(body)))
}

// rInvDCS is what SMPP 5.0 (§4.7.6) says of a coding that is not supported.
const rInvDCS smpp.Status = 0x104

// statusOf is statusOf for the version of the session.
func (c *Conn) statusOf(err error) smpp.Status {
	if c.version >= smpp.Version50 && errors.Is(err, account.WrongCoding) {
		return rInvDCS
	}
	return statusOf(err)
}

// statusOf is the status that tells an error to the client.
func statusOf(err error) smpp.Status {
	var status smpp.Status
	var refusal account.Refusal
	switch {
	case err == nil:
		return smpp.OK
	case errors.As(err, &status):
		return status
	case errors.As(err, &refusal):
		return refusals[refusal]
	}
	return smpp.RSysErr
}

// refusals are the statuses of an account's refusals (SMPP 3.4 §5.1.3).
var refusals = map[account.Refusal]smpp.Status{
	account.Disabled: smpp.RBindFail, account.Expired: smpp.RBindFail, account.WrongNetwork: smpp.RBindFail,
	account.WrongMode: smpp.RBindFail, account.TooManyBinds: smpp.RBindFail,
	account.WrongCommand: smpp.RInvCmdID, account.WrongSource: smpp.RInvSrcAdr, account.WrongDestination: smpp.RInvDstAdr,
	account.WrongCoding: smpp.RSubmitFail, account.WrongClass: smpp.RSubmitFail, account.TooManyParts: smpp.RInvMsgLen,
	account.TooLongValidity: smpp.RInvExpiry, account.TooFast: smpp.RThrottled, account.QuotaUsed: smpp.RMsgQFul,
}
