package compose

import (
	"errors"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
)

// Rejection says why no TPDU can be made of a submission. Another attempt, or
// another modem with the same settings, would end the same way.
type Rejection struct {
	// Reason is the text for the submitter, one of the Reason constants.
	Reason string
	// Notices are as those of a Message: what was left out of a text of which
	// nothing is left, for example.
	Notices []string
}

// Error returns the reason.
func (r *Rejection) Error() string { return "composing: " + r.Reason }

func reject(reason string) error { return &Rejection{Reason: reason} }

// withNotices adds the notices of the job to a rejection.
func (j *job) withNotices(err error) error {
	var r *Rejection
	if errors.As(err, &r) {
		r.Notices = j.notices
	}
	return err
}

// Reasons that smsd has too (smstools spec §1.10).
const (
	// ReasonNoDestination: the recipient is empty.
	ReasonNoDestination = smsfile.ReasonNoDestination
	// ReasonPDUKey: a ready PDU came without the modem's key.
	ReasonPDUKey = smsfile.ReasonPDUKey
	// ReasonAlphabet: the alphabet is not one of the package message.
	ReasonAlphabet = smsfile.ReasonInvalidAlphabet
	// ReasonNumberType: the number type is not one of the package message.
	ReasonNumberType = smsfile.ReasonInvalidNumberType
	// ReasonLanguage: a language has no table.
	ReasonLanguage = smsfile.ReasonInvalidLanguage
	// ReasonNoText: nothing is left of the text, and there is no header either.
	ReasonNoText = smsfile.ReasonNoText
	// ReasonNoData: there is neither data nor header.
	ReasonNoData = smsfile.ReasonNoData
	// ReasonShiftTables: text for national language tables is not UTF-8.
	ReasonShiftTables = smsfile.ReasonShiftTables
	// ReasonTooLongText: a message needs more than 255 parts.
	ReasonTooLongText = smsfile.ReasonTooLongText
	// ReasonTooLongSystem: a system message has more than 140 octets.
	ReasonTooLongSystem = smsfile.ReasonTooLongSystem
	// ReasonTooLongSingle: binary data needs several parts, which Split forbids.
	ReasonTooLongSingle = smsfile.ReasonTooLongSingle
	// ReasonUDHLength: a user data header does not have the length that its first octet tells.
	ReasonUDHLength = smsfile.ReasonUDHLength
)

// Reasons of Viesti's own, where smsd cuts in silence, sends what the network
// must refuse, or says Unknown.
const (
	// ReasonTooLongBody: the body has more than MaxBody octets.
	ReasonTooLongBody = smsfile.ReasonTooLongBody
	// ReasonTextSingle: text needs several parts, which Split forbids.
	ReasonTextSingle = "Too long text for single part sending"
	// ReasonTextWithUDH: text and the header given for it exceed one part.
	ReasonTextWithUDH = "Too long text to be sent with UDH-DATA"
	// ReasonLongDestination: the recipient has more than 20 digits (3GPP TS 23.040 §9.1.2.5).
	ReasonLongDestination = "Too long destination"
	// ReasonDestination: the recipient holds something other than 0-9, * and #.
	ReasonDestination = "Invalid destination"
	// ReasonSMSC: the service centre holds something other than 0-9, or more than 20 of them.
	ReasonSMSC = "Invalid SMSC"
	// ReasonPDU: a ready PDU is not a whole SMS-SUBMIT.
	ReasonPDU = smsfile.ReasonInvalidPDU
	// ReasonVoicecall: a voice call has no TPDU.
	ReasonVoicecall = "Voicecall is not a message"
)
