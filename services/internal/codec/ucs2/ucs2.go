// Package ucs2 turns characters into the 16-bit big-endian text of short
// messages and back (3GPP TS 23.038 §6.2.3). Characters beyond U+FFFF are
// surrogate pairs, that is UTF-16, which is what handsets send and show.
//
// It is pure.
package ucs2

import (
	"unicode/utf16"
	"unicode/utf8"
)

// UnitOctets is the size of a code unit.
const UnitOctets = 2

// AppendEncode appends text as UTF-16BE. Octets that are no UTF-8 become U+FFFD.
func AppendEncode(dst []byte, text string) []byte {
	for _, r := range text {
		dst = AppendRune(dst, r)
	}
	return dst
}

// AppendRune appends one character as UTF-16BE. A surrogate is appended as the
// unit it is, what lies outside of Unicode as U+FFFD.
func AppendRune(dst []byte, r rune) []byte {
	switch {
	case r < 0 || r > utf8.MaxRune:
		return appendUnit(dst, utf8.RuneError)
	case r > 0xFFFF:
		high, low := utf16.EncodeRune(r)
		return appendUnit(appendUnit(dst, high), low)
	}
	return appendUnit(dst, r)
}

func appendUnit(dst []byte, unit rune) []byte { return append(dst, byte(unit>>8), byte(unit)) }

// Decode returns UTF-16BE as text. Lone surrogates and an odd octet at the end
// become U+FFFD, and clean is false then.
func Decode(octets []byte) (text string, clean bool) {
	out, clean := AppendDecode(make([]byte, 0, len(octets)), octets)
	return string(out), clean
}

// AppendDecode appends UTF-16BE as UTF-8 to dst, see Decode.
func AppendDecode(dst, octets []byte) (out []byte, clean bool) {
	clean = true
	for len(octets) > 0 {
		r, size, ok := RuneAt(octets)
		clean = clean && ok
		dst = utf8.AppendRune(dst, r)
		octets = octets[size:]
	}
	return dst, clean
}

// RuneAt returns the character that octets begin with and how many octets it
// takes, 4 for a surrogate pair; octets must not be empty. It returns U+FFFD and
// false for a lone surrogate and for a single octet.
func RuneAt(octets []byte) (r rune, size int, ok bool) {
	if len(octets) < UnitOctets {
		return utf8.RuneError, len(octets), false
	}
	r = unit(octets)
	if !utf16.IsSurrogate(r) {
		return r, UnitOctets, true
	}
	if len(octets) >= 2*UnitOctets {
		if pair := utf16.DecodeRune(r, unit(octets[UnitOctets:])); pair != utf8.RuneError {
			return pair, 2 * UnitOctets, true
		}
	}
	return utf8.RuneError, UnitOctets, false
}

// RuneBefore returns the character that octets end with and how many octets it
// takes; octets must not be empty, and are counted in whole units from their
// start. Odd octets at the end and lone surrogates are as in RuneAt.
func RuneBefore(octets []byte) (r rune, size int, ok bool) {
	if odd := len(octets) % UnitOctets; odd != 0 {
		return utf8.RuneError, odd, false
	}
	if n := len(octets) - 2*UnitOctets; n >= 0 {
		if r, size, ok = RuneAt(octets[n:]); size == 2*UnitOctets {
			return r, size, ok
		}
	}
	return RuneAt(octets[len(octets)-UnitOctets:])
}

func unit(octets []byte) rune { return rune(octets[0])<<8 | rune(octets[1]) }
