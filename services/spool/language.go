package spool

import (
	"fmt"
	"os"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
)

// locale is how headers are read and written; the zero one is English.
type locale struct{ smsfile.LanguageFile }

// incoming is the locale of received files. Those that are not translated still have
// the words of the language, and lack the headers that it leaves out.
func (l locale) incoming() *smsfile.Locale {
	if l.Incoming {
		return l.Locale
	}
	return l.Locale.Untranslated()
}

// language reads the language file, if there is one.
func (c *Config) language() (locale, error) {
	if c.LanguageFile == "" {
		return locale{}, nil
	}
	data, err := os.ReadFile(c.LanguageFile)
	if err != nil {
		return locale{}, err
	}
	f, err := smsfile.ParseLanguageFile(data)
	if err != nil {
		return locale{}, fmt.Errorf("%s: %w", c.LanguageFile, err)
	}
	return locale{f}, nil
}

// options are how message files are read.
func (s *Spool) options() smsfile.Options {
	return smsfile.Options{
		Alphabet: smsfile.ParseAlphabet([]byte(s.cfg.Alphabet)), Include: s.cfg.include, Locale: s.language.Locale,
	}
}
