package modem

import (
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Event is something that the modem said unasked: one of the types below.
type Event interface{ event() }

// WholeMemory is the Index of a NewMessage that stands for several: List the memory.
const WholeMemory = -1

// NewMessage tells that a message or a status report lies in a memory (+CMTI, +CDSI).
type NewMessage struct {
	// Memory is its name; empty: all of them should be looked at.
	Memory string
	// Index is its slot, or WholeMemory.
	Index int
	// Report tells that it is a status report.
	Report bool
}

// Direct is a message that is stored nowhere (+CMT, +CDS, +CBM). Where
// Config.Acknowledge is set, the network repeats it unless AckDirect is called in
// time, about ten seconds; call it after the message is kept.
type Direct struct {
	// Kind is atline.DirectMessage, DirectReport or DirectBroadcast.
	Kind atline.Kind
	PDU  PDU
}

// Ring is one ring of an incoming call.
type Ring struct{}

// CallerID is the number of an incoming call, without plus; zero: withheld.
type CallerID struct {
	Number        message.Address
	International bool
}

// CallEnd tells that a call ended or was not answered.
type CallEnd struct{}

// Registration is a change of the registration.
type Registration struct {
	// Network is "+CREG", "+CGREG", "+CEREG" or "+C5GREG".
	Network string
	Cell    atline.Cell
}

// USSD is an answer of the network to a USSD request, or its own request.
type USSD struct {
	// Status and DCS are those of atline.Answer.
	Status, DCS int
	// Text is in the character set that the modem uses.
	Text message.Body
}

// Ready tells that the modem, its SMS part or its SIM became ready. When it comes
// some time after Init, the modem has restarted by itself and lost its settings:
// Init should be called again. Send sees to PDU mode by itself. It also comes when that
// shows in other ways: an echo, or texts in place of PDUs.
type Ready struct{ Line string }

// Late is the answer to a message that came after its Send had returned an
// *UnknownError: the network has accepted the newest such message after all. The
// Reference may be NoReference.
type Late struct{ Reference int }

// Noise is any other line, as it came: let RedactPDU see it before it is shown.
// It is the first thing to be dropped when events are not taken in time.
type Noise struct{ Line string }

func (NewMessage) event()   {}
func (Direct) event()       {}
func (Ring) event()         {}
func (CallerID) event()     {}
func (CallEnd) event()      {}
func (Registration) event() {}
func (USSD) event()         {}
func (Ready) event()        {}
func (Late) event()         {}
func (Noise) event()        {}

// Events returns what the modem says unasked, in order. The channel is closed
// after the device is gone and the last event was taken, or by Close.
//
// Whoever does not take events in time never holds up the modem. Beyond a bound,
// Noise, calls and registrations are dropped (see DroppedEvents), and NewMessage
// events become one with WholeMemory. Direct events, which are nowhere else, are
// kept for as long as there is room for thousands.
func (m *Modem) Events() <-chan Event { return m.events.out }

// DroppedEvents returns how many events were dropped so far.
func (m *Modem) DroppedEvents() uint64 { return m.events.dropped.Load() }

// newEvent makes an event of a notice. A line that its parser does not
// understand is Noise.
func newEvent(n atline.Notice) Event {
	switch n.Kind {
	case atline.StoredMessage, atline.StoredReport:
		return newStored(n)
	case atline.DirectMessage, atline.DirectReport, atline.DirectBroadcast:
		return Direct{Kind: n.Kind, PDU: PDU(n.PDU)}
	case atline.Ring:
		return Ring{}
	case atline.CallEnd:
		return CallEnd{}
	case atline.CallerID:
		return newCallerID(n)
	case atline.Registration:
		if cell, err := atline.ParseRegistration(n.Line); err == nil {
			return Registration{Network: atline.Name(n.Line), Cell: cell}
		}
	case atline.USSD:
		if a, err := atline.ParseCUSD(n.Line); err == nil {
			return USSD{Status: a.Status, DCS: a.DCS, Text: message.NewBody([]byte(a.Text))}
		}
	case atline.Ready:
		return Ready{Line: n.Line}
	}
	return Noise{Line: n.Line}
}

// newStored never loses an indication: when it cannot be understood, everything
// is to be looked at.
func newStored(n atline.Notice) Event {
	report := n.Kind == atline.StoredReport
	slot, err := atline.ParseSlot(n.Line)
	if err != nil {
		return NewMessage{Index: WholeMemory, Report: report}
	}
	return NewMessage{Memory: slot.Memory, Index: slot.Index, Report: report}
}

func newCallerID(n atline.Notice) Event {
	number, err := atline.ParseCLIP(n.Line)
	if err != nil {
		return Noise{Line: n.Line}
	}
	number, international := strings.CutPrefix(number, "+")
	return CallerID{Number: message.NewAddress(number), International: international}
}
