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
	TextFiller   = warnFiller
	TextDate     = warnDate
	TextTime     = warnTime
	TextTrailing = warnTrailing
)

// Texts of warnings.
const (
	warnTruncated     = "the PDU ends within this field"
	warnAddressLength = "length of more than 20 semi-octets"
	warnFiller        = "filler among the digits"
	warnNoFiller      = "odd number of digits without filler"
	warnNoSMSC        = "no service centre address; read as a bare TPDU"
	warnSMSCLength    = "length of more than eleven octets; read as a bare TPDU"
	warnReservedType  = "reserved message type; read as SMS-DELIVER"
	warnForcedType    = "another message type than expected"
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
