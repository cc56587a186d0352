package gsm7

import "unicode/utf8"

// firstGreek begins the Greek capitals of the GSM alphabet in the smstools Latin
// character set, which is ISO-8859-15 otherwise (smstools spec §1.4).
const firstGreek = 0x81

// greekCapitals are the octets from firstGreek on.
var greekCapitals = [...]rune{'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ'}

// LatinRune returns the character of an octet of the smstools Latin set.
func LatinRune(octet byte) rune {
	if i := int(octet) - firstGreek; i >= 0 && i < len(greekCapitals) {
		return greekCapitals[i]
	}
	switch octet {
	case 0xA4:
		return '€'
	case 0xA6:
		return 'Š'
	case 0xA8:
		return 'š'
	case 0xB4:
		return 'Ž'
	case 0xB8:
		return 'ž'
	case 0xBC:
		return 'Œ'
	case 0xBD:
		return 'œ'
	case 0xBE:
		return 'Ÿ'
	}
	return rune(octet)
}

// LatinOctet returns the octet of a character in the smstools Latin set, and
// whether it has one. It is the inverse of LatinRune.
func LatinOctet(r rune) (octet byte, ok bool) {
	if r >= 0 && r <= 0xFF {
		return byte(r), LatinRune(byte(r)) == r
	}
	for o := firstGreek; o <= 0xFF; o++ {
		if LatinRune(byte(o)) == r {
			return byte(o), true
		}
	}
	return 0, false
}

// TolerantRune returns the character that body begins with and how many octets
// it takes; body must not be empty. What is no UTF-8 is taken as one octet of the
// smstools Latin set. A surrogate in three octets (CESU-8) is returned as it is,
// so that two of them can still become one character (smstools spec §1.4).
func TolerantRune(body []byte) (r rune, size int) {
	if body[0] < utf8.RuneSelf {
		return rune(body[0]), 1
	}
	r, size = utf8.DecodeRune(body)
	if r != utf8.RuneError || size > 1 {
		return r, size
	}
	if isSurrogate(body) {
		return 0xD000 | rune(body[1]&0x3F)<<6 | rune(body[2]&0x3F), 3
	}
	return LatinRune(body[0]), 1
}

// isSurrogate reports whether body begins with ED A0..BF 80..BF.
func isSurrogate(body []byte) bool {
	return len(body) >= 3 && body[0] == 0xED && body[1]&0xE0 == 0xA0 && body[2]&0xC0 == 0x80
}
