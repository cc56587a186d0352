package esme

import (
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Charset is how octets of text are characters.
type Charset uint8

// Charsets. The zero value is the GSM default alphabet, one septet an octet.
const (
	GSM Charset = iota
	ASCII
	Latin1
	UTF8
	Cyrillic // ISO 8859-5
	Hebrew   // ISO 8859-8
	UCS2
	Binary
)

// Coding is what a data_coding says (SMPP 3.4 §5.2.19, 3GPP TS 23.038 §4).
type Coding struct {
	Charset Charset
	// Class is the message class; nil: none.
	Class *uint8
	// DCS is the TP-DCS of a message waiting indication; nil: it follows from the rest.
	DCS *uint8
}

// plain are the codings of SMPP that are no TP-DCS.
var plain = map[uint8]Charset{1: ASCII, 2: Binary, 3: Latin1, 4: Binary, 6: Cyrillic, 7: Hebrew, 8: UCS2}

// ParseCoding reads data_coding; standard is what 0 stands for. Not supported are
// what no phone understands (JIS and its kin), compressed and reserved codings.
func ParseCoding(dataCoding uint8, standard Charset) (c Coding, ok bool) {
	class := dataCoding & 3
	switch group := dataCoding >> 4; {
	case dataCoding == 0:
		return Coding{Charset: standard}, true
	case group == 0:
		charset, ok := plain[dataCoding]
		return Coding{Charset: charset}, ok
	case group == 1:
		alphabets := [...]Charset{standard, Binary, UCS2}
		i := int(dataCoding >> 2 & 3)
		if i >= len(alphabets) {
			return Coding{}, false
		}
		return Coding{Charset: alphabets[i], Class: &class}, true
	case group == 0xC, group == 0xD:
		return Coding{Charset: standard, DCS: &dataCoding}, true
	case group == 0xE:
		return Coding{Charset: UCS2, DCS: &dataCoding}, true
	case group == 0xF && dataCoding&0x08 == 0:
		charset := standard
		if dataCoding&0x04 != 0 {
			charset = Binary
		}
		return Coding{Charset: charset, Class: &class}, true
	}
	return Coding{}, false
}

// body returns text as a submission carries it; it shares no memory with text.
func (c Charset) body(text []byte) (message.Alphabet, []byte, error) {
	switch c {
	case UCS2:
		if len(text)%2 != 0 {
			return 0, nil, smpp.RInvMsgLen
		}
		return message.UCS2, append([]byte(nil), text...), nil
	case Binary:
		return message.Binary, append([]byte(nil), text...), nil
	case UTF8:
		if !utf8.Valid(text) {
			return 0, nil, smpp.RSubmitFail
		}
		return message.UTF8, append([]byte(nil), text...), nil
	case GSM:
		for _, septet := range text {
			if septet >= 0x80 {
				return 0, nil, smpp.RSubmitFail
			}
		}
		return message.GSM, append([]byte(nil), text...), nil
	}
	out := make([]byte, 0, len(text))
	for _, octet := range text {
		r, ok := c.rune(octet)
		if !ok {
			return 0, nil, smpp.RSubmitFail
		}
		out = utf8.AppendRune(out, r)
	}
	return message.UTF8, out, nil
}

// rune is the character of an octet of a charset of 8 bits.
func (c Charset) rune(octet byte) (rune, bool) {
	r := rune(octet)
	switch {
	case octet < 0x80:
		return r, true
	case c == Latin1:
		return r, true
	case c == Cyrillic:
		return cyrillic(octet), true
	case c == Hebrew:
		return hebrew(octet)
	}
	return 0, false
}

// cyrillic is the upper half of ISO 8859-5.
func cyrillic(octet byte) rune {
	switch {
	case octet <= 0xA0, octet == 0xAD:
		return rune(octet)
	case octet == 0xF0:
		return '№'
	case octet == 0xFD:
		return '§'
	}
	return rune(octet) - 0xA0 + 0x400
}

// hebrew is the upper half of ISO 8859-8.
func hebrew(octet byte) (rune, bool) {
	switch {
	case octet == 0xAA:
		return '×', true
	case octet == 0xBA:
		return '÷', true
	case octet <= 0xBE && octet != 0xA1:
		return rune(octet), true
	case octet == 0xDF:
		return '‗', true
	case octet >= 0xE0 && octet <= 0xFA:
		return rune(octet) - 0xE0 + 'א', true
	case octet == 0xFD:
		return '\u200E', true
	case octet == 0xFE:
		return '\u200F', true
	}
	return 0, false
}
