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
func (j *job) destination() (tpdu.Address, error) {
	number, numberType := j.submission.Recipient.Reveal(), j.submission.NumberType
	digits, short := strings.CutPrefix(number, shortMark)
	switch {
	case digits == "":
		return tpdu.Address{}, reject(ReasonNoDestination)
	case len(digits) > maxDigits:
		return tpdu.Address{}, reject(ReasonLongDestination)
	case strings.Trim(digits, "0123456789*#") != "":
		return tpdu.Address{}, reject(ReasonDestination)
	case numberType > message.NumberNational:
		return tpdu.Address{}, reject(ReasonNumberType)
	}
	toa := givenType(numberType)
	if toa == 0 {
		toa = j.settings.typeOfAddress(digits, short)
	}
	return tpdu.Address{TOA: toa, Digits: digits}, nil
}

// givenType returns the type of address that was asked for, 0 for none.
func givenType(n message.NumberType) byte {
	switch n {
	case message.NumberUnknown:
		return tpdu.TOAUnknown
	case message.NumberInternational:
		return tpdu.TOAInternational
	case message.NumberNational:
		return tpdu.TOANational
	}
	return 0
}

// typeOfAddress follows the prefixes; a short number is of unknown type (smstools
// spec §1.3).
func (set *Settings) typeOfAddress(digits string, short bool) byte {
	switch {
	case short:
		return tpdu.TOAUnknown
	case !set.isNational(digits):
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
	if err != nil || strings.Trim(digits, "0123456789") != "" {
		return dst, reject(ReasonSMSC)
	}
	return out, nil
}

// serviceCentre is the number to put before the TPDU; empty: none.
func (j *job) serviceCentre() string {
	switch {
	case !j.settings.SMSCInPDU:
		return ""
	case !j.options.SMSC.IsZero():
		return j.options.SMSC.Reveal()
	}
	return j.settings.SMSC
}
