// Package ussd translates the texts of USSD between people and modems.
//
// The standard says that AT+CUSD carries them in the character set of AT+CSCS
// (3GPP TS 27.007 §7.15). Modems do as they like: the GSM alphabet packed and in
// hexadecimal, UCS2 in hexadecimal, or the text as it is, and what they are given
// and what they answer need not be the same. The functions are pure.
package ussd

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// Coding is how a modem wants the text of a request.
type Coding uint8

// Codings.
const (
	// Plain is the text as it is.
	Plain Coding = iota
	// Packed is the GSM alphabet, packed, in hexadecimal.
	Packed
	// UCS2 is UCS2 in hexadecimal.
	UCS2
)

// DCS is the data coding scheme of requests: the GSM alphabet, language
// unspecified (3GPP TS 23.038 §5).
const DCS = 15

// MaxCode bounds a request in characters: 160 octets hold 182 septets (3GPP TS
// 24.090 §4.4).
const MaxCode = 182

// ErrCode says that a text cannot be a USSD request.
var ErrCode = errors.New("not a USSD request")

// Check reports whether text can be a request: 1 to 182 characters of ASCII that
// can stand between quotation marks.
func Check(text string) error {
	if text == "" || len(text) > MaxCode {
		return fmt.Errorf("%w: it has %d characters, and may have 1 to %d", ErrCode, len(text), MaxCode)
	}
	for _, r := range text {
		if r < ' ' || r > '~' || r == '"' {
			return fmt.Errorf("%w: it may hold letters, digits and signs, but no quotation mark", ErrCode)
		}
	}
	return nil
}

// Encode returns text as a modem wants it.
func Encode(text string, c Coding) string {
	switch c {
	case Packed:
		return strings.ToUpper(hex.EncodeToString(pack(text)))
	case UCS2:
		return strings.ToUpper(hex.EncodeToString(ucs2.AppendEncode(nil, text)))
	default:
		return text
	}
}

// pack fills up seven spare bits with a carriage return, lest they read as an "@"
// (3GPP TS 23.038 §6.1.2.3.1).
func pack(text string) []byte {
	septets, _ := gsm7.NewEncoder(gsm7.Tables{}).AppendEncode(nil, text)
	if len(septets)%8 == 7 {
		septets = append(septets, '\r')
	}
	return tpdu.PackSeptets(nil, septets, 0)
}

// Decode returns the text of an answer. dcs is its data coding scheme, -1 where
// none was told. Hexadecimal is read as what its data coding scheme says or, where
// that makes no text, as what does; otherwise the answer is taken as it is.
func Decode(answer string, dcs int) string {
	octets, err := hex.DecodeString(answer)
	if err != nil || len(octets) == 0 {
		return answer
	}
	readings := []reading{asPacked, asUCS2, asOctets}
	switch alphabet(dcs) {
	case alphabetUCS2:
		readings = []reading{asUCS2, asPacked, asOctets}
	case alphabet8Bit:
		readings = []reading{asOctets, asUCS2, asPacked}
	default:
		if isDigits(answer) && len(answer) < shortestHex {
			return answer // a number is more likely than a word in hexadecimal
		}
		if evenlyUCS2(octets) {
			readings = []reading{asUCS2, asPacked}
		}
	}
	for _, read := range readings {
		if text, ok := read(octets); ok {
			return text
		}
	}
	return answer
}

// shortestHex is how many digits 0 to 9 alone must be to count as hexadecimal.
const shortestHex = 12

func isDigits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

// reading reads octets, and reports whether what it made of them is a text.
type reading func(octets []byte) (text string, ok bool)

func asPacked(octets []byte) (string, bool) {
	septets := tpdu.UnpackSeptets(nil, octets, 0, 8*len(octets)/7)
	if n := len(septets); n > 0 && n%8 == 0 && septets[n-1] == '\r' {
		septets = septets[:n-1]
	}
	text := gsm7.Decode(septets, gsm7.Tables{})
	return text, isText(text)
}

func asUCS2(octets []byte) (string, bool) {
	text, clean := ucs2.Decode(octets)
	return text, clean && isText(text)
}

// asOctets reads ISO 8859-1.
func asOctets(octets []byte) (string, bool) {
	runes := make([]rune, len(octets))
	for i, o := range octets {
		runes[i] = rune(o)
	}
	return string(runes), isText(string(runes))
}

// isText reports whether people could have written it.
func isText(text string) bool {
	for _, r := range text {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' || r == unicode.ReplacementChar {
			return false
		}
	}
	return true
}

// evenlyUCS2 reports whether octets look like UCS2 whatever they are said to be: all
// high octets are those of at most three rows of the table, which is how texts are.
func evenlyUCS2(octets []byte) bool {
	if len(octets)%2 != 0 {
		return false
	}
	rows := map[byte]bool{}
	for i := 0; i < len(octets); i += 2 {
		rows[octets[i]] = true
	}
	_, ok := asUCS2(octets)
	const usual = 3
	return ok && rows[0] && len(rows) <= usual
}

type alphabetKind uint8

const (
	alphabetGSM alphabetKind = iota
	alphabet8Bit
	alphabetUCS2
)

// alphabet is that of a data coding scheme of cell broadcast and USSD (3GPP TS
// 23.038 §5).
func alphabet(dcs int) alphabetKind {
	switch {
	case dcs == 0x11:
		return alphabetUCS2
	case dcs >= 0x40 && dcs <= 0x7F, dcs >= 0x90 && dcs <= 0x9F:
		return [...]alphabetKind{alphabetGSM, alphabet8Bit, alphabetUCS2, alphabetGSM}[dcs>>2&3]
	case dcs >= 0xF0 && dcs&4 != 0:
		return alphabet8Bit
	default:
		return alphabetGSM
	}
}
