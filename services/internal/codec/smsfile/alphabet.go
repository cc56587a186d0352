package smsfile

// Alphabet says in which form the body of a file is (smstools spec §1.4). The
// zero value means that no alphabet was given.
type Alphabet uint8

// Alphabets.
const (
	AlphabetUnset Alphabet = iota
	// ISO is ISO-8859-15, tolerant of UTF-8.
	ISO
	// UTF8 is Unicode text.
	UTF8
	// GSM is one septet of the GSM default alphabet (3GPP TS 23.038 §6.2.1) an octet.
	GSM
	// UCS2 is big-endian 16-bit text.
	UCS2
	// Binary is 8-bit data.
	Binary
	// AlphabetInvalid is a word that names no alphabet.
	AlphabetInvalid
)

// alphabetWords are the beginnings of the words that name an alphabet.
var alphabetWords = [...]struct {
	prefix   string
	alphabet Alphabet
}{
	{"iso", ISO}, {"lat", ISO}, {"ans", ISO},
	{"utf", UTF8},
	{"ucs", UCS2}, {"uni", UCS2}, {"chi", UCS2},
	{"bin", Binary},
}

// ParseAlphabet reads the value of an Alphabet header or setting by its first
// three letters, in any case, GSM by the whole word (smstools spec §1.2);
// AlphabetInvalid for another word.
func ParseAlphabet(value []byte) Alphabet {
	if equalFold(value, "gsm") {
		return GSM
	}
	for _, w := range alphabetWords {
		if hasPrefixFold(value, w.prefix) {
			return w.alphabet
		}
	}
	return AlphabetInvalid
}

// String returns the name as the Alphabet header of a received file shows it
// (smstools spec §2.2).
func (a Alphabet) String() string {
	switch a {
	case ISO:
		return "ISO"
	case UTF8:
		return "UTF-8"
	case GSM:
		return "GSM"
	case UCS2:
		return "UCS2"
	case Binary:
		return "binary"
	default:
		return "unknown"
	}
}
