package gsm7_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

func TestSmstools(t *testing.T) {
	for _, c := range []struct {
		name    string
		optical bool
		body    string
		want    string
		missing int
	}{
		{"UTF-8", true, "Grüße €", "Grüße €", 0},
		{"Latin", true, "Gr\xFC\xDFe \xA4", "Grüße €", 0},
		{"both", true, "ü\xFC", "üü", 0},
		{"Greek of smstools", true, "\x81\x8A", "ΔΞ", 0},
		{"Greek of Unicode", false, "ΔΞ", "ΔΞ", 0},
		{"currency sign", false, "¤", "€", 0},
		{"look-alikes", true, "`çêÿŠŸŽŒ\u00A0\u00AD\t", "'ÇeySYZO - ", 0},
		{"look-alikes of Latin", true, "\xA6\xA8\xB4\xB8\xBC\xBD\xBE\x80", "SsZzOoY ", 0},
		{"no look-alikes", false, "`çê\t\x80", "", 5},
		{"control characters", true, "a\x1A\x00\x8B\u0085b", "ab", 4},
		{"surrogate", true, "a\xED\xA0\xBDb", "ab", 1},
		{"cut UTF-8 is Latin", true, "a\xE2\x82", "aaΦ", 0},
		{"emoji", true, "hi 😀", "hi ", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			septets, missing := gsm7.Smstools(c.optical).AppendTolerant(nil, []byte(c.body))
			if got := gsm7.Decode(septets, gsm7.Tables{}); got != c.want || missing != c.missing {
				t.Errorf("got %q and %d missing, want %q and %d", got, missing, c.want, c.missing)
			}
		})
	}
}

func TestTolerantRune(t *testing.T) {
	for _, c := range []struct {
		body string
		want rune
		size int
	}{
		{"a", 'a', 1}, {"é", 'é', 2}, {"日", '日', 3}, {"😀", '😀', 4}, {"\uFFFD", 0xFFFD, 3},
		{"\xE9", 'é', 1}, {"\xA4x", '€', 1}, {"\x85", 'Ω', 1}, {"\xFF", 'ÿ', 1},
		{"\xC0\xAF", 'À', 1}, {"\xF5\x80\x80\x80", 'õ', 1}, {"\xED\xA0", 'í', 1},
		{"\xED\xA0\xBD", 0xD83D, 3}, {"\xED\xBF\xBF", 0xDFFF, 3}, {"\xED\xA0\x20", 'í', 1},
	} {
		if r, size := gsm7.TolerantRune([]byte(c.body)); r != c.want || size != c.size {
			t.Errorf("%q: %q in %d octets, want %q in %d", c.body, r, size, c.want, c.size)
		}
	}
}

func TestLatin(t *testing.T) {
	for octet := range 0x100 {
		r := gsm7.LatinRune(byte(octet))
		if back, ok := gsm7.LatinOctet(r); !ok || back != byte(octet) {
			t.Errorf("%q of %02X comes back as %02X, %v", r, octet, back, ok)
		}
	}
	for _, r := range []rune{'¤', '½', 0x81, 'я', '😀', -1, utf8.RuneError} {
		if octet, ok := gsm7.LatinOctet(r); ok {
			t.Errorf("%q has octet %02X", r, octet)
		}
	}
}

func TestLookupLanguage(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  gsm7.Language
		found bool
	}{
		{"turkish", gsm7.Turkish, true}, {"TURK", gsm7.Turkish, true}, {"t", gsm7.Turkish, true},
		{"ta", gsm7.Tamil, true}, {"b", gsm7.Basic, true}, {"be", gsm7.Bengali, true},
		{"assemese", gsm7.Bengali, true}, {"bengali and more", gsm7.Bengali, true}, {" urdu\t", gsm7.Urdu, true},
		{"p", gsm7.Portuguese, true}, {"pu", gsm7.Punjabi, true},
		{"klingon", gsm7.Basic, false}, {"turkishx", gsm7.Basic, false}, {"", gsm7.Basic, false}, {"  ", gsm7.Basic, false},
	} {
		if got, found := gsm7.LookupLanguage(c.text); got != c.want || found != c.found {
			t.Errorf("%q is %v, %v, want %v, %v", c.text, got, found, c.want, c.found)
		}
	}
}

func TestLanguage(t *testing.T) {
	for l, want := range map[gsm7.Language]string{
		gsm7.Basic: "Basic", gsm7.Bengali: "Bengali and Assemese", gsm7.Urdu: "Urdu", 14: "unknown(14)",
	} {
		if got := l.String(); got != want {
			t.Errorf("language %d is %q, want %q", uint8(l), got, want)
		}
	}
	for _, l := range []gsm7.Language{gsm7.Basic, gsm7.Spanish, 14, 255} {
		if l.HasLocking() {
			t.Errorf("%v has a locking table", l)
		}
	}
}

func FuzzAppendTolerant(f *testing.F) {
	f.Add([]byte("Grüße \xFC\xED\xA0\xBD😀\x1B"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, optical := range []bool{false, true} {
			septets, missing := gsm7.Smstools(optical).AppendTolerant(nil, body)
			if bytes.ContainsFunc(septets, func(r rune) bool { return r > 0x7F }) || len(septets) > 2*len(body) || missing > len(body) {
				t.Fatalf("%q: % X, %d missing", body, septets, missing)
			}
		}
	})
}

func BenchmarkEncode160(b *testing.B) {
	body := bytes.Repeat([]byte("The quick brown "), 10)
	encoder := gsm7.Smstools(true)
	room := make([]byte, 0, 160)
	b.ReportAllocs()
	for b.Loop() {
		if septets, missing := encoder.AppendTolerant(room, body); len(septets) != 160 || missing != 0 {
			b.Fatal(len(septets), missing)
		}
	}
}

func BenchmarkNewEncoder(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		gsm7.NewEncoder(gsm7.Tables{Locking: gsm7.Hindi, Single: gsm7.Hindi})
	}
}
