package smsdconf

import (
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
)

// validities accepts a relative validity period octet or a period such as
// "3 days", by the rule of the header Validity (smstools spec §1.8).
func validities() parser[uint8] {
	return parser[uint8]{"a number from 0 to 255 or a period such as 3 days", func(value string) (uint8, outcome) {
		octet, ok := smsfile.ParseValidity([]byte(value))
		return octet, acceptedIf(ok && !strayNumber(value))
	}}
}

// strayNumber reports whether a value holds more than a unit without beginning
// with a number. A header takes its unit for one of it, but here smsd does not start.
func strayNumber(value string) bool {
	_, result := leadingInt(value)
	return result == refused && strings.ContainsAny(value, " \t0123456789")
}
