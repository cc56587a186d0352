package modem

import (
	"encoding/hex"
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// ussdText reads a text in the character set of AT+CSCS, or packed; what cannot
// be read is taken as it is.
func (m *Modem) ussdText(s string) string {
	octets, err := hex.DecodeString(s)
	if err != nil {
		return s
	}
	switch m.ussdForm() {
	case "PACKED":
		return unpackUSSD(octets)
	case "HEX":
		return string(octets)
	case "UCS2":
		text, _ := ucs2.Decode(octets)
		return text
	}
	return s
}

// ussdEncode is the reverse of ussdText.
func (m *Modem) ussdEncode(text string) string {
	switch m.ussdForm() {
	case "PACKED":
		return fmt.Sprintf("%X", packUSSD(text))
	case "HEX":
		return fmt.Sprintf("%X", text)
	case "UCS2":
		return fmt.Sprintf("%X", ucs2.AppendEncode(nil, text))
	}
	return text
}

func (m *Modem) ussdForm() string {
	if m.cfg.USSDPacked {
		return "PACKED"
	}
	return m.set.cscs
}

// unpackUSSD drops the carriage return that fills up the last octet (3GPP TS
// 23.038 §6.1.2.3.1).
func unpackUSSD(octets []byte) string {
	septets := tpdu.UnpackSeptets(nil, octets, 0, 8*len(octets)/7)
	if n := len(septets); n > 0 && n%8 == 0 && septets[n-1] == '\r' {
		septets = septets[:n-1]
	}
	return gsm7.Decode(septets, gsm7.Tables{})
}

// packUSSD fills up seven spare bits with a carriage return, lest they read as
// "@" (3GPP TS 23.038 §6.1.2.3.1). Characters that the alphabet lacks are left out.
func packUSSD(text string) []byte {
	septets, _ := gsm7.NewEncoder(gsm7.Tables{}).AppendEncode(nil, text)
	if len(septets)%8 == 7 {
		septets = append(septets, '\r')
	}
	return tpdu.PackSeptets(nil, septets, 0)
}
