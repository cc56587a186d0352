package smsfile

import (
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// Preview is what the setting filename_preview appends to a file name (smstools
// spec §2.1): a dash and the first characters of the text, at most limit of them, of
// `ucs2` or of `binary` for what is no text; nothing for UTF-8 text and without limit.
// The body is in the charset that alphabet names.
func Preview(alphabet Alphabet, body []byte, limit int) string {
	if limit <= 0 {
		return ""
	}
	switch alphabet {
	case UCS2:
		return previewText([]byte("ucs2"), limit)
	case Binary:
		return previewText([]byte("binary"), limit)
	case GSM:
		latin, _ := AppendLatin(nil, gsm7.Decode(body, gsm7.Tables{}))
		return previewText(latin, limit)
	case ISO:
		return previewText(body, limit)
	default:
		return ""
	}
}

// Preview is what filename_preview appends to the name of the file. UTF-8 text shows
// only if it came in the GSM alphabet, without shift tables.
func (m *Incoming) Preview(limit int) string {
	if m.Alphabet == UTF8 && m.CountCharacters {
		latin, _ := AppendLatin(nil, string(m.Body))
		return Preview(ISO, latin, limit)
	}
	return Preview(m.Alphabet, m.Body, limit)
}

func previewText(text []byte, limit int) string {
	text = text[:min(limit, len(text))]
	name := append(make([]byte, 0, len(text)+1), '-')
	for _, octet := range text {
		name = append(name, nameOctet(octet))
	}
	return string(name)
}

// nameOctet is the character that stands for an octet of ISO text in a file name: for
// the letters and signs of the GSM alphabet one that looks like it, for others `_`.
func nameOctet(octet byte) byte {
	if octet >= '0' && octet <= '9' || isLetter(octet) || octet == '-' || octet == '.' {
		return octet
	}
	if i := strings.IndexByte(previewed, octet); i >= 0 {
		return lookalikes[i]
	}
	return '_'
}

// lookalikes stand for the octets of previewed: $ £ € ¥ §, capitals and small letters.
const (
	previewed  = "$\xA3\xA4\xA5\xA7" + "\xC4\xC5\xC6\xC7\xC9\xD1\xD6\xD8\xDC" + "\xE0\xE4\xE5\xE6\xE8\xE9\xEC\xF1\xF2\xF6\xF8\xF9\xFC"
	lookalikes = "SLeYS" + "AAACENOOU" + "aaaaeeinooouu"
)

// DateName says where a received file's name holds the date (smstools setting
// date_filename, spec §2.1).
type DateName uint8

// Choices; the numbers are those of the setting.
const (
	NoDate DateName = iota
	DateFirst
	DateSecond
)

// NamePrefix is the name of a received file up to the six random characters that
// the caller adds: the modem's name and, as style says, the date.
func NamePrefix(modem, date string, style DateName) string {
	switch style {
	case DateFirst:
		return date + "." + modem + "."
	case DateSecond:
		return modem + "." + date + "."
	default:
		return modem + "."
	}
}
