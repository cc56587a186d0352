package esme

import (
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// Receipt is what a message centre tells about a message (SMPP 3.4 appendix B).
type Receipt struct {
	MessageID string
	State     smpp.MessageState
	// Submitted and Done are shown in their own time zones.
	Submitted, Done time.Time
	// Parts and Delivered count the parts of the message.
	Parts, Delivered int
	// Network is the error of the network, shown in three digits; 0: none.
	Network uint8
	// Reference is the message's user_message_reference; nil: it had none.
	Reference *uint16
}

var stats = map[smpp.MessageState]string{
	smpp.StateEnroute: "ENROUTE", smpp.StateDelivered: "DELIVRD", smpp.StateExpired: "EXPIRED", smpp.StateDeleted: "DELETED",
	smpp.StateUndeliverable: "UNDELIV", smpp.StateAccepted: "ACCEPTD", smpp.StateUnknown: "UNKNOWN", smpp.StateRejected: "REJECTD",
}

// Text returns the text of the receipt in the form that every client can read:
// dates of ten digits, an error of three characters, and nothing of the message.
func (r *Receipt) Text() string {
	const date, most = "0601021504", 999
	stat := stats[r.State]
	if stat == "" {
		stat = stats[smpp.StateUnknown]
	}
	return fmt.Sprintf("id:%s sub:%03d dlvrd:%03d submit date:%s done date:%s stat:%s err:%03d text:", r.MessageID,
		min(max(r.Parts, 1), most), min(max(r.Delivered, 0), most), r.Submitted.Format(date), r.Done.Format(date), stat, r.Network)
}

// Parameters returns what clients of version 3.4 read instead of the text.
func (r *Receipt) Parameters() smpp.TLVs {
	const gsm = 3
	t := smpp.TLVs(nil).AppendString(smpp.TagReceiptedMessageID, r.MessageID).Append(smpp.TagMessageState, byte(r.State))
	if r.Network != 0 {
		t = t.Append(smpp.TagNetworkErrorCode, gsm, 0, r.Network)
	}
	if r.Reference != nil {
		t = t.AppendUint16(smpp.TagUserMessageReference, *r.Reference)
	}
	return t
}

// Deliver returns the deliver_sm of a receipt for a message from source to
// destination. Clients of versions before 3.4 get no parameters.
func (r *Receipt) Deliver(source, destination smpp.Address, version uint8) smpp.ShortMessage {
	const receipt, intermediate = 0x04, 0x20
	m := smpp.ShortMessage{Source: destination, Destination: source, ESMClass: receipt, Text: []byte(r.Text())}
	if r.State == smpp.StateEnroute {
		m.ESMClass = intermediate
	}
	if version >= smpp.Version34 {
		m.TLVs = r.Parameters()
	}
	return m
}

var messageStates = map[life.State]smpp.MessageState{
	life.Deferred: smpp.StateEnroute, life.Queued: smpp.StateEnroute, life.Sending: smpp.StateEnroute, life.SentState: smpp.StateEnroute,
	life.DeliveredState: smpp.StateDelivered, life.UndeliveredState: smpp.StateUndeliverable, life.FailedState: smpp.StateUndeliverable,
	life.RejectedState: smpp.StateRejected, life.ExpiredState: smpp.StateExpired, life.CancelledState: smpp.StateDeleted,
}

// MessageState is a state in the terms of SMPP (SMPP 3.4 §5.2.28).
func MessageState(s life.State) smpp.MessageState {
	if m, ok := messageStates[s]; ok {
		return m
	}
	return smpp.StateUnknown
}

// Retry reports whether a client's answer to a delivery asks for it again later;
// otherwise, other than OK, it is final.
func Retry(s smpp.Status) bool {
	return s == smpp.RxTAppn || s == smpp.RThrottled || s == smpp.RMsgQFul || s == smpp.RSysErr
}
