package gsm7

import (
	"fmt"
	"strings"
)

// Language is a national language identifier (3GPP TS 23.038 §6.2.1.2.4 for the
// single shift, §6.2.1.2.5 for the locking shift table).
type Language uint8

// National languages. Basic is the GSM default alphabet and its extension table.
const (
	Basic Language = iota
	Turkish
	Spanish
	Portuguese
	Bengali
	Gujarati
	Hindi
	Kannada
	Malayalam
	Oriya
	Punjabi
	Tamil
	Telugu
	Urdu

	languages
)

// LastLanguage is the highest language identifier that has a table.
const LastLanguage = languages - 1

// languageNames are in the order of the identifiers; the first is for display,
// the others are known to LookupLanguage too (smstools spec §1.7).
var languageNames = [languages][]string{
	Basic:      {"Basic"},
	Turkish:    {"Turkish"},
	Spanish:    {"Spanish"},
	Portuguese: {"Portuguese"},
	Bengali:    {"Bengali and Assemese", "Bengali", "Assemese"},
	Gujarati:   {"Gujarati"},
	Hindi:      {"Hindi"},
	Kannada:    {"Kannada"},
	Malayalam:  {"Malayalam"},
	Oriya:      {"Oriya"},
	Punjabi:    {"Punjabi"},
	Tamil:      {"Tamil"},
	Telugu:     {"Telugu"},
	Urdu:       {"Urdu"},
}

// Known reports whether the language has a table in this package.
func (l Language) Known() bool { return l < languages }

// HasLocking reports whether the language has a locking shift table of its own;
// Spanish has not (3GPP TS 23.038 §A.3.2), and Basic needs none.
func (l Language) HasLocking() bool { return l.Known() && l != Basic && l != Spanish }

// String returns the English name, for example "Turkish".
func (l Language) String() string {
	if !l.Known() {
		return fmt.Sprintf("unknown(%d)", uint8(l))
	}
	return languageNames[l][0]
}

// LookupLanguage finds a language by the beginning of its name in any case; of
// several words the first one counts, of several matches the lowest identifier
// (smstools spec §1.7). It reports false for a word that begins no name.
func LookupLanguage(text string) (Language, bool) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Basic, false
	}
	for l, names := range languageNames {
		for _, name := range names {
			if begins(name, words[0]) {
				return Language(l), true
			}
		}
	}
	return Basic, false
}

func begins(name, word string) bool {
	return len(word) <= len(name) && strings.EqualFold(name[:len(word)], word)
}
