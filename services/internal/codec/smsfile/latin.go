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

// AppendUnicode appends text in the charset of `Alphabet: ISO` files to dst as UTF-8.
func AppendUnicode(dst, latin []byte) []byte {
	for _, octet := range latin {
		dst = utf8.AppendRune(dst, gsm7.LatinRune(octet))
	}
	return dst
}
