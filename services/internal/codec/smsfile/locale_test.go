package smsfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// finnish is a language file: To is accepted and written in Finnish, IMSI is
// never written, and Modem is written as it is.
var finnish = &Locale{
	Accept: map[string]string{
		"Vastaanottaja": "To", "Raportti": "Report", "Tekijä": "From", "Lähetetty": "Sent", "X-UDH": "UDH",
	},
	Print: map[string]string{
		"From": "", "Received": "", "IMSI": "", "UDH": "X-UDH", "Report": "Raportti", "Sent": "Lähetetty",
		"Subject": "Aihe", "missed": "vastaamatta", "CALL MISSED": "VASTAAMATON PUHELU", "Call_type": "Tyyppi",
	},
	YesWord: "kyllä", NoWord: "ei",
	YesPrefixes: []string{"K", "k", ""}, NoPrefixes: []string{"t"},
}

func TestLocaleInput(t *testing.T) {
	for head, want := range map[string]bool{
		"Vastaanottaja: 12\nRaportti: kyllä":   true,
		"To: 12\nReport: K":                    true,
		"To: 12\nReport: yes":                  true,
		"Vastaanottaja: 12\nRaportti: true":    false,
		"To: 1\nVastaanottaja: 12\nRaportti: ": false,
	} {
		o := mustParse(t, head+"\n\nt", Options{Locale: finnish})
		if o.To != "12" || *o.Report != want {
			t.Errorf("%q: to %q, report %v, want %v", head, o.To, *o.Report, want)
		}
	}
	if o := mustParse(t, "To: 1\nX-UDH: no\n\nt", Options{Locale: finnish}); o.UDH != nil {
		t.Error("UDH is translated")
	}
}

func TestLocaleRewrite(t *testing.T) {
	sent := Sent{Station: Station{Modem: "GSM1", IMSI: "244"}, TimeFormat: "now"}
	got := Rewrite([]byte("Vastaanottaja: 1\nLähetetty: before\nSent: before\n\nt"), sent.Headers(), finnish)
	want := "Vastaanottaja: 1\nModem: GSM1\nLähetetty: now\nSending_time: 0\n\nt"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestLocaleIncoming(t *testing.T) {
	m := Incoming{
		From: "1", TimeFormat: "now", Station: Station{Modem: "GSM1", IMSI: "244"},
		Alphabet: ISO, UDH: new(false), Flash: true, Body: []byte("t"),
	}
	want := "From: 1\nReceived: now\nAihe: GSM1\nModem: GSM1\nRaportti: ei\nFlash: kyllä\n" +
		"Alphabet: ISO\nLength: 1\nUDH: ei\n\nt"
	if diff := cmp.Diff(want, string(m.AppendTo(nil, finnish))); diff != "" {
		t.Error(diff)
	}
}

func TestLocaleMissedCall(t *testing.T) {
	c := MissedCall{From: "1", TimeFormat: "now", Station: Station{Modem: "GSM1"}}
	want := "From: 1\nAihe: GSM1\nModem: GSM1\nTyyppi: vastaamatta\nReceived: now\n\nVASTAAMATON PUHELU\n"
	if diff := cmp.Diff(want, string(c.AppendTo(nil, finnish))); diff != "" {
		t.Error(diff)
	}
}

func TestUntranslated(t *testing.T) {
	var none *Locale
	l := &Locale{Print: map[string]string{"From": "Von", "Subject": "", "Report": "Bericht", "missed": "verpasst"}, YesWord: "ja", NoWord: "nein"}
	m := Incoming{From: "1", Alphabet: ISO, Report: true, Flash: false}
	got := string(m.AppendTo(nil, l.Untranslated()))
	if !strings.HasPrefix(got, "From: 1\n") || strings.Contains(got, "Subject") || !strings.Contains(got, "\nReport: ja\n") || none.Untranslated() != nil {
		t.Errorf("%q", got)
	}
}
