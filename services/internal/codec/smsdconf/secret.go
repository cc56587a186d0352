package smsdconf

import (
	"encoding/json"
	"fmt"
)

// Secret is a text that must not show: a PIN, password or key, a phone number or
// an IMSI. Printing it in any way, JSON included, shows asterisks alone. The zero
// value is the absent one.
type Secret struct {
	text string
}

// Reveal returns the text. It must not reach a log line or an error text.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether no text was given.
func (s Secret) IsZero() bool { return s.text == "" }

// String returns "****", or "" when no text was given.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "****"
}

// Format prints the masked form under every verb, %d and %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalJSON writes the masked form.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }
