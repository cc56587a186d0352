package message

import "fmt"

// Priority orders messages within a queue.
type Priority uint8

// Priorities. Normal is the zero value.
const (
	Normal Priority = iota
	High
)

// Kind says what a submission is.
type Kind uint8

// Kinds of submission.
const (
	// Text is a message whose body is encoded as its Alphabet says.
	Text Kind = iota
	// PDU is a ready SMS-SUBMIT TPDU, as octets, with or without the service
	// centre address before it.
	PDU
	// Voicecall is a call instead of a message; the body holds its tones.
	Voicecall
)

// Alphabet says how a body is encoded and what may become of it on the air
// (smstools spec §1.4).
type Alphabet uint8

// Alphabets.
const (
	// UTF8 is Unicode text: sent with the GSM alphabet where it fits, as UCS2 otherwise.
	UTF8 Alphabet = iota
	// Latin is ISO-8859-15 with tolerance for UTF-8: always sent with the GSM
	// alphabet; characters that it lacks are dropped and noticed.
	Latin
	// GSM is one septet of the GSM default alphabet an octet.
	GSM
	// UCS2 is big-endian 16-bit text, sent as it is.
	UCS2
	// Binary is 8-bit data.
	Binary
)

// NumberType is the type of number of a destination (3GPP TS 23.040 §9.1.2.5).
type NumberType uint8

// Number types.
const (
	NumberAuto NumberType = iota
	NumberUnknown
	NumberInternational
	NumberNational
)

// Tri is a yes or no that may also not have been given.
type Tri uint8

// Values of Tri.
const (
	Unset Tri = iota
	No
	Yes
)

// Or returns the value, or def when it was not given.
func (t Tri) Or(def bool) bool {
	if t == Unset {
		return def
	}
	return t == Yes
}

// TriOf makes a given Tri of a bool.
func TriOf(v bool) Tri {
	if v {
		return Yes
	}
	return No
}

// System is the kind of system message (smstools System_message).
type System uint8

// System message kinds.
const (
	NotSystem System = iota
	// SystemMessage is TP-PID 0x40 with TP-DCS 0xF4.
	SystemMessage
	// SystemToSIM is TP-PID 0x7F with TP-DCS 0xF6.
	SystemToSIM
)

// Split says how a text that does not fit one message is cut (smstools Autosplit, spec §1.6).
type Split uint8

// Ways of splitting; the numbers are those of Autosplit.
const (
	SplitNone Split = iota
	SplitPlain
	SplitNumbered
	SplitConcatenated
)

// OnUnknown is the policy for a part that may or may not have been sent.
type OnUnknown uint8

// Policies.
const (
	// OnUnknownDefault leaves the choice to the modem worker's configuration.
	OnUnknownDefault OnUnknown = iota
	// Resend sends the part again: at least once.
	Resend
	// Hold stops the message and says so: at most once.
	Hold
)

var (
	priorityNames = []string{"normal", "high"}
	alphabetNames = []string{"utf-8", "latin", "gsm", "ucs2", "binary"}
	unknownNames  = []string{"default", "resend", "hold"}
)

func (p Priority) String() string  { return name(priorityNames, uint8(p)) }
func (a Alphabet) String() string  { return name(alphabetNames, uint8(a)) }
func (o OnUnknown) String() string { return name(unknownNames, uint8(o)) }

func name(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown(%d)", i)
}
