package message

import (
	"encoding/json"
	"fmt"
)

// Body is the content of a message: octets in the encoding that the message's
// Alphabet names. Printing it in any way, JSON included, shows its length alone.
type Body struct {
	octets []byte
}

// NewBody wraps octets without copying them; the caller must not change them afterwards.
func NewBody(octets []byte) Body { return Body{octets: octets} }

// Reveal returns the octets themselves. They must not reach a log line or an
// error text, and must not be changed.
func (b Body) Reveal() []byte { return b.octets }

// Len returns the length in octets.
func (b Body) Len() int { return len(b.octets) }

// String returns a description without content, for example "[12 octets]".
func (b Body) String() string { return fmt.Sprintf("[%d octets]", len(b.octets)) }

// Format prints the description under every verb.
func (b Body) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(b.String())) }

// MarshalJSON writes the description.
func (b Body) MarshalJSON() ([]byte, error) { return json.Marshal(b.String()) }
