package smsfile

import (
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// Preview is what filename_preview appends to the name of a file in sent or failed: of
// the text as it is sent. There is none for a ready PDU, a voice call, the text of a
// system message, with the tables of a language, for UTF-8 that the GSM alphabet can
// hold, and for Latin text in hex notation.
func (o *Outgoing) Preview(limit int) string {
	switch {
	case limit <= 0, o.TextIsPDU, o.Voicecall:
		return ""
	case o.Alphabet == Binary:
		return previewText([]byte("binary"), limit)
	case o.Alphabet == UCS2:
		return previewText([]byte("ucs2"), limit)
	case o.Alphabet == UTF8 && !o.HasLanguage():
		return o.previewUTF8(limit)
	case o.System != NotSystem:
		return ""
	}
	septets, ok := o.previewSeptets()
	if !ok {
		return ""
	}
	return previewText(latinOf(septets), limit)
}

func (o *Outgoing) previewUTF8(limit int) string {
	if _, missing := gsm7.Smstools(true).AppendTolerant(nil, o.Body); missing > 0 {
		return previewText([]byte("ucs2"), limit)
	}
	return ""
}

// previewSeptets are the septets of a text, and whether it is shown.
func (o *Outgoing) previewSeptets() (septets []byte, ok bool) {
	switch {
	case o.HasLanguage():
		encoder, tables := gsm7.Fitting(string(o.Body), o.tables())
		septets, _ = encoder.AppendEncode(nil, string(o.Body))
		return septets, tables == gsm7.Tables{}
	case o.Alphabet == GSM:
		return o.Body, true
	case o.Hex:
		return nil, false
	}
	septets, _ = gsm7.Smstools(true).AppendTolerant(nil, TrimText(o.Body))
	return septets, len(septets) > 0
}

// tables are those that the file asks for (smstools spec §1.7).
func (o *Outgoing) tables() (wanted gsm7.Tables) {
	if o.Language != nil {
		wanted.Locking, wanted.Single = gsm7.Language(*o.Language), gsm7.Language(*o.Language)
	}
	if o.LanguageExt != nil {
		wanted.Single = gsm7.Language(*o.LanguageExt)
	}
	if !wanted.Locking.HasLocking() {
		wanted.Locking = gsm7.Basic
	}
	return wanted
}

// latinOf is a text of septets in the charset of `Alphabet: ISO`; what is no septet,
// and what is escaped and not in the extension table, is left out.
func latinOf(septets []byte) []byte {
	extension := gsm7.Smstools(false)
	out := make([]byte, 0, len(septets))
	for len(septets) > 0 {
		r, size := gsm7.RuneAt(septets, gsm7.Tables{})
		escaped := septets[0] == gsm7.Escape
		if septets[0] < utf8.RuneSelf && (!escaped || size > 1 && extension.Code(r).Septets() > 1) {
			out, _ = AppendLatin(out, string(r))
		}
		septets = septets[size:]
	}
	return out
}
