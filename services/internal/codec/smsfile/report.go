package smsfile

import (
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

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
func StatusText(status uint8) string { return tpdu.Status(status).Text() }
