package smsfile

import "fmt"

// StatusReport is what the body of a status report file says (smstools spec §2.4).
type StatusReport struct {
	// MessageID is TP-MR.
	MessageID uint8
	// Discharge is TP-DT in datetime_format, without its time zone; text because a
	// stamp may be no valid time.
	Discharge string
	// Status is TP-ST (3GPP TS 23.040 §9.2.3.15).
	Status uint8
}

// Body returns the body; it has no line end at its end and is never translated.
// The file around it is an Incoming with Alphabet ISO or UTF8 and UDH no.
func (r *StatusReport) Body() []byte {
	return fmt.Appendf(nil, "SMS STATUS REPORT\nMessage_id: %d\nDischarge_timestamp: %s\nStatus: %d,%s",
		r.MessageID, oneLine(r.Discharge), r.Status, StatusText(r.Status))
}

// StatusText is what the Status line says about a TP-ST, behind its number and
// the comma (3GPP TS 23.040 §9.2.3.15, smstools spec §2.4).
func StatusText(status uint8) string {
	switch {
	case status <= 2:
		return "Ok," + doneTexts[status]
	case status >= 32 && status <= 37:
		return "Still trying," + tryingTexts[status-32]
	case status >= 48 && status <= 63:
		return "Temporary error, SC specific, unknown"
	case status >= 64 && status <= 73:
		return "Error," + permanentTexts[status-64]
	case status >= 80 && status <= 95, status >= 112 && status <= 127:
		return "Permanent error, SC specific, unknown"
	case status >= 96 && status <= 101:
		return "Error," + tryingTexts[status-96]
	default:
		return "unknown"
	}
}

// The texts stand letter for letter as scripts may look for them, `sendr` included.
var (
	doneTexts = [...]string{
		"short message received by the SME",
		"short message forwarded by the SC to the SME but the SC is unable to confirm delivery",
		"short message replaced by the SC",
	}
	tryingTexts = [...]string{
		"congestion", "SME busy", "no response sendr SME", "service rejected",
		"quality of service not available", "error in SME",
	}
	permanentTexts = [...]string{
		"remote procedure error", "incompatible destination", "connection rejected by SME",
		"not obtainable", "quality of service not available", "no interworking available",
		"SM validity period expired", "SM deleted by originating SME",
		"SM deleted by SC administration", "SM does not exist",
	}
)
