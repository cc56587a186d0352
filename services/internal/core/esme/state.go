package esme

import "github.com/viesti-sms/viesti/services/internal/codec/smpp"

// State is the state of a session (SMPP 3.4 §2.2).
type State uint8

// States; the comment says who acts next.
const (
	Open      State = iota // the client, who binds
	BoundTX                // the client, who submits
	BoundRX                // this side, which delivers
	BoundTRX               // both
	Unbinding              // the client, who answers the unbind
	Closed                 // nobody
)

var stateNames = [...]string{"open", "bound-tx", "bound-rx", "bound-trx", "unbinding", "closed"}

// String returns the state as one lower-case word.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Bound returns the state that a bind leads to; false: id is no bind.
func Bound(id smpp.ID) (State, bool) {
	switch id {
	case smpp.BindTransmitterID:
		return BoundTX, true
	case smpp.BindReceiverID:
		return BoundRX, true
	case smpp.BindTransceiverID:
		return BoundTRX, true
	}
	return Open, false
}

// Receives reports whether messages and receipts may be delivered in this state.
func (s State) Receives() bool { return s == BoundRX || s == BoundTRX }

// Submits reports whether the client may submit in this state.
func (s State) Submits() bool { return s == BoundTX || s == BoundTRX }

// Action is what to do with a PDU.
type Action uint8

// Actions. The zero value says nothing to a stranger.
const (
	// Drop closes the connection without a word.
	Drop Action = iota
	// Handle acts on it.
	Handle
	// Answer answers with the verdict's ID and Status, and goes on.
	Answer
	// Ignore passes over it.
	Ignore
)

// Verdict says what to do with a PDU that came in some state.
type Verdict struct {
	Action Action
	ID     smpp.ID
	Status smpp.Status
}

// place is a set of states.
type place uint8

const (
	transmitting = place(1<<BoundTX | 1<<BoundTRX)
	receiving    = place(1<<BoundRX | 1<<BoundTRX)
	bound        = transmitting | receiving
	leaving      = place(1 << Unbinding)
)

// admitted says in which states a client's command is acted on.
var admitted = map[smpp.ID]place{
	smpp.BindTransmitterID: 1 << Open, smpp.BindReceiverID: 1 << Open, smpp.BindTransceiverID: 1 << Open,
	smpp.SubmitSMID: transmitting, smpp.SubmitMultiID: transmitting, smpp.DataSMID: transmitting,
	smpp.QuerySMID: transmitting, smpp.CancelSMID: transmitting, smpp.ReplaceSMID: transmitting,
	smpp.DeliverSMRespID: receiving | leaving, smpp.DataSMRespID: receiving | leaving,
	smpp.UnbindID: bound | leaving, smpp.UnbindRespID: bound | leaving, smpp.GenericNACKID: bound | leaving,
	smpp.EnquireLinkID: bound | leaving, smpp.EnquireLinkRespID: bound | leaving,
}

// centres are requests that only a message centre makes.
var centres = map[smpp.ID]bool{smpp.DeliverSMID: true, smpp.OutbindID: true, smpp.AlertNotificationID: true}

// Admit says what to do with a client's command. Before a bind there is no answer
// to anything: a stranger does not learn that SMPP is spoken here.
func (s State) Admit(id smpp.ID) Verdict {
	_, bind := Bound(id)
	switch {
	case admitted[id]&(1<<s) != 0:
		return Verdict{Action: Handle}
	case s == Open, s >= Closed:
		return Verdict{Action: Drop}
	case s == Unbinding:
		return Verdict{Action: Ignore} // the client will send it again elsewhere
	case smpp.NewBody(id) == nil, centres[id]:
		return Verdict{Action: Answer, ID: smpp.GenericNACKID, Status: smpp.RInvCmdID}
	case bind:
		return Verdict{Action: Answer, ID: smpp.Response(id), Status: smpp.RAlyBnd}
	case smpp.IsResponse(id):
		return Verdict{Action: Answer, ID: smpp.GenericNACKID, Status: smpp.RInvBndSts}
	}
	return Verdict{Action: Answer, ID: smpp.Response(id), Status: smpp.RInvBndSts}
}

// Version returns the version that a session is held in: 0x33, 0x34 or 0x50.
// v5 says whether SMPP 5.0 is spoken.
func Version(interfaceVersion uint8, v5 bool) uint8 {
	switch {
	case interfaceVersion <= smpp.Version33:
		return smpp.Version33
	case interfaceVersion == smpp.Version50 && v5:
		return smpp.Version50
	}
	return smpp.Version34
}
