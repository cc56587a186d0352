package esme

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

const (
	npiISDN = 1 // SMPP 3.4 §5.2.6

	codingBinary = 0x04
	codingUCS2   = 0x08
	// classed are the codings with a class: of the GSM alphabet or binary, and of UCS2.
	classed       = 0xF0
	classedBinary = 0xF4
	classedUCS2   = 0x18

	esmUDHI      = 0x40
	esmReplyPath = 0x80

	mostText = 254 // SMPP 3.4 §5.2.22
)

// Incoming returns the deliver_sm of a message that arrived from the network at a
// modem, in the charset that the client knows as data_coding 0. Parts of a message
// stay parts: their header says what belongs together. The 160 characters of one SMS
// can take more octets than short_message has room for, in UTF-8 or UCS2; then they are
// in message_payload, or for clients before 3.4, who have none, in ASCII with question
// marks. false: it cannot be decoded.
func Incoming(r *life.Received, modem *life.Modem, standard Charset, version uint8) (smpp.ShortMessage, bool) {
	mt, err := tpdu.DecodeMT(r.PDU)
	if err != nil || mt.Deliver == nil {
		return smpp.ShortMessage{}, false
	}
	d := mt.Deliver
	m := smpp.ShortMessage{Source: originator(d.OA), Destination: ownAddress(modem), ProtocolID: d.PID}
	m.DataCoding, m.Text = incomingText(d, standard)
	if len(d.UDH) > 0 {
		m.ESMClass |= esmUDHI
		m.Text = append(bytes.Clone(d.UDH), m.Text...)
	}
	if d.ReplyPath {
		m.ESMClass |= esmReplyPath
	}
	switch {
	case len(m.Text) <= mostText:
	case version >= smpp.Version34:
		m.TLVs, m.Text = m.TLVs.Append(smpp.TagMessagePayload, m.Text...), nil
	default:
		m.DataCoding, m.Text = septetCoding(d.DCS, tpdu.ParseDCS(d.DCS)), append(bytes.Clone(d.UDH), inASCII(decoded(d))...)
	}
	return m, true
}

// originator is who sent it (3GPP TS 23.040 §9.1.2.5; SMPP 3.4 §5.2.5, §5.2.6).
func originator(a tpdu.Address) smpp.Address {
	const ton, npi, most = 4, 0x0F, 20
	if a.IsAlphanumeric() {
		name := []byte(gsm7.Decode(a.Septets, gsm7.Tables{}))
		return smpp.Address{TON: tonAlphanumeric, Addr: name[:min(len(name), most)]}
	}
	return smpp.Address{TON: a.TOA >> ton & 7, NPI: a.TOA & npi, Addr: []byte(a.Digits)}
}

// ownAddress is the number of the SIM as it was configured, or else the name of the
// modem: Kannel drops a message without a destination, for good.
func ownAddress(modem *life.Modem) smpp.Address {
	const most = 20
	if modem == nil {
		return smpp.Address{}
	}
	number := strings.TrimPrefix(modem.Number, "+")
	if number == "" || len(number) > maxDigits || strings.Trim(number, digits) != "" {
		return smpp.Address{TON: tonAlphanumeric, Addr: []byte(modem.Name[:min(len(modem.Name), most)])}
	}
	return smpp.Address{TON: tonInternational, NPI: npiISDN, Addr: []byte(number)}
}

// incomingText is the text and its data_coding.
func incomingText(d *tpdu.Deliver, standard Charset) (coding uint8, text []byte) {
	dcs := tpdu.ParseDCS(d.DCS)
	switch {
	case dcs.Compressed, dcs.Alphabet == tpdu.Alphabet8Bit:
		return withClass(codingBinary, classedBinary, dcs), d.Data
	case dcs.Alphabet == tpdu.AlphabetUCS2 && dcs.Waiting.Present:
		return d.DCS, d.Data
	case dcs.Alphabet == tpdu.AlphabetUCS2:
		return withClass(codingUCS2, classedUCS2, dcs), d.Data
	}
	if standard == GSM { // with its header, which names the tables
		return septetCoding(d.DCS, dcs), d.Data
	}
	text8 := decoded(d)
	if text, ok := standard.encode(text8); ok {
		return septetCoding(d.DCS, dcs), text
	}
	return withClass(codingUCS2, classedUCS2, dcs), ucs2.AppendEncode(nil, text8)
}

// decoded is text of septets, in UTF-8.
func decoded(d *tpdu.Deliver) string {
	locking, single := tpdu.Languages(d.UDH)
	return gsm7.Decode(d.Data, gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)})
}

// inASCII is text with question marks for what ASCII lacks.
func inASCII(text string) (out []byte) {
	for _, r := range text {
		if r >= utf8.RuneSelf {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// septetCoding is the data_coding of text in the standard charset.
func septetCoding(octet byte, dcs tpdu.DCS) uint8 {
	if dcs.Waiting.Present {
		return octet
	}
	return withClass(0, classed, dcs)
}

func withClass(plain, classed uint8, dcs tpdu.DCS) uint8 {
	if dcs.HasClass {
		return classed | dcs.Class
	}
	return plain
}

// encode returns text in a charset of octets; false: the charset lacks a character, or
// is none of octets.
func (c Charset) encode(text string) ([]byte, bool) {
	switch c {
	case UTF8:
		return []byte(text), utf8.ValidString(text)
	case UCS2, Binary:
		return nil, false
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r >= utf8.RuneSelf && (c != Latin1 || r > 0xFF) {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}
