package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// userData explains TP-UDL and TP-UD (3GPP TS 23.040 §9.2.3.16, §9.2.3.24).
func (s *sheet) userData(u userData) {
	length := int(s.next())
	unit, capacity := "octet", tpdu.MaxOctets
	if tpdu.ParseDCS(u.dcs).Septets() {
		unit, capacity = "septet", tpdu.MaxSeptets
	}
	s.add("TP-UDL", 1, fmt.Sprintf("%s of the %d that fit", plural(length, unit), capacity))
	if len(u.udh) > 0 {
		s.elements(u.udh)
	}
	s.add("TP-UD", u.octets(length), u.summary())
}

// octets is how many octets TP-UD takes behind its header.
func (u userData) octets(length int) int {
	if tpdu.ParseDCS(u.dcs).Septets() {
		length = (7*length + 7) / 8
	}
	return max(0, length-len(u.udh))
}

// summary says how much data there is, and of what kind.
func (u userData) summary() string {
	d := tpdu.ParseDCS(u.dcs)
	switch {
	case len(u.data) == 0:
		return "empty"
	case d.Compressed:
		return octetCount(len(u.data)) + " of compressed text, which nobody sends"
	case d.Alphabet == tpdu.Alphabet8Bit:
		return octetCount(len(u.data)) + " of data"
	case d.Alphabet == tpdu.AlphabetUCS2:
		units := plural(len(u.data)/ucs2.UnitOctets, "unit") + " of UCS2"
		if _, clean := ucs2.Decode(u.data); !clean {
			return units + ", with half a character"
		}
		return units
	}
	text := plural(len(u.data), "septet")
	if fill := 7*tpdu.HeaderSeptets(len(u.udh)) - 8*len(u.udh); fill > 0 {
		text += " after " + plural(fill, "fill bit")
	}
	return text
}

// tables are those that the septets are written with.
func (u userData) tables() gsm7.Tables {
	locking, single := tpdu.Languages(u.udh)
	return gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)}
}

// form is what data of several parts must have in common to be joined.
type form struct {
	alphabet   tpdu.Alphabet
	compressed bool
	tables     gsm7.Tables
}

func (u userData) form() form {
	d := tpdu.ParseDCS(u.dcs)
	return form{alphabet: d.Alphabet, compressed: d.Compressed, tables: u.tables()}
}

// text returns the characters of data; ok is false for what is no text.
func (f form) text(data []byte) (text string, ok bool) {
	switch {
	case f.compressed, f.alphabet == tpdu.Alphabet8Bit:
		return "", false
	case f.alphabet == tpdu.AlphabetUCS2:
		text, _ = ucs2.Decode(data)
		return text, true
	}
	return gsm7.Decode(data, f.tables), true
}

// quote shows a text within quotation marks, and control characters as escapes,
// so that no message can talk to the terminal.
func quote(text string) string { return strconv.Quote(text) }

// elements explains a user data header (3GPP TS 23.040 §9.2.3.24).
func (s *sheet) elements(udh []byte) {
	s.add("TP-UDHL", 1, octetCount(int(udh[0]))+" of header")
	used := 1
	for e := range tpdu.Elements(udh) {
		s.add(fmt.Sprintf("TP-UDH IE %02X", e.ID), 2+len(e.Data), elementText(e))
		used += 2 + len(e.Data)
	}
	if rest := len(udh) - used; rest > 0 {
		s.add("TP-UDH (rest)", rest, "an element that is cut short")
	}
}

// printable shows octets of data as far as they are ASCII, dots for the others.
func printable(data []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, latin(data))
}

// latin makes each octet a character of its own.
func latin(data []byte) string {
	runes := make([]rune, len(data))
	for i, o := range data {
		runes[i] = rune(o)
	}
	return string(runes)
}
