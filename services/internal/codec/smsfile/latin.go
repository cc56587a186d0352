package smsfile

import "unicode/utf8"

// greek are the capitals that ISO files hold at 0x81 to 0x8A (smstools spec §1.4).
const greek = "ΔΦΓΛΩΠΨΣΘΞ"

const (
	greekFirst = 0x81
	greekLast  = 0x8A
)

// AppendLatin appends text to dst in the charset of `Alphabet: ISO` files:
// ISO-8859-15, with Greek capitals of the GSM alphabet at 0x81 to 0x8A. The
// currency sign shares its octet with the euro sign. Characters that the charset
// lacks are dropped and counted (smstools spec §2.3).
func AppendLatin(dst []byte, text string) (out []byte, dropped int) {
	for _, r := range text {
		octet, ok := latinOf(r)
		if !ok {
			dropped++
			continue
		}
		dst = append(dst, octet)
	}
	return dst, dropped
}

// AppendUnicode appends text in the charset of `Alphabet: ISO` files to dst as UTF-8.
func AppendUnicode(dst, latin []byte) []byte {
	for _, octet := range latin {
		dst = utf8.AppendRune(dst, unicodeOf(octet))
	}
	return dst
}

// latinOf returns the octet of a character.
func latinOf(r rune) (octet byte, ok bool) {
	switch {
	case r < 0x80:
		return byte(r), true
	case r == '¤':
		return 0xA4, true
	case r <= 0xFF:
		return byte(r), unicodeOf(byte(r)) == r
	default:
		return latinExtra(r)
	}
}

// latinExtra returns the octet of a character that ISO-8859-1 does not have.
func latinExtra(r rune) (byte, bool) {
	for octet := greekFirst; octet <= greekLast; octet++ {
		if unicodeOf(byte(octet)) == r {
			return byte(octet), true
		}
	}
	for octet := 0xA4; octet <= 0xBE; octet++ {
		if unicodeOf(byte(octet)) == r {
			return byte(octet), true
		}
	}
	return 0, false
}

// unicodeOf returns the character of an octet: ISO-8859-1 with the eight
// characters that ISO-8859-15 puts elsewhere, and the Greek capitals.
func unicodeOf(octet byte) rune {
	if octet >= greekFirst && octet <= greekLast {
		r, _ := utf8.DecodeRuneInString(greek[2*(octet-greekFirst):])
		return r
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
	default:
		return rune(octet)
	}
}
