package smpp

import (
	"context"
	"errors"
	"math"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// errLost says that a session ended, or let its time pass, before it answered.
var errLost = errors.New("the session did not answer the delivery")

// build makes the deliver_sm for a session of a version.
type build func(version uint8) smpp.ShortMessage

// tell tells the account what an event means to it; an error: it is to be told
// again, later.
func (t *tenant) tell(ctx context.Context, e *bus.Stored) error {
	deliver, err := t.delivery(ctx, e)
	if err != nil || deliver == nil {
		return err
	}
	status, err := t.deliver(ctx, deliver)
	switch {
	case err != nil:
		return &bus.Later{Err: err}
	case status == smpp.OK:
		return nil
	case esme.Retry(status):
		return &bus.Later{Err: status, After: backOff(e.Tries)}
	}
	t.srv.recorder.declined(t.name, status)
	t.srv.log.Warn("a delivery was refused for good", zap.String("account", t.name), log.Message(e.ID), zap.Uint32("status", uint32(status)))
	return nil
}

// backOff is how long a delivery waits that the client could not take.
func backOff(tries uint64) time.Duration {
	const first, most = 2 * time.Second, 5 * time.Minute
	return min(first<<min(max(tries, 1)-1, 16), most)
}

// delivery returns what to deliver about an event; nil: nothing.
func (t *tenant) delivery(ctx context.Context, e *bus.Stored) (build, error) {
	if received, ok := e.Kind.(life.Received); ok {
		return t.incoming(e, &received), nil
	}
	if e.Subject == nil || e.Subject.SMPP == nil {
		return nil, nil
	}
	asked := esme.Asked(e.Subject.SMPP)
	if !asked.Any() {
		return nil, nil
	}
	if sent, ok := e.Kind.(life.Sent); ok && sent.Report {
		if !asked.Intermediate {
			return nil, nil // the report will say more
		}
		if over, err := t.overtaken(ctx, e); err != nil || over {
			return nil, err
		}
	}
	before, err := t.srv.broker.Before(ctx, t.name, e.ID, e.Seq)
	if err != nil {
		return nil, err
	}
	receipt, ok := esme.ReceiptOf(e.Event, before, t.profile.Load().zone)
	if !ok {
		return nil, nil
	}
	source, destination := esme.AddressOf(e.Subject.SMPP.Source), esme.AddressOf(e.Subject.SMPP.Destination)
	return func(version uint8) smpp.ShortMessage { return receipt.Deliver(source, destination, version) }, nil
}

// overtaken reports whether a message has ended since an event that the client could not
// take in time: a receipt that it is on its way would come after the last one.
func (t *tenant) overtaken(ctx context.Context, e *bus.Stored) (bool, error) {
	if e.Tries <= 1 {
		return false, nil
	}
	all, err := t.srv.broker.Before(ctx, t.name, e.ID, math.MaxUint64)
	return life.Fold(all) > life.SentState, err
}

// incoming is the delivery of a message from the network; nil: it cannot be decoded,
// and stays where all events are.
func (t *tenant) incoming(e *bus.Stored, r *life.Received) build {
	standard := t.profile.Load().rules.Standard
	if _, ok := esme.Incoming(r, e.Modem, standard, smpp.Version34); !ok {
		t.srv.log.Warn("a received message cannot be decoded, and is not delivered", zap.String("account", t.name), log.Message(e.ID))
		return nil
	}
	return func(version uint8) smpp.ShortMessage {
		m, _ := esme.Incoming(r, e.Modem, standard, version)
		return m
	}
}

// deliver brings something to one of the account's sessions, to another one where
// the first does not answer. The error says that there is none at the moment.
func (t *tenant) deliver(ctx context.Context, what build) (smpp.Status, error) {
	for {
		c, err := t.pick(ctx)
		if err != nil {
			return 0, err
		}
		status, err := c.deliver(what(c.version))
		t.place()
		if err == nil && status == smpp.OK {
			c.counts.delivered.Add(1)
		} else {
			c.counts.refused.Add(1)
		}
		if !errors.Is(err, errLost) {
			return status, err
		}
	}
}

// deliver sends a delivery and waits for its answer. The caller has reserved a place.
func (c *Conn) deliver(m smpp.ShortMessage) (status smpp.Status, err error) {
	seq, answer := c.deliveries.expect()
	late := false
	defer func() { c.deliveries.release(seq, late) }()
	c.out.add(func(dst []byte) []byte {
		var out []byte
		if out, err = c.appendDelivery(dst, seq, &m); err != nil {
			return dst
		}
		return out
	})
	if err != nil {
		return statusOf(err), nil // it fits no PDU: as if it were refused for good
	}
	c.out.flush()
	timer := time.NewTimer(time.Duration(c.cfg().DeliverTimeout))
	defer timer.Stop()
	select {
	case status = <-answer:
		return status, nil
	case <-c.gone:
		return 0, errLost
	case <-timer.C:
		late = true
		c.enquire()
		return 0, errLost
	}
}

// appendDelivery appends a delivery in the form that the account wants.
func (c *Conn) appendDelivery(dst []byte, seq uint32, m *smpp.ShortMessage) ([]byte, error) {
	if c.profile().account.ReceiptForm != formData || c.version < smpp.Version34 {
		return smpp.Append(dst, smpp.DeliverSMID, smpp.OK, seq, m)
	}
	data := smpp.DataSM{
		ServiceType: m.ServiceType, Source: m.Source, Destination: m.Destination, ESMClass: m.ESMClass, DataCoding: m.DataCoding,
		TLVs: m.TLVs,
	}
	if len(m.Text) > 0 {
		data.TLVs = data.TLVs.Append(smpp.TagMessagePayload, m.Text...)
	}
	return smpp.Append(dst, smpp.DataSMID, smpp.OK, seq, &data)
}

// formData is the receipt_form of accounts that want data_sm.
const formData = "data_sm"
