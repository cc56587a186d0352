package spool

import (
	"slices"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// alphabetOf tells how the content of a message is coded: compressed text is
// octets, as nobody can read it.
func alphabetOf(d *tpdu.Deliver) tpdu.Alphabet {
	switch dcs := tpdu.ParseDCS(d.DCS); {
	case d.Septets:
		return tpdu.AlphabetGSM7
	case dcs.Alphabet == tpdu.AlphabetUCS2:
		return tpdu.AlphabetUCS2
	default:
		return tpdu.Alphabet8Bit
	}
}

// alike reports whether the parts of a message have one alphabet.
func alike(parts []*tpdu.Deliver) bool {
	for _, d := range parts {
		if alphabetOf(d) != alphabetOf(parts[0]) {
			return false
		}
	}
	return true
}

// fillBody puts the content of a message, whose parts are alike, into a file in
// the charset that is configured (smstools spec §2.3).
func (s *Spool) fillBody(file *smsfile.Incoming, r reception, parts []*tpdu.Deliver) {
	file.UDHData = parts[0].UDH
	switch alphabetOf(parts[0]) {
	case tpdu.AlphabetGSM7:
		s.fillGSM(file, r, parts)
	case tpdu.AlphabetUCS2:
		s.fillUCS2(file, r, parts)
	default:
		file.Alphabet, file.Body = smsfile.Binary, octetsOf(parts)
		if !r.combineBinary {
			file.Body = append(append([]byte{}, parts[0].UDH...), file.Body...)
			file.UDHData = nil
		}
	}
}

func octetsOf(parts []*tpdu.Deliver) (data []byte) {
	for _, d := range parts {
		data = append(data, d.Data...)
	}
	return data
}

func (s *Spool) fillGSM(file *smsfile.Incoming, r reception, parts []*tpdu.Deliver) {
	if !r.convert {
		file.Alphabet, file.Body = smsfile.GSM, octetsOf(parts)
		return
	}
	text := gsmText(parts)
	if slices.ContainsFunc(parts, hasTables) {
		file.Language, file.LanguageExt = tableOf(parts[0], tpdu.ElementLockingShift), tableOf(parts[0], tpdu.ElementSingleShift)
		file.Alphabet, file.Body = smsfile.UTF8, []byte(text)
		return
	}
	s.fillText(file, text)
	file.CountCharacters = s.cfg.IncomingUTF8
}

// gsmText decodes neighbours with the same tables together: an escape and its
// character may stand in two parts.
func gsmText(parts []*tpdu.Deliver) string {
	var text []byte
	for len(parts) > 0 {
		n, tables := 1, tablesOf(parts[0])
		for n < len(parts) && tablesOf(parts[n]) == tables {
			n++
		}
		text = gsm7.AppendDecode(text, octetsOf(parts[:n]), tables)
		parts = parts[n:]
	}
	return string(text)
}

// tablesOf are the shift tables of a message; one without a name here is ignored,
// as if the element were not there (3GPP TS 23.038 §6.2.1.2.3).
func tablesOf(d *tpdu.Deliver) gsm7.Tables {
	locking, single := tpdu.Languages(d.UDH)
	known := func(n byte) gsm7.Language {
		if l := gsm7.Language(n); l.Known() {
			return l
		}
		return gsm7.Basic
	}
	return gsm7.Tables{Locking: known(locking), Single: known(single)}
}

// tableOf is the shift table that a message names, the default one included; nil if it
// names none that is known.
func tableOf(d *tpdu.Deliver, element byte) *uint8 {
	n, ok := tpdu.Language(d.UDH, element)
	if !ok || !gsm7.Language(n).Known() {
		return nil
	}
	return &n
}

// hasTables reports whether a message names shift tables; its text is stored as UTF-8 then,
// also when they are the default ones.
func hasTables(d *tpdu.Deliver) bool {
	return tableOf(d, tpdu.ElementLockingShift) != nil || tableOf(d, tpdu.ElementSingleShift) != nil
}

func (s *Spool) fillUCS2(file *smsfile.Incoming, r reception, parts []*tpdu.Deliver) {
	octets := octetsOf(parts)
	if !r.decodeUnicode {
		file.Alphabet, file.Body = smsfile.UCS2, octets
		return
	}
	text, _ := ucs2.Decode(octets)
	if place, ok := tpdu.Concatenation(file.UDHData); ok && (len(parts) > 1 || place.Total == 1) {
		file.UDHData = tpdu.WithoutElements(file.UDHData, tpdu.ElementConcatenated8, tpdu.ElementConcatenated16)
	}
	file.Alphabet, file.Body = s.textAlphabet(), []byte(text)
	if !s.cfg.IncomingUTF8 {
		header := len(file.UDHData) > 0
		file.UDH = &header
		file.Body, _ = smsfile.AppendLatinUCS2(nil, text)
	}
}

func (s *Spool) fillText(file *smsfile.Incoming, text string) {
	file.Alphabet, file.Body = s.textAlphabet(), s.text(text)
}

// text is a text in the charset that is configured.
func (s *Spool) text(text string) []byte {
	if s.cfg.IncomingUTF8 {
		return []byte(text)
	}
	latin, _ := smsfile.AppendLatin(nil, text)
	return latin
}

func (s *Spool) textAlphabet() smsfile.Alphabet {
	if s.cfg.IncomingUTF8 {
		return smsfile.UTF8
	}
	return smsfile.ISO
}

func (s *Spool) addressText(a tpdu.Address) string {
	if a.IsAlphanumeric() {
		return string(s.text(gsm7.Decode(a.Septets, gsm7.Tables{})))
	}
	return a.Digits
}
