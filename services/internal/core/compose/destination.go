package compose

import (
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// maxDigits is the greatest number of digits in an address (3GPP TS 23.040 §9.1.2.5).
const maxDigits = 20

// shortMark begins a short number (smstools spec §1.3).
const shortMark = "s"

// destination returns TP-DA.
func destination(s *message.Submission, set *Settings) (tpdu.Address, error) {
	number := s.Recipient.Reveal()
	digits, _ := strings.CutPrefix(number, shortMark)
	switch {
	case digits == "":
		return tpdu.Address{}, reject(ReasonNoDestination)
	case len(digits) > maxDigits:
		return tpdu.Address{}, reject(ReasonLongDestination)
	case strings.Trim(digits, "0123456789*#") != "":
		return tpdu.Address{}, reject(ReasonDestination)
	case s.NumberType > message.NumberNational:
		return tpdu.Address{}, reject(ReasonNumberType)
	}
	return tpdu.Address{TOA: typeOfAddress(s, set), Digits: digits}, nil
}

// typeOfAddress gives the type that was asked for, or follows the prefixes; a
// short number is of unknown type then (smstools spec §1.3).
func typeOfAddress(s *message.Submission, set *Settings) byte {
	switch s.NumberType {
	case message.NumberUnknown:
		return tpdu.TOAUnknown
	case message.NumberInternational:
		return tpdu.TOAInternational
	case message.NumberNational:
		return tpdu.TOANational
	}
	switch {
	case s.Recipient.IsShort():
		return tpdu.TOAUnknown
	case !set.isNational(s.Recipient.Reveal()):
		return tpdu.TOAInternational
	case set.NationalTOAUnknown:
		return tpdu.TOAUnknown
	}
	return tpdu.TOANational
}

func (set *Settings) isNational(number string) bool {
	abroad := len(set.InternationalPrefixes) == 0 || hasPrefix(number, set.InternationalPrefixes)
	return !abroad || hasPrefix(number, set.NationalPrefixes)
}

func hasPrefix(number string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(number, prefix) {
			return true
		}
	}
	return false
}

// appendSMSC appends what stands before the TPDU: a service centre that begins
// with 0 is of unknown type, any other international (smstools spec §1.9).
func appendSMSC(dst []byte, number string) ([]byte, error) {
	digits := strings.TrimPrefix(number, "+")
	toa := tpdu.TOAInternational
	if strings.HasPrefix(digits, "0") {
		toa = tpdu.TOAUnknown
	}
	out, err := tpdu.AppendSMSC(dst, toa, digits)
	if err != nil {
		return dst, reject(ReasonSMSC)
	}
	return out, nil
}

// serviceCentre is the number to put before the TPDU; empty: none.
func serviceCentre(o *message.Options, set *Settings) string {
	switch {
	case !set.SMSCInPDU:
		return ""
	case !o.SMSC.IsZero():
		return o.SMSC.Reveal()
	}
	return set.SMSC
}
