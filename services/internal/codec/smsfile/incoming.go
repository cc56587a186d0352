package smsfile

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// UndecodablePDU is the value of the Error header of a PDU that is no message.
const UndecodablePDU = "Cannot decode PDU, see text part for details."

// Warnings about a PDU that can be decoded all the same.
const (
	WarningEvenAddress     = "Length of numeric sender address is even, but still was terminated with 'F'."
	WarningOddAddress      = "Length of numeric sender address is odd, but not terminated with 'F'."
	WarningAddressDigits   = "Invalid character(s) in sender address."
	WarningEvenRecipient   = "Length of numeric recipient address is even, but still was terminated with 'F'."
	WarningOddRecipient    = "Length of numeric recipient address is odd, but not terminated with 'F'."
	WarningRecipientDigits = "Invalid character(s) in recipient address."
	WarningSMSCDigits      = "Invalid character(s) in numeric SMSC address"
	WarningUnusedBits      = "Unused bits 3 and 4 are used in the first octet of the SMS-DELIVER PDU."
	WarningStampDate       = "Invalid values(s) in date of Service Centre Time Stamp."
	WarningStampTime       = "Invalid values(s) in time of Service Centre Time Stamp."
	WarningReportDate      = "Invalid value(s) in date of SMSC Timestamp."
	WarningReportTime      = "Invalid value(s) in time of SMSC Timestamp."
	WarningDischarge       = "Invalid values(s) in Discharge Timestamp."
)

// Incoming is a received message or status report as the file in incoming or
// report shows it (smstools spec §2.2). What is absent has no header. Printing an
// Incoming in any way shows none of its numbers and none of its text.
type Incoming struct {
	// Error is UndecodablePDU or empty.
	Error string
	// Warnings are small faults of the PDU.
	Warnings []string
	// From is the sender without plus, or its name; a report's recipient. Its
	// header is always there.
	From string
	// FromTOA is what TOAText gives.
	FromTOA string
	// Name is the name that the modem's phone book has for the sender.
	Name string
	// FromSMSC is the service centre, digits.
	FromSMSC string
	// Sent is the service centre's time stamp in datetime_format, without its time
	// zone. It is text because a stamp may be no valid time.
	Sent string
	// Received is shown in its own zone in the form of TimeFormat (empty: DefaultTimeFormat).
	Received   time.Time
	TimeFormat string
	Station
	// Report is TP-SRI: the sender will get a status report.
	Report bool
	// Replace is the replace type 0 to 7 of TP-PID 0x40 to 0x47.
	Replace *uint8
	// Flash is class 0, the way smsd reads it: DCS bit 4 set and bit 0 clear.
	Flash bool
	// Incomplete marks parts of a message whose other parts never came.
	Incomplete bool
	// Alphabet is that of Body; AlphabetInvalid shows as `unknown`.
	Alphabet Alphabet
	// UDHData is the user data header with its length octet.
	UDHData []byte
	// UDH is shown for reports, undecodable PDUs and UCS2 decoded to ISO alone;
	// elsewhere it is nil (smstools spec §2.2 row 23).
	UDH *bool
	// PDUs are the TPDUs in hex with service centre, one for each part.
	PDUs []string
	// Pos is what PositionMark gives, for an undecodable PDU.
	Pos string
	// Language and LanguageExt are the locking and single shift tables. When one
	// of them is given, the other shows as UnknownLanguageText if it is absent.
	Language    *uint8
	LanguageExt *uint8
	// Body are the octets behind the headers.
	Body []byte
	// CountCharacters makes Length count characters of UTF-8: smsd does so for text
	// of the GSM alphabet without shift tables (setting incoming_utf8) and for the
	// texts about undecodable PDUs, and counts octets otherwise.
	CountCharacters bool
}

// Format prints what kind of message it is, never its content, under every verb.
func (m Incoming) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "smsfile.Incoming{%s, %d octets}", m.Alphabet, len(m.Body))
}

// AppendTo appends the file to dst, with names and words of the locale.
func (m *Incoming) AppendTo(dst []byte, locale *Locale) []byte {
	h := make([]Header, 0, 24+len(m.Warnings)+len(m.PDUs))
	h = m.appendOrigin(h)
	h = m.appendReception(h)
	h = m.appendProperties(h, locale)
	h = m.appendContent(h, locale)
	return append(appendHeaders(dst, locale, h), m.Body...)
}

// appendOrigin adds who sent the message.
func (m *Incoming) appendOrigin(h []Header) []Header {
	h = appendGiven(h, "Error", m.Error)
	h = appendEach(h, "Warning", m.Warnings)
	h = append(h, Header{"From", m.From})
	h = appendGiven(h, "From_TOA", m.FromTOA)
	h = appendGiven(h, "Name", m.Name)
	return appendGiven(h, "From_SMSC", m.FromSMSC)
}

// appendReception adds when and by which modem it was received.
func (m *Incoming) appendReception(h []Header) []Header {
	h = appendGiven(h, "Sent", m.Sent)
	h = append(h, Header{"Received", FormatTime(m.Received, m.TimeFormat)})
	h = append(h, Header{"Subject", m.Modem})
	h = m.appendModem(h)
	return m.appendIdentities(h)
}

// appendProperties adds the flags of the TPDU.
func (m *Incoming) appendProperties(h []Header, locale *Locale) []Header {
	h = append(h, Header{"Report", locale.word(m.Report)})
	if m.Replace != nil {
		h = append(h, Header{"Replace", decimal(int(*m.Replace))})
	}
	h = appendFlag(h, "Flash", m.Flash, locale)
	return appendFlag(h, "Incomplete", m.Incomplete, locale)
}

// appendContent adds what the body is.
func (m *Incoming) appendContent(h []Header, locale *Locale) []Header {
	h = append(h, Header{"Alphabet", m.Alphabet.String()})
	h = appendGiven(h, "UDH-DATA", FormatUDH(m.UDHData))
	h = appendGiven(h, "UDH-Type", UDHType(m.UDHData))
	h = append(h, Header{"Length", decimal(m.length())})
	if m.UDH != nil {
		h = append(h, Header{"UDH", locale.word(*m.UDH)})
	}
	h = appendEach(h, "PDU", m.PDUs)
	h = appendGiven(h, "Pos", m.Pos)
	if m.Language == nil && m.LanguageExt == nil {
		return h
	}
	return append(h,
		Header{"Language", languageOrUnknown(m.Language)},
		Header{"Language_ext", languageOrUnknown(m.LanguageExt)})
}

// length is the value of Length: 16-bit units of UCS2, characters or octets of
// everything else (smstools spec §2.2 row 22).
func (m *Incoming) length() int {
	switch {
	case m.Alphabet == UCS2:
		return len(m.Body) / 2
	case m.Alphabet == UTF8 && m.CountCharacters:
		return utf8.RuneCount(m.Body)
	default:
		return len(m.Body)
	}
}

func languageOrUnknown(language *uint8) string {
	if language == nil {
		return UnknownLanguageText
	}
	return LanguageText(*language)
}

func appendFlag(h []Header, name string, set bool, locale *Locale) []Header {
	if !set {
		return h
	}
	return append(h, Header{name, locale.word(true)})
}

// appendHeaders appends header lines and the blank line behind them.
func appendHeaders(dst []byte, locale *Locale, headers []Header) []byte {
	for _, h := range headers {
		dst = appendHeader(dst, locale, h.Name, h.Value)
	}
	return append(dst, '\n')
}
