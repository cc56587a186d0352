package smsfile

import (
	"fmt"
	"time"
)

// NumberType is the type of number of a To_TOA header (smstools spec §1.2,
// 3GPP TS 23.040 §9.1.2.5). The zero value means that none was given.
type NumberType uint8

// Number types.
const (
	NumberAuto NumberType = iota
	NumberUnknown
	NumberInternational
	NumberNational
	// NumberInvalid is a word that names no type.
	NumberInvalid
)

// System is the kind of a system message (smstools System_message).
type System uint8

// Kinds of system message.
const (
	NotSystem System = iota
	// SystemMessage is TP-PID 0x40 with TP-DCS 0xF4.
	SystemMessage
	// SystemToSIM is TP-PID 0x7F with TP-DCS 0xF6.
	SystemToSIM
)

// Outgoing is a message file as a producer wrote it (smstools spec §1.2). What
// was not given is absent: nil, zero or empty.
//
// Printing an Outgoing in any way shows none of its numbers and none of its text.
type Outgoing struct {
	// To is the normalised destination (spec §1.3), or the key when TextIsPDU is set.
	To string
	// ToTOA overrides the automatic type of number.
	ToTOA NumberType
	// From is free text for the records, at most 99 octets.
	From string
	// Alphabet is the given one, else that of Options; AlphabetGiven tells them apart.
	Alphabet      Alphabet
	AlphabetGiven bool
	// Autosplit is 0 to 3; nil: the configured default.
	Autosplit *int
	// Class is 0 to 3 (3GPP TS 23.038 §4).
	Class *uint8
	// DCS replaces the TP-DCS octet.
	DCS *uint8
	// Flash asks for DCS + 0x10.
	Flash bool
	// Hex says that the body was in hex notation; Body is already decoded.
	Hex bool
	// Language and LanguageExt are numbers of shift tables, 0 to 13.
	Language    *uint8
	LanguageExt *uint8
	// MessageReference is the TP-MR asked for.
	MessageReference *uint8
	// Ping asks for a type 0 message.
	Ping bool
	// HighPriority is Priority: HIGH.
	HighPriority bool
	// Queue is the value of Provider or Queue, as it stands, at most 99 octets.
	Queue string
	// RejectDuplicates asks for TP-RD.
	RejectDuplicates bool
	// Replace is 1 to 7; 0: none.
	Replace uint8
	// ReplyPath and Report override the modem's settings.
	ReplyPath *bool
	Report    *bool
	// Retries is 0 or more; nil: the modem's setting.
	Retries *int
	// SMSC is the service centre asked for, digits.
	SMSC string
	// System is the kind of system message.
	System System
	// TextIsPDU says that the body was a PDU in hex; Body is its octets.
	TextIsPDU bool
	// UDH says whether the data begins with a user data header; nil: automatic.
	UDH *bool
	// UDHData is a user data header with its length octet.
	UDHData []byte
	// Validity is the relative TP-VP octet.
	Validity *uint8
	// Voicecall asks for a call instead of a message.
	Voicecall bool
	// AlternateTo are numbers to try, in order, when nobody received the message
	// at To in time (Viesti's own headers).
	AlternateTo []string
	// AlternateAfter are the waits before each of them; the last one counts for those
	// that have none of their own, and there may be none at all.
	AlternateAfter []time.Duration
	// Send is the raw text of the time before which the message must not be sent
	// (Viesti's own header, after the convention of the smstools scripts, spec §9).
	Send string

	// Body is what follows the headers, after Include, hex notation and macros.
	// It may share memory with the file that was parsed.
	Body []byte

	problems [stages]*Rejection
}

// Format prints what kind of message it is, never its content, under every verb.
func (o Outgoing) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "smsfile.Outgoing{%s, %d octets}", o.Alphabet, len(o.Body))
}

// Trims reports whether trailing blanks and Ctrl-Z are no part of the text, as
// TrimText removes them: Latin text without a national language, on a modem that
// converts character sets (smstools spec §1.4). What hex notation gives is as it is.
func (o *Outgoing) Trims() bool {
	return o.Alphabet == ISO && !o.Hex && !o.HasLanguage() && !o.TextIsPDU && !o.Voicecall
}

// HasLanguage reports whether the file names a language, be it the basic one. The text
// is UTF-8 then, whatever its alphabet says (smstools spec §1.4).
func (o *Outgoing) HasLanguage() bool {
	return o.Language != nil || o.LanguageExt != nil && *o.LanguageExt > 0
}
