package compose

import (
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// languages returns the tables wanted for a text, and whether any were named: by
// the message, else by the modem (smstools spec §1.7).
func (j *job) languages() (wanted gsm7.Tables, named bool, err error) {
	wanted, named = tablesOf(j.options.Language, j.options.LanguageExt)
	if !named {
		wanted, named = tablesOf(j.settings.Language, j.settings.LanguageExt)
	}
	if !wanted.Locking.Known() || !wanted.Single.Known() {
		return wanted, false, reject(ReasonLanguage)
	}
	return wanted, named, nil
}

// tablesOf applies the rules of Language and Language_ext: the second is the
// same as the first unless given, and can be given alone.
func tablesOf(language, ext *uint8) (wanted gsm7.Tables, named bool) {
	switch {
	case language != nil:
		return gsm7.Tables{Locking: gsm7.Language(*language), Single: gsm7.Language(or(ext, *language))}, true
	case ext != nil && *ext > 0:
		return gsm7.Tables{Single: gsm7.Language(*ext)}, true
	}
	return gsm7.Tables{}, false
}

// encodeNational writes the text with those of the tables wanted that it needs, as
// smsd chooses them, unless others keep more of it. What is in none of them is left out
// with a notice; it never becomes UCS2 (smstools spec §1.7).
func (j *job) encodeNational(room, body []byte, wanted gsm7.Tables) (content, error) {
	if !utf8.Valid(body) {
		return content{}, reject(ReasonShiftTables)
	}
	if !wanted.Locking.HasLocking() {
		wanted.Locking = gsm7.Basic
	}
	text := string(body)
	encoder, tables := gsm7.Fitting(text, wanted)
	best := encodeWith(encoder, room, text, tables)
	for _, tables := range [...]gsm7.Tables{{}, {Locking: wanted.Locking}, {Single: wanted.Single}, wanted} {
		if best.missing == 0 {
			break
		}
		if next := encodeWith(gsm7.NewEncoder(tables), nil, text, tables); next.missing < best.missing {
			best = next
		}
	}
	j.noticeMissing(best.encoder, body, best.missing, nationalNotice(wanted))
	return content{data: best.septets, tables: best.tables}, nil
}

// attempt is a text written with some tables.
type attempt struct {
	tables  gsm7.Tables
	encoder *gsm7.Encoder
	septets []byte
	missing int
}

func encodeWith(encoder *gsm7.Encoder, room []byte, text string, tables gsm7.Tables) attempt {
	a := attempt{tables: tables, encoder: encoder}
	a.septets, a.missing = a.encoder.AppendEncode(room, text)
	return a
}
