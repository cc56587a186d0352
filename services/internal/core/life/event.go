// Package life describes what can happen to a message: the events, the states
// they lead to, and who acts next in each.
//
// It is pure. internal/wire carries events over the broker; State and Fold are
// the model that tests judge the running system by.
package life

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Event is one thing that happened: to a message, to a modem or to the gateway.
type Event struct {
	// ID is the message it is about; kinds without a message have an id of their own.
	ID string
	// Account is whose event it is: the submitter, or one of the accounts that
	// package subject calls Inbox and System.
	Account string
	Time    time.Time
	// Subject repeats what the submitter needs of its submission; nil for kinds
	// without one.
	Subject *Subject
	// Modem says where it happened; nil when no modem was involved.
	Modem *Modem
	Kind  Kind
}

// Kind is what happened: one of the types of this package that implement it.
type Kind interface{ kind() }

// Subject repeats of a submission what its submitter needs without looking it up.
type Subject struct {
	Recipient  message.Address
	Sender     string
	Queue      string
	Priority   message.Priority
	Origin     message.Origin
	AcceptedAt time.Time
	// Report says that a status report was asked for.
	Report      bool
	Alternates  []message.Alternate
	AlternateOf string
	// SMPP is what receipts need to know; nil: no SMPP client submitted it.
	SMPP *message.SMPP
}

// SubjectOf returns what events about s repeat of it.
func SubjectOf(s *message.Submission) *Subject {
	return &Subject{
		Recipient: s.Recipient, Sender: s.Sender, Queue: s.Queue, Priority: s.Priority, Origin: s.Origin,
		AcceptedAt: s.AcceptedAt, Report: s.WantsReport().Or(false), Alternates: s.Alternates, AlternateOf: s.AlternateOf,
		SMPP: s.SMPP.ForEvents(uint16(smpp.TagUserMessageReference)),
	}
}

// Modem says which modem and which SIM it was.
type Modem struct {
	Host, Name, IMEI, IMSI string
	// Number and Description are as configured.
	Number, Description string
}

// SIM returns what identifies the SIM in part records: the IMSI, or the IMEI
// where the SIM does not tell, or the modem's name.
func (m *Modem) SIM() string {
	switch {
	case m.IMSI != "":
		return m.IMSI
	case m.IMEI != "":
		return m.IMEI
	default:
		return m.Host + "/" + m.Name
	}
}

// Accepted says that the submission is durable.
type Accepted struct {
	DeliverAt, ExpiresAt time.Time
}

// Attempt is the record that is written before a part is handed to a modem.
type Attempt struct {
	Part, Total int
	// Number counts the attempts of this part from 1.
	Number int
	State  AttemptState
	// PDUs are, with the first part of several, all PDUs of the message as hex
	// with the service centre first: whoever goes on with it sends these.
	PDUs []string
	// MaybeSent says that an earlier attempt of this part had no outcome. It stays
	// true for all attempts that follow, whatever becomes of them.
	MaybeSent bool
	// Revision is the revision of the submission that is attempted; with Replaced, of
	// the one that replaced another.
	Revision uint32
}

// Uncertain reports whether the network may have the part because of this attempt
// or of one before it, if there is no record that it was accepted.
func (a *Attempt) Uncertain() bool {
	return a.MaybeSent || a.State == Attempting || a.State == Unanswered
}

// AttemptState is the state of an attempt record.
type AttemptState uint8

// Attempt states.
const (
	// Attempting: the modem has it, or may have it.
	Attempting AttemptState = iota + 1
	// Refused: certainly not accepted.
	Refused
	// Withdrawn: the message was taken back before this part was attempted.
	Withdrawn
	// Unanswered: the modem had it, and was given up without an outcome.
	Unanswered
	// Replaced: the submitter put another text in its place before it was attempted; a
	// worker that holds an earlier revision leaves it alone.
	Replaced
)

// PartDone says that the network accepted a part.
type PartDone struct {
	Part, Total int
	// Reference is the TP-MR that the modem gave, 0 to 255; -1 when it did not tell.
	Reference int
	// PDU is what the modem was handed, as hex with the service centre first.
	PDU string
}

