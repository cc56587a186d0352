package message

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Address is the number (or, for incoming messages, the alphanumeric name) of a
// party of a message, as digits without a leading plus. A short number keeps the
// leading "s" that the smstools file format marks it with (smstools spec §1.3).
//
// Printing an Address in any way, JSON included, shows it masked; Reveal returns
// it whole. The zero value is the absent address.
type Address struct {
	value string
}

// NewAddress makes an Address of an already normalised value.
func NewAddress(value string) Address { return Address{value: value} }

// Reveal returns the whole address. It must not reach a log line or an error text.
func (a Address) Reveal() string { return a.value }

// IsZero reports whether the address is absent.
func (a Address) IsZero() bool { return a.value == "" }

// IsShort reports whether the address is marked as a short number.
func (a Address) IsShort() bool { return strings.HasPrefix(a.value, "s") }

// String returns the masked form, for example "3584****67".
func (a Address) String() string { return Mask(a.value) }

// Format prints the masked form under every verb, %d and %#v included.
func (a Address) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(a.String())) }

// MarshalJSON writes the masked form.
func (a Address) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

// Mask hides the middle of a number: at most its first four and its last two
// characters stay, and always at least half of it is hidden.
func Mask(number string) string {
	const head, tail = 4, 2
	runes := []rune(number)
	n := len(runes)
	switch {
	case n == 0:
		return ""
	case n >= 2*(head+tail):
		return string(runes[:head]) + "****" + string(runes[n-tail:])
	case n >= 4:
		return string(runes[:1]) + "****" + string(runes[n-1:])
	default:
		return "****"
	}
}
