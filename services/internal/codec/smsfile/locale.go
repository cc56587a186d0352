package smsfile

import "bytes"

// Locale holds the localised header names and words of a language file
// (smstools spec §1.2, setting language_file). Names stand without colon. The
// nil Locale is English. A Locale must not be changed while it is in use.
type Locale struct {
	// Accept leads from a localised header name to the English one, on input. The
	// names of Print must be among them.
	Accept map[string]string
	// Print leads from an English header name to the one to write; an empty name
	// means that the header is never written. From and Received are always written,
	// and UDH, UDH-DATA and UDH-DUMP are never translated.
	Print map[string]string
	// YesWord and NoWord are written for yes and no; empty: English.
	YesWord, NoWord string
	// YesPrefixes and NoPrefixes begin words that read as yes and as no.
	YesPrefixes, NoPrefixes []string
}

// Untranslated is a Locale for writing that has the words of l for yes and no, leaves out
// the headers that l leaves out, and has English names for the others.
func (l *Locale) Untranslated() *Locale {
	if l == nil {
		return nil
	}
	left := map[string]string{}
	for name, printed := range l.Print {
		if printed == "" {
			left[name] = ""
		}
	}
	return &Locale{Print: left, YesWord: l.YesWord, NoWord: l.NoWord}
}

// english returns the English name of a header of a file.
func (l *Locale) english(name []byte) []byte {
	if l == nil {
		return name
	}
	if e, ok := l.Accept[string(name)]; ok && translatable(e) {
		return []byte(e)
	}
	return name
}

// printed returns the name to write for an English one; empty: write nothing.
func (l *Locale) printed(name string) string {
	if l == nil || !translatable(name) {
		return name
	}
	p, ok := l.Print[name]
	if !ok || p == "" && alwaysPrinted(name) {
		return name
	}
	return p
}

// phrase returns what to write for a word that is no header name.
func (l *Locale) phrase(english string) string {
	if l == nil || l.Print[english] == "" {
		return english
	}
	return l.Print[english]
}

func translatable(name string) bool {
	switch name {
	case "UDH", "UDH-DATA", "UDH-DUMP":
		return false
	default:
		return true
	}
}

func alwaysPrinted(name string) bool { return name == "From" || name == "Received" }

// yes reads a boolean value; the words of the language come first (spec §1.1 rule 10).
func (l *Locale) yes(v []byte) bool {
	if l != nil && hasAnyPrefix(v, l.YesPrefixes) {
		return true
	}
	if l != nil && hasAnyPrefix(v, l.NoPrefixes) {
		return false
	}
	return isYes(v)
}

func hasAnyPrefix(v []byte, prefixes []string) bool {
	for _, p := range prefixes {
		if p != "" && bytes.HasPrefix(v, []byte(p)) {
			return true
		}
	}
	return false
}

// word returns the word to write for yes or no.
func (l *Locale) word(v bool) string {
	switch {
	case v && l != nil && l.YesWord != "":
		return l.YesWord
	case !v && l != nil && l.NoWord != "":
		return l.NoWord
	case v:
		return "yes"
	default:
		return "no"
	}
}
