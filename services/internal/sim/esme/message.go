package esme

import (
	"unicode/utf16"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Types of number (SMPP 3.4 §5.2.5) and numbering plans (§5.2.6).
const (
	tonInternational = 1
	tonAlphanumeric  = 5
	npiISDN          = 1
)

// Codings (SMPP 3.4 §5.2.19), and other values of submit_sm.
const (
	codingBinary = 0x04
	codingUCS2   = 0x08
	classUDHI    = 0x40
	finalReceipt = 0x01
)

// Text is a message in the default alphabet; text must be characters that have the
// same octets there as in ASCII. receipt asks for a receipt.
func Text(from, to, text string, receipt bool) *smpp.ShortMessage {
	m := &smpp.ShortMessage{
		Source:      source(from),
		Destination: smpp.Address{TON: tonInternational, NPI: npiISDN, Addr: []byte(to)},
		Text:        []byte(text),
	}
	if receipt {
		m.RegisteredDelivery = finalReceipt
	}
	return m
}

// source is a sender, a number or a name; "" is none.
func source(from string) smpp.Address {
	if from == "" {
		return smpp.Address{}
	}
	for _, r := range from {
		if r < '0' || r > '9' {
			return smpp.Address{TON: tonAlphanumeric, Addr: []byte(from)}
		}
	}
	return smpp.Address{TON: tonInternational, NPI: npiISDN, Addr: []byte(from)}
}

// Unicode is a message in UCS2.
func Unicode(from, to, text string, receipt bool) *smpp.ShortMessage {
	m := Text(from, to, "", receipt)
	m.DataCoding = codingUCS2
	for _, unit := range utf16.Encode([]rune(text)) {
		m.Text = append(m.Text, byte(unit>>8), byte(unit))
	}
	return m
}

// Binary is a message of octets.
func Binary(from, to string, octets []byte, receipt bool) *smpp.ShortMessage {
	m := Text(from, to, string(octets), receipt)
	m.DataCoding = codingBinary
	return m
}

// Concatenated is a text as parts of at most 153 characters, with the same header
// that phones use (3GPP TS 23.040 §9.2.3.24.1). Every part asks for a receipt, or none.
func Concatenated(from, to, text string, reference uint8, receipt bool) []*smpp.ShortMessage {
	const most = 153
	var parts []*smpp.ShortMessage
	total := (len(text) + most - 1) / most
	for i := range total {
		piece := text[i*most : min((i+1)*most, len(text))]
		m := Text(from, to, string([]byte{5, 0, 3, reference, byte(total), byte(i + 1)})+piece, receipt)
		m.ESMClass = classUDHI
		parts = append(parts, m)
	}
	return parts
}

// Numbered gives a message a user_message_reference.
func Numbered(m *smpp.ShortMessage, reference uint16) *smpp.ShortMessage {
	m.TLVs = m.TLVs.AppendUint16(smpp.TagUserMessageReference, reference)
	return m
}
