package tpdu

import "fmt"

// Warning is something that a decoder met and tolerated.
type Warning struct {
	// Field is the name of the field in 3GPP TS 23.040, for example "TP-OA";
	// "SMSC" for the service centre address, "hex" for the notation itself.
	Field string
	// Offset is the octet, counted from the first one given, where the field or
	// the trouble begins.
	Offset int
	// Text says what was wrong; it never holds content or digits.
	Text string
}

// String returns field, place and text in one line.
func (w Warning) String() string {
	return fmt.Sprintf("%s at octet %d: %s", w.Field, w.Offset, w.Text)
}

// Texts that a reader of warnings may want to tell from the others.
const (
	TextTruncated     = warnTruncated
	TextAddressLength = warnAddressLength
	TextFiller        = warnFiller
	TextEndFiller     = warnEndFiller
	TextNoFiller      = warnNoFiller
	TextReservedBit   = warnReservedBit
	TextDay           = warnDay
	TextDate          = warnDate
	TextTime          = warnTime
	TextZone          = warnZone
	TextLength        = warnLength
	TextElement       = warnElement
	TextTrailing      = warnTrailing
	TextHexDigit      = warnHexDigit
)

// Texts of warnings.
const (
	warnTruncated     = "the PDU ends within this field"
	warnAddressLength = "length of more than 20 semi-octets"
	warnAddressType   = "type of address without its highest bit"
	warnAddressEmpty  = "type of address without digits"
	warnFiller        = "filler among the digits"
	warnEndFiller     = "even number of digits with a filler at the end"
	warnNoFiller      = "odd number of digits without filler"
	warnNoSMSC        = "no service centre address; read as a bare TPDU"
	warnSMSCLength    = "length of more than twelve octets; read as a bare TPDU"
	warnReservedType  = "reserved message type; read as SMS-DELIVER"
	warnForcedType    = "another message type than expected"
	warnReservedBit   = "reserved bit is set"
	warnStampDigit    = "semi-octet that is no digit"
	warnDay           = "no such day of a month"
	warnDate          = "no such date"
	warnTime          = "no such time of day"
	warnZone          = "no such time zone; read as UTC"
	warnLength        = "length beyond the capacity of a message"
	warnTrailing      = "octets after the end"
	warnHeaderLength  = "header longer than the user data"
	warnElement       = "element longer than the header"
	warnHeaderOnly    = "length ends within the header"
	warnHexDigit      = "character that is no hex digit"
	warnHexSpace      = "white space"
	warnHexTrailing   = "characters after the end"
	warnHexOdd        = "odd number of hex digits; the last one is dropped"
)
