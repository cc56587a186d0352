package smsfile

import (
	"errors"
	"strings"
	"testing"
)

const finnishFile = `# Finnish
incoming	= no
datetime	= %d.%m.%Y
yes_word	= kyllä
no_word		= ei
yes_chars	= 'K','k'
no_chars	= 'E', 'e'

To:		= Vastaanottaja:
report:		= Raportti:
IMSI:		= -
Modem:		= -Modeemi:
missed		= vastaamaton
CALL MISSED	= VASTAAMATON PUHELU
`

func TestParseLanguageFile(t *testing.T) {
	f, err := ParseLanguageFile([]byte(finnishFile))
	if err != nil {
		t.Fatal(err)
	}
	if f.Incoming || f.TimeFormat != "%d.%m.%Y" {
		t.Errorf("%+v", f)
	}
	o := mustParse(t, "Vastaanottaja: 12\nRaportti: Kyllä\n\nt", Options{Locale: f.Locale})
	if o.To != "12" || o.Report == nil || !*o.Report {
		t.Errorf("to %q, report %v", o.To, o.Report)
	}
	sent := Sent{Station: Station{Modem: "GSM1", IMSI: "244"}, TimeFormat: "now"}
	got := string(Rewrite([]byte("Vastaanottaja: 1\nModeemi: old\n\nt"), sent.Headers(), f.Locale))
	if strings.Contains(got, "GSM1") || strings.Contains(got, "244") || strings.Contains(got, "old") {
		t.Errorf("what is not to be written is:\n%s", got)
	}
	if c := string((&MissedCall{From: "1", TimeFormat: "x"}).AppendTo(nil, f.Locale)); !strings.Contains(c, "VASTAAMATON PUHELU") {
		t.Errorf("a missed call:\n%s", c)
	}
}

func TestLanguageFileProblems(t *testing.T) {
	for text, line := range map[string]int{
		"To: Vastaanottaja:\n": 1, "# x\n\nNo_such: = Word:\n": 3, "yes_chars = K,k\n": 1, "To: = a:b:\n": 1, "= x\n": 1, "To: =\n": 1,
	} {
		_, err := ParseLanguageFile([]byte(text))
		var problem *LanguageError
		if !errors.As(err, &problem) || problem.Line != line || problem.Problem == "" {
			t.Errorf("%q: %v, want a problem in line %d", text, err, line)
		}
	}
}

func FuzzParseLanguageFile(f *testing.F) {
	f.Add([]byte(finnishFile))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := ParseLanguageFile(data); err == nil && file.Locale == nil {
			t.Error("no locale")
		}
	})
}
