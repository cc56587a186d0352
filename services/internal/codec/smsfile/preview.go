package smsfile

import "github.com/viesti-sms/viesti/services/internal/codec/gsm7"

// Preview is what the setting filename_preview appends to a file name (smstools
// spec §2.1): a dash and the first characters of the text, at most limit of them;
// `-ucs2` and `-binary` for what is no text, nothing for UTF-8 text, without text
// and without limit. The body is in the charset that alphabet names.
func Preview(alphabet Alphabet, body []byte, limit int) string {
	if limit <= 0 {
		return ""
	}
	switch alphabet {
	case UCS2:
		return "-ucs2"
	case Binary:
		return "-binary"
	case ISO, GSM:
		return previewText(TrimText(body), limit)
	default:
		return ""
	}
}

func previewText(text []byte, limit int) string {
	if len(text) == 0 {
		return ""
	}
	text = text[:min(limit, len(text))]
	name := append(make([]byte, 0, len(text)+1), '-')
	for _, octet := range text {
		name = append(name, nameOctet(octet))
	}
	return string(name)
}

// nameOctet is the character that stands for an octet of ISO text in a file name.
func nameOctet(octet byte) byte {
	switch {
	case octet >= '0' && octet <= '9', isLetter(octet), octet == '-', octet == '.':
		return octet
	case octet < 0x80:
		return '_'
	case octet >= 0xC0:
		return upperLookalikes[octet-0xC0]
	default:
		return lookalike(gsm7.LatinRune(octet))
	}
}

// upperLookalikes are plain letters for 0xC0 to 0xFF.
const upperLookalikes = "AAAAAAACEEEEIIIIDNOOOOO_OUUUUYTs" +
	"aaaaaaaceeeeiiiidnooooo_ouuuuyty"

// lookalike is a plain letter for the letters that ISO-8859-15 has below 0xC0.
func lookalike(r rune) byte {
	switch r {
	case '€', '¤':
		return 'e'
	case '§', 'Š':
		return 'S'
	case 'š':
		return 's'
	case 'Ž':
		return 'Z'
	case 'ž':
		return 'z'
	case 'Œ':
		return 'O'
	case 'œ':
		return 'o'
	case 'Ÿ':
		return 'Y'
	default:
		return '_'
	}
}

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
