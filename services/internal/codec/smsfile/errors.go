package smsfile

import "strings"

// Rejection says why a file is not a message that can be sent.
//
// Error names the reason alone, because a detail may quote the file; FailReason
// is what the Fail_reason header of the failed file shows.
type Rejection struct {
	// Reason is one of the Reason constants.
	Reason string
	// Detail quotes the place that is wrong, shortened; it may be empty. It must
	// not reach a log line.
	Detail string
}

// Error returns the reason without the detail.
func (r *Rejection) Error() string { return "rejecting message file: " + r.Reason }

// Is reports whether target is a Rejection for the same reason, whatever its detail.
func (r *Rejection) Is(target error) bool {
	t, ok := target.(*Rejection)
	return ok && t.Reason == r.Reason
}

// FailReason returns the value of the Fail_reason header (smstools spec §1.10).
func (r *Rejection) FailReason() string {
	if r.Detail == "" {
		return r.Reason
	}
	return r.Reason + `: "` + r.Detail + `".`
}

// Reasons that the spooler gives, in the order in which it tests for them
// (smstools spec §1.10). Those marked "caller" need knowledge that a file does
// not have; they stand here so that all texts are in one place.
const (
	// ReasonCheckhandler is for the caller: the checkhandler refused the file.
	ReasonCheckhandler = "Rejected by checkhandler"
	// ReasonNoDestination is given by CheckDestination.
	ReasonNoDestination = "No destination"
	// ReasonBlacklisted is for the caller, after CheckDestination.
	ReasonBlacklisted = "Destination is blacklisted"
	// ReasonNotWhitelisted is for the caller, after the blacklist.
	ReasonNotWhitelisted = "Destination is not whitelisted"
	// ReasonInvalidAlphabet is given by CheckAlphabet.
	ReasonInvalidAlphabet = "Invalid alphabet"
	// ReasonWrongQueue is for the caller, after CheckAlphabet.
	ReasonWrongQueue = "Wrong provider queue"
	// ReasonNoProvider is for the caller, after CheckAlphabet.
	ReasonNoProvider = "Destination number does not match any provider"
	// ReasonNoTextOrData is given by CheckContent.
	ReasonNoTextOrData = "No text or data"
	// ReasonInvalidNumberType is given by CheckNumberType.
	ReasonInvalidNumberType = "Invalid number type"
)

// Reasons that the modem process gives (smstools spec §1.10). CheckTransmission
// gives those that a file alone decides.
const (
	// ReasonPDUKey is for the caller, before CheckTransmission: To is not the modem's text_is_pdu_key.
	ReasonPDUKey = "Invalid key (To) for text_is_pdu"
	// ReasonInvalidMessageReference: Message_reference is not 0 to 255.
	ReasonInvalidMessageReference = "Invalid message reference"
	// ReasonInvalidLanguage: Language or Language_ext is empty, negative or above 13.
	ReasonInvalidLanguage = "Invalid language/language_ext"
	// ReasonNoText: nothing is left of the text.
	ReasonNoText = "No text"
	// ReasonNoData: nothing is left of the binary data.
	ReasonNoData = "No data"
	// ReasonHexLength: an odd number of hex digits in a line.
	ReasonHexLength = "Hex presentation error in sms file: incorrect length of data"
	// ReasonHexDigit: a line of hex notation holds something that is no hex digit.
	ReasonHexDigit = "Hex conversion error in sms file"
	// ReasonHexUnclosed: LENGTH of hex notation is opened and not closed.
	ReasonHexUnclosed = "LENGTH termination error in sms file."
	// ReasonHexSpan: more than 255 octets between two LENGTH of hex notation.
	ReasonHexSpan = "LENGTH value error in sms file."
	// ReasonShiftTables: text with a national language is not valid UTF-8.
	ReasonShiftTables = "Failure with language shift tables"
	// ReasonTooLongText is for the caller: the text needs more than 255 parts.
	ReasonTooLongText = "Too long text"
	// ReasonTooLongSystem: a binary system message of more than 140 octets.
	ReasonTooLongSystem = "Too long data for system message"
	// ReasonTooLongSingle is for the caller: Autosplit 0 and more than one part of data.
	ReasonTooLongSingle = "Too long data for single part sending"
	// ReasonUDHLength: the first octet of a user data header does not fit it.
	ReasonUDHLength = "Incorrect first byte of UDH"
	// ReasonModemDisabled is for the caller: a voice call on a modem that is switched off.
	ReasonModemDisabled = "Modem was disabled"
	// ReasonModemInit is for the caller: the modem could not be made ready.
	ReasonModemInit = "Modem initialization failed"
	// ReasonUnknown is for the caller: the modem gave no answer that explains it.
	ReasonUnknown = "Unknown"
)

// Reasons of Viesti's own, for what smsd passes over in silence.
const (
	// ReasonTooLarge: the file, or an included one, is longer than Options.MaxSize.
	ReasonTooLarge = "Message file is too large"
	// ReasonTooLongBody: the body is longer than MaxBody; smsd cuts it.
	ReasonTooLongBody = "Too long body"
	// ReasonTooLongMacros: the macros are longer than MaxMacros together.
	ReasonTooLongMacros = "Too long macros"
	// ReasonInclude: Include is switched off, used too often, or its file cannot be read.
	ReasonInclude = "Cannot include file"
	// ReasonInvalidUDH: UDH-DATA is not a row of hex octets.
	ReasonInvalidUDH = "Invalid UDH-DATA"
	// ReasonInvalidPDU: the text of Text_is_pdu is not a row of hex octets.
	ReasonInvalidPDU = "Invalid PDU"
	// ReasonInvalidAlternate: Alternate_to or Alternate_after cannot be understood.
	ReasonInvalidAlternate = "Invalid alternate"
)

// quoteLimit is how much of a file a Detail quotes at most, in octets; smsd cuts the
// whole reason a little later.
const quoteLimit = 800

// reject builds a Rejection whose detail quotes s, shortened and made printable.
func reject(reason string, s []byte) *Rejection {
	if len(s) > quoteLimit {
		s = s[:quoteLimit]
	}
	return &Rejection{Reason: reason, Detail: strings.ToValidUTF8(oneLine(string(s)), "?")}
}
