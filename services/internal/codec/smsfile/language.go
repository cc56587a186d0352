package smsfile

import "github.com/viesti-sms/viesti/services/internal/codec/gsm7"

// ParseLanguage reads the value of a Language header or setting: a number 0 to
// 13 or the beginning of a name, in any case, of which only the first word
// counts. A word that names nothing is 0, the basic alphabet. ok is false for an
// empty value and for numbers out of range (smstools spec §1.2).
func ParseLanguage(value []byte) (language uint8, ok bool) {
	if len(value) == 0 {
		return 0, false
	}
	if startsWithInt(value) {
		n, last := atoi(value), int(gsm7.LastLanguage)
		return uint8(max(0, min(n, last))), n >= 0 && n <= last
	}
	named, _ := gsm7.LookupLanguage(string(value))
	return uint8(named), true
}

// LanguageText is the value of the Language and Language_ext headers of a
// received file, for example `Turkish (1)`; a language that is not known shows
// as ` (-1)` (smstools spec §2.2 row 26).
func LanguageText(language uint8) string {
	l := gsm7.Language(language)
	if !l.Known() {
		return UnknownLanguageText
	}
	name := l.String()
	if l == gsm7.Basic {
		name = "basic" // smsd writes it small
	}
	return name + " (" + decimal(int(language)) + ")"
}

// UnknownLanguageText stands for a language that was not given or is not known.
const UnknownLanguageText = " (-1)"
