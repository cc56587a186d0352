package esme

import (
	"encoding/binary"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Asked returns the receipts that an accepted message asks for.
func Asked(s *message.SMPP) Receipts {
	class, err := ParseClass(s.ESMClass)
	if err != nil || class.Datagram {
		return Receipts{}
	}
	// What was accepted in any version is understood here.
	r, err := ParseReceipts(s.RegisteredDelivery, smpp.Version50)
	if err != nil {
		return Receipts{}
	}
	return r
}

// ReceiptOf returns the receipt that an event gives rise to. before are the events
// of the message that are stored before e, in the order in which they are stored:
// since that is the same for everybody, one event alone ends a message, whoever
// handles it and however often. zone is that of the dates. false: there is none,
// or none was asked for.
func ReceiptOf(e *life.Event, before []life.Event, zone *time.Location) (*Receipt, bool) {
	if e.Subject == nil || e.Subject.SMPP == nil {
		return nil, false
	}
	state, ok := told(e, before)
	if !ok || !Asked(e.Subject.SMPP).Want(state) {
		return nil, false
	}
	r := &Receipt{
		MessageID: e.Subject.SMPP.MessageID, State: state, Submitted: e.Subject.AcceptedAt.In(zone), Done: e.Time.In(zone),
	}
	if v, ok := e.Subject.SMPP.Parameter(uint16(smpp.TagUserMessageReference)); ok && len(v) == 2 {
		reference := binary.BigEndian.Uint16(v)
		r.Reference = &reference
	}
	r.count(e, before)
	return r, true
}

// told is the state that an event tells the client of.
func told(e *life.Event, before []life.Event) (smpp.MessageState, bool) {
	was := life.Fold(before)
	if ended(was) || withoutReport(before) {
		return 0, false // the client knows
	}
	switch k := e.Kind.(type) {
	case life.Sent:
		if !k.Report {
			return smpp.StateAccepted, true // the modem asked for no report: none will come
		}
		return smpp.StateEnroute, was != life.SentState
	case life.Failed:
		if k.Class == life.FailureUnknown {
			return smpp.StateUnknown, true
		}
	}
	now := life.Fold(append(before[:len(before):len(before)], *e))
	return MessageState(now), ended(now)
}

// ended reports whether a state is one that a message never leaves for its client.
func ended(s life.State) bool { return s > life.SentState }

// withoutReport reports whether the message was sent without asking for a report.
func withoutReport(events []life.Event) bool {
	for _, e := range events {
		if k, ok := e.Kind.(life.Sent); ok && !k.Report {
			return true
		}
	}
	return false
}

// count counts the parts, and shows the network's error when a part failed.
func (r *Receipt) count(e *life.Event, before []life.Event) {
	delivered := map[int]bool{}
	for _, other := range append(before[:len(before):len(before)], *e) {
		switch k := other.Kind.(type) {
		case life.Sent:
			r.Parts = max(r.Parts, len(k.Parts))
		case life.Failed:
			r.Parts = max(r.Parts, len(k.PDUs))
		case life.Report:
			r.Parts = max(r.Parts, k.Total)
			if k.Outcome == life.Delivered {
				delivered[k.Part] = true
			}
		}
	}
	r.Delivered = len(delivered)
	if k, ok := e.Kind.(life.Report); ok && k.Outcome == life.Undeliverable {
		r.Network = k.Status
	}
}
