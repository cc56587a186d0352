package modem

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"
)

// ussdText reads a text in the character set of AT+CSCS; what cannot be read is
// taken as it is.
func (m *Modem) ussdText(s string) string {
	octets, err := hex.DecodeString(s)
	switch {
	case err != nil:
		return s
	case m.set.cscs == "HEX":
		return string(octets)
	case m.set.cscs != "UCS2" || len(octets)%2 != 0:
		return s
	}
	units := make([]uint16, len(octets)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(octets[2*i:])
	}
	return string(utf16.Decode(units))
}

// ussdEncode is the reverse of ussdText.
func (m *Modem) ussdEncode(text string) string {
	switch m.set.cscs {
	case "HEX":
		return fmt.Sprintf("%X", text)
	case "UCS2":
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(text)) {
			fmt.Fprintf(&b, "%04X", unit)
		}
		return b.String()
	}
	return text
}
