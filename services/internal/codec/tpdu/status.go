package tpdu

// Status is TP-ST, what became of a message (3GPP TS 23.040 §9.2.3.15).
type Status byte

// StatusClass says whether a message arrived and who acts next.
type StatusClass uint8

// Classes of TP-ST.
const (
	// StatusUnknown: the value is reserved. 3GPP TS 23.040 §9.2.3.15 would have it
	// taken for "service rejected"; whoever reads a report decides.
	StatusUnknown StatusClass = iota
	// StatusCompleted: the message arrived or was replaced; nobody acts.
	StatusCompleted
	// StatusTrying: not delivered yet; the service centre acts and will report again.
	StatusTrying
	// StatusPermanent: not delivered; the service centre gave up, a repetition is pointless.
	StatusPermanent
	// StatusTemporary: not delivered; the service centre gave up, the sender may try again.
	StatusTemporary
)

// Class returns the class: bits 6 and 5 of the value.
func (s Status) Class() StatusClass {
	if s > 0x7F {
		return StatusUnknown
	}
	return StatusCompleted + StatusClass(s>>5)
}

// Final reports whether no further report is to be expected.
func (s Status) Final() bool { return s.Class() != StatusTrying && s.Class() != StatusUnknown }

// Text returns the words that smstools writes after the number (smstools spec
// §2.4), its spelling included: scripts compare them.
func (s Status) Text() string {
	switch {
	case s <= 2:
		return completedTexts[s]
	case s >= 32 && s <= 37:
		return "Still trying," + temporaryTexts[s-32]
	case s >= 48 && s <= 63:
		return "Temporary error, SC specific, unknown"
	case s >= 64 && s <= 73:
		return "Error," + permanentTexts[s-64]
	case s >= 96 && s <= 101:
		return "Error," + temporaryTexts[s-96]
	case s >= 80 && s <= 95, s >= 112 && s <= 127:
		return "Permanent error, SC specific, unknown"
	}
	return "unknown"
}

var completedTexts = [...]string{
	"Ok,short message received by the SME",
	"Ok,short message forwarded by the SC to the SME but the SC is unable to confirm delivery",
	"Ok,short message replaced by the SC",
}

// temporaryTexts serve both classes of temporary errors, whose values run in parallel.
var temporaryTexts = [...]string{
	"congestion",
	"SME busy",
	"no response sendr SME",
	"service rejected",
	"quality of service not available",
	"error in SME",
}

var permanentTexts = [...]string{
	"remote procedure error",
	"incompatible destination",
	"connection rejected by SME",
	"not obtainable",
	"quality of service not available",
	"no interworking available",
	"SM validity period expired",
	"SM deleted by originating SME",
	"SM deleted by SC administration",
	"SM does not exist",
}
