package compose

import (
	"fmt"
	"strconv"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// notice appends the notice about a character at a place in the text, counted from 1.
type notice func(dst []byte, place int, character []byte) []byte

// noticeMissing gives a notice for each character that the encoder lacks, of
// which there are missing many. All of them together are one piece of memory.
func (j *job) noticeMissing(encoder *gsm7.Encoder, body []byte, missing int, write notice) {
	if missing == 0 {
		return
	}
	const usual = len("Cannot convert 10. character (E597A5)\u65E5 to GSM.")
	text, ends := make([]byte, 0, missing*usual), make([]int, 0, missing)
	for place := 1; len(body) > 0; place++ {
		r, size := gsm7.TolerantRune(body)
		if encoder.Code(r) == gsm7.Missing {
			text = write(text, place, body[:size])
			ends = append(ends, len(text))
		}
		body = body[size:]
	}
	j.notices = make([]string, 0, len(ends)+1)
	start, all := 0, string(text)
	for _, end := range ends {
		j.notices = append(j.notices, all[start:end])
		start = end
	}
}

// appendNotice appends the text of smsd's NOTICE header, which users' scripts
// know: the place of a character in the text, counted from 1, and its octets.
func appendNotice(dst []byte, place int, character []byte) []byte {
	dst = append(dst, "Cannot convert "...)
	dst = strconv.AppendInt(dst, int64(place), 10)
	dst = append(dst, ". character ("...)
	dst = appendHex(dst, character)
	dst = append(dst, ')')
	return append(appendShown(dst, character), " to GSM."...)
}

// appendShown appends a character that can be shown in a header.
func appendShown(dst, character []byte) []byte {
	if character[0] == 0 {
		return dst
	}
	return append(dst, character...)
}

// nationalNotice is the text of smsd's NOTICE header where a character is in none of
// the tables that were wanted.
func nationalNotice(wanted gsm7.Tables) notice {
	tables := fmt.Sprintf(") to GSM, not found on language tables %d/%d.", wanted.Locking, wanted.Single)
	return func(dst []byte, place int, character []byte) []byte {
		dst = append(dst, "Cannot convert "...)
		dst = strconv.AppendInt(dst, int64(place), 10)
		dst = append(dst, ". UTF-8 character "...)
		for i := range character {
			dst = append(appendHex(dst, character[i:i+1]), ' ')
		}
		return append(appendShown(append(dst, '('), character), tables...)
	}
}

// ucs2Notice is the text of smsd's NOTICE header for a whole text.
func ucs2Notice(missing int) string {
	return strconv.Itoa(missing) + " characters outside the GSM alphabet, converting to UCS2"
}