// Sent says that the network accepted every part.
type Sent struct {
	Parts []PartDone
	// SendingTime is from the first attempt to the last acceptance.
	SendingTime time.Duration
	Notices     []string
	Alphabet    AirAlphabet
	// MaybeDuplicated says that a part was attempted again after an unknown outcome.
	MaybeDuplicated bool
	// Result is the result of a voice call.
	Result string
	Report bool
}

// AirAlphabet is the alphabet of a TPDU.
type AirAlphabet uint8

// Alphabets on the air.
const (
	AirGSM7 AirAlphabet = iota + 1
	Air8Bit
	AirUCS2
)

// Failed says that the message will not be sent.
type Failed struct {
	// Reason is for people, and for the Fail_reason header.
	Reason string
	Class  FailureClass
	// Parts were accepted before the failure.
	Parts    []PartDone
	PDUs     []string
	Notices  []string
	Alphabet AirAlphabet
	// Unknown says that a part may have been sent although no answer came.
	Unknown bool
}

// FailureClass says whose fault a failure is.
type FailureClass uint8

// Failure classes.
const (
	FailureMessage FailureClass = iota + 1
	FailureRecipient
	FailureUnknown
	FailureTemporary
)

// Rejected says that what an ingress was given never became a submission.
type Rejected struct {
	Reason, Detail string
}

// Expired says that the validity ran out before the first part was attempted.
type Expired struct {
	ExpiresAt time.Time
}

// Cancelled says that the message was withdrawn before its first part was attempted.
type Cancelled struct {
	By string
}

// Escalation is what was decided about a message with alternates: the next recipient
// is tried, or nobody. A message has at most one.
type Escalation struct {
	// Next is the message to the next recipient; empty: nobody else is tried.
	Next      string
	Recipient message.Address
	// Reason is for people.
	Reason string
}

// Postponed says that the message waits for the end of quiet hours.
type Postponed struct {
	Until time.Time
	// Quiet is the name of the quiet hours.
	Quiet string
	// Revision is that of the submission.
	Revision uint32
}

// Report is one status report of the network (3GPP TS 23.040 §9.2.2.3).
type Report struct {
	// Part is the part it is about, of Total; 0 when it matched no message.
	Part, Total int
	Reference   uint8
	// Status is TP-ST.
	Status            uint8
	Outcome           Outcome
	Recipient         message.Address
	ServiceCentreTime time.Time
	DischargeTime     time.Time
	// PDU is as received, with the service centre first.
	PDU []byte
}

// Outcome is what a status report says about a part.
type Outcome uint8

// Outcomes.
const (
	Delivered Outcome = iota + 1
	StillTrying
	Undeliverable
)

// Received says that a message arrived from the network.
type Received struct {
	// PDU is as received, with the service centre first. It is the truth; the
	// rest is what could be decoded.
	PDU               []byte
	Originator        message.Address
	ServiceCentreTime time.Time
	Warnings          []string
	Name              string
	// Raw is what the modem gave, where that was no clean hex of the PDU.
	Raw string
}

// Call says that somebody called.
type Call struct {
	Caller        message.Address
	TypeOfAddress uint8
	Name          string
}

// Alarm says that somebody should look.
type Alarm struct {
	// Severity is 2 critical, 3 error or 4 warning, as in smstools.
	Severity int
	// Code says what kind of trouble it is, for machines.
	Code string
	Text string
}

func (Accepted) kind()    {}
func (Attempt) kind()     {}
func (PartDone) kind()    {}
func (Sent) kind()        {}
func (Failed) kind()      {}
func (Rejected) kind()    {}
func (Expired) kind()     {}
func (Cancelled) kind()   {}
func (Report) kind()      {}
func (Received) kind()    {}
func (Call) kind()        {}
func (Alarm) kind()       {}
func (Escalation) kind()  {}
func (Postponed) kind()   {}
func (ModemStatus) kind() {}
