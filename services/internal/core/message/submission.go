package message

import "time"

// Submission is one message to one recipient, as an ingress accepted it.
type Submission struct {
	// ID identifies the message for ever: 1 to 32 characters of [0-9a-z],
	// given by the ingress before the message is published.
	ID string
	// Account is the submitter: "spool-<host>", "cli-<host>" or an SMPP system id.
	// Everything that happens to the message is told to it.
	Account string
	// Queue is the provider queue; DefaultQueue where none is configured.
	Queue    string
	Priority Priority
	// Recipient is the normalised destination (smstools spec §1.3).
	Recipient Address
	// NumberType overrides the automatic type of address; NumberAuto otherwise.
	NumberType NumberType
	// Sender is free text for the records; it is never transmitted.
	Sender string

	// Kind says what to make of the body.
	Kind     Kind
	Alphabet Alphabet
	Body     Body
	// Trim asks for trailing white space to be removed from Latin text
	// (smstools trim_text, spec §1.4).
	Trim bool

	Options Options

	// DeliverAt is the time before which the message must not be sent; zero: at once.
	DeliverAt time.Time
	// ExpiresAt is the time after which it must not be sent any more; zero: never.
	ExpiresAt time.Time
	// AcceptedAt is when the ingress accepted it.
	AcceptedAt time.Time
	// AlternateOf is the message that this one stands in for; empty otherwise.
	AlternateOf string
	// Alternates are tried in order while nobody has received the message.
	Alternates []Alternate
	// OnUnknown says what to do with a part whose outcome is not known.
	OnUnknown OnUnknown
	// Origin is what the ingress needs to recognise its own message in an event.
	Origin Origin
	// SMPP is what its SMPP client gave; nil: it was not submitted by one.
	SMPP *SMPP
	// Revision counts how often the submitter has replaced the message.
	Revision uint32
}

// WantsReport is Options.Report, and Yes with alternates: whether they are needed is
// what the report tells.
func (s *Submission) WantsReport() Tri {
	if len(s.Alternates) > 0 {
		return Yes
	}
	return s.Options.Report
}

// DefaultQueue is the queue of messages when no provider queues are configured
// (smstools: the directory "checked").
const DefaultQueue = "default"

// Options are the transmission options of a message. Their names are those of
// 3GPP TS 23.040 where it has one.
type Options struct {
	// Report asks for a status report (TP-SRR); Unset leaves it to the modem's setting.
	Report Tri
	// Flash asks for class 0 the way smstools does: DCS + 0x10.
	Flash bool
	// Class is the message class 0 to 3 (3GPP TS 23.038 §4); nil: none.
	Class *uint8
	// DCS replaces the TP-DCS octet without changing how the text is encoded.
	DCS *uint8
	// PID replaces the TP-PID octet.
	PID *uint8
	// Ping makes a type 0 message: TP-PID 0x40, a report is always asked for.
	Ping bool
	// Replace is the replace type 1 to 7 (TP-PID 0x41 to 0x47); 0: none.
	Replace uint8
	// System makes a system message (smstools System_message).
	System System
	// ReplyPath sets TP-RP; Unset leaves it to the modem's setting.
	ReplyPath Tri
	// RejectDuplicates sets TP-RD.
	RejectDuplicates bool
	// MessageReference is the TP-MR to put into the TPDU; nil: 0, the modem's choice.
	MessageReference *uint8
	// Validity is the relative TP-VP octet (3GPP TS 23.040 §9.2.3.12.1); nil: the default.
	Validity *uint8
	// UDHI says whether the data begins with a user data header; Unset: the default
	// of the alphabet (yes for binary that is not a system message).
	UDHI Tri
	// UDH is a user data header with its length octet, put before the data.
	UDH []byte
	// Split says how a long text is cut; nil: the configured default.
	Split *Split
	// Language and LanguageExt are the locking and single shift tables wanted
	// (3GPP TS 23.038 §6.2.1.2.4, §6.2.1.2.5); nil: the modem's setting.
	Language    *uint8
	LanguageExt *uint8
	// SMSC is the service centre to use; zero: the modem's.
	SMSC Address
	// Retries is how often a refused part is tried again by the same modem; nil: the modem's setting.
	Retries *int
	// Reference16 asks for 16-bit concatenation references.
	Reference16 bool
	// PDUKey is the key that unlocks a ready PDU (smstools text_is_pdu_key).
	PDUKey string
}

// Alternate is another recipient, tried when the one before it was not reached in time.
type Alternate struct {
	Recipient Address
	// After is how long to wait for a delivery report of the recipient before.
	After time.Duration
}

// Origin tells an ingress which of its own things a message came from.
type Origin struct {
	// Host is the host that the ingress runs on.
	Host string
	// File is the name of the spool file, without directory, and Claim the
	// name of the claim under which the spool took it.
	File  string
	Claim string
	// Directory is the spool directory where the file waits meanwhile.
	Directory string
}
