package compose

import (
	"strconv"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// missingNotices returns a notice for each character that the encoder lacks, of
// which there are missing many: its place in the text from 1, and its octets.
func missingNotices(encoder *gsm7.Encoder, body []byte, missing int) []string {
	notices := make([]string, 0, missing+1)
	for place := 1; len(body) > 0; place++ {
		r, size := gsm7.TolerantRune(body)
		if encoder.Code(r) == gsm7.Missing {
			notices = append(notices, missingNotice(place, body[:size]))
		}
		body = body[size:]
	}
	return notices
}

// missingNotice is the text of smsd's NOTICE header, which users' scripts know.
func missingNotice(place int, character []byte) string {
	const longest = len("Cannot convert 39016. character (F0F0F0F0)\U0001F600 to GSM.")
	text := append(make([]byte, 0, longest), "Cannot convert "...)
	text = strconv.AppendInt(text, int64(place), 10)
	text = append(text, ". character ("...)
	text = appendHex(text, character)
	text = append(text, ')')
	text = append(text, character...)
	return string(append(text, " to GSM."...))
}

// ucs2Notice is the text of smsd's NOTICE header for a whole text.
func ucs2Notice(missing int) string {
	return strconv.Itoa(missing) + " characters outside the GSM alphabet, converting to UCS2"
}
