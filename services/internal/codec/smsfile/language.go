package smsfile

import (
	"bytes"
	"strings"
)

// languageNames are the national languages by number (3GPP TS 23.038 §6.2.1.2.4)
// in the order in which a name is looked up (smstools spec §1.7).
var languageNames = [...]struct {
	name   string
	number uint8
}{
	{"Basic", 0}, {"Turkish", 1}, {"Spanish", 2}, {"Portuguese", 3},
	{"Bengali and Assemese", 4}, {"Bengali", 4}, {"Assemese", 4},
	{"Gujarati", 5}, {"Hindi", 6}, {"Kannada", 7}, {"Malayalam", 8},
	{"Oriya", 9}, {"Punjabi", 10}, {"Tamil", 11}, {"Telugu", 12}, {"Urdu", 13},
}

// maxLanguage is the highest number of a national language.
const maxLanguage = 13

// ParseLanguage reads the value of a Language header or setting: a number 0 to
// 13 or the beginning of a name, in any case, of which only the first word
// counts. A word that names nothing is 0, the basic alphabet. ok is false for an
// empty value and for numbers out of range (smstools spec §1.2).
func ParseLanguage(value []byte) (language uint8, ok bool) {
	if len(value) == 0 {
		return 0, false
	}
	if startsWithInt(value) {
		n := atoi(value)
		return uint8(max(0, min(n, maxLanguage))), n >= 0 && n <= maxLanguage
	}
	return languageByName(firstWord(value)), true
}

func firstWord(value []byte) []byte {
	if i := bytes.IndexAny(value, " \t"); i >= 0 {
		return value[:i]
	}
	return value
}

func languageByName(word []byte) uint8 {
	for _, l := range languageNames {
		if len(word) <= len(l.name) && strings.EqualFold(string(word), l.name[:len(word)]) {
			return l.number
		}
	}
	return 0
}

// LanguageText is the value of the Language and Language_ext headers of a
// received file, for example `Turkish (1)`; a language that is not known shows
// as ` (-1)` (smstools spec §2.2 row 26).
func LanguageText(language uint8) string {
	for _, l := range languageNames {
		if l.number == language {
			return l.name + " (" + decimal(int(language)) + ")"
		}
	}
	return UnknownLanguageText
}

// UnknownLanguageText stands for a language that was not given or is not known.
const UnknownLanguageText = " (-1)"
