package smsfile

import (
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// AppendLatin appends text to dst in the charset of `Alphabet: ISO` files:
// ISO-8859-15, with Greek capitals of the GSM alphabet at 0x81 to 0x8A. The
// currency sign shares its octet with the euro sign. Characters that the charset
// lacks are dropped and counted (smstools spec §2.3).
func AppendLatin(dst []byte, text string) (out []byte, dropped int) {
	for _, r := range text {
		if r == '¤' {
			r = '€'
		}
		octet, ok := gsm7.LatinOctet(r)
		if !ok {
			dropped++
			continue
		}
		dst = append(dst, octet)
	}
	return dst, dropped
}

// AppendLatinUCS2 is AppendLatin for a text that came as UCS2. smsd leaves characters
// below U+0100 the octets that they are in ISO-8859-1, also the seven that
// ISO-8859-15 has others for, and drops the Greek capitals.
func AppendLatinUCS2(dst []byte, text string) (out []byte, dropped int) {
	const firstLatin1 = 0xA0
	for _, r := range text {
		octet, ok := gsm7.LatinOctet(r)
		switch {
		case r >= firstLatin1 && r <= 0xFF:
			dst = append(dst, byte(r))
		case ok && (octet >= firstLatin1 || octet < utf8.RuneSelf):
			dst = append(dst, octet)
		default:
			dropped++
		}
	}
	return dst, dropped
}

// AppendUnicode appends text in the charset of `Alphabet: ISO` files to dst as UTF-8.
func AppendUnicode(dst, latin []byte) []byte {
	for _, octet := range latin {
		dst = utf8.AppendRune(dst, gsm7.LatinRune(octet))
	}
	return dst
}
