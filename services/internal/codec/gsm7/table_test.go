package gsm7_test

import (
	"testing"
	"unicode/utf8"

	"github.com/warthog618/sms/encoding/gsm7/charset"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
)

// allTables yields every table by itself: the locking ones with the extension of
// the default alphabet, the single ones with the default alphabet.
func allTables() []gsm7.Tables {
	var all []gsm7.Tables
	for l := gsm7.Basic; l <= gsm7.LastLanguage; l++ {
		all = append(all, gsm7.Tables{Locking: l}, gsm7.Tables{Single: l}, gsm7.Tables{Locking: l, Single: l})
	}
	return all
}

type position struct {
	language gsm7.Language
	septet   byte
}

// Places where github.com/warthog618/sms differs from 3GPP TS 23.038.
var (
	lockingErrata = map[position]rune{
		{gsm7.Hindi, 0x00}: 'ँ', // §A.3.6 has Devanagari here, not Bengali signs
		{gsm7.Hindi, 0x01}: 'ं',
		{gsm7.Hindi, 0x02}: 'ः',
	}
	singleErrata = map[position]rune{
		{gsm7.Portuguese, 0x1F}: 'Ê', // §A.2.3
	}
)

// TestTablesOracle compares every position with an independent implementation.
func TestTablesOracle(t *testing.T) {
	for l := gsm7.Basic; l <= gsm7.LastLanguage; l++ {
		locking, single := charset.NewDecoder(int(l)), charset.NewExtDecoder(int(l))
		for septet := range byte(0x80) {
			if septet == gsm7.Escape {
				continue
			}
			want := expected(locking, lockingErrata, position{l, septet}, ' ')
			checkRune(t, l, []byte{septet}, gsm7.Tables{Locking: l}, want)
			if septet == '\r' {
				continue // CR2, which the other takes for a line feed
			}
			basic, _ := gsm7.RuneAt([]byte{septet}, gsm7.Tables{})
			want = expected(single, singleErrata, position{l, septet}, basic)
			checkRune(t, l, []byte{gsm7.Escape, septet}, gsm7.Tables{Single: l}, want)
		}
	}
}

func expected(table charset.Decoder, errata map[position]rune, p position, otherwise rune) rune {
	if r, ok := errata[p]; ok {
		return r
	}
	if r, ok := table[p.septet]; ok {
		return r
	}
	return otherwise
}

func checkRune(t *testing.T, l gsm7.Language, septets []byte, tables gsm7.Tables, want rune) {
	t.Helper()
	if r, size := gsm7.RuneAt(septets, tables); r != want || size != len(septets) {
		t.Errorf("%v % X: %q in %d septets, want %q", l, septets, r, size, want)
	}
}

// TestTablesBothWays encodes what every position decodes to, and back.
func TestTablesBothWays(t *testing.T) {
	for _, tables := range allTables() {
		encoder := gsm7.NewEncoder(tables)
		for _, escape := range [][]byte{{}, {gsm7.Escape}} {
			for septet := range byte(0x80) {
				septets := append(escape[:len(escape):len(escape)], septet)
				r, size := gsm7.RuneAt(septets, tables)
				code := encoder.Code(r)
				if r == ' ' || size != len(septets) {
					continue
				}
				if code == gsm7.Missing || code.Septets() > len(septets) {
					t.Errorf("%v: %q of % X is encoded as %X", tables, r, septets, code)
				}
				if back := gsm7.Decode(code.AppendTo(nil), tables); back != string(r) {
					t.Errorf("%v: %q comes back as %q", tables, r, back)
				}
			}
		}
	}
}

func TestDecodeTolerant(t *testing.T) {
	turkish := gsm7.Tables{Locking: gsm7.Turkish, Single: gsm7.Turkish}
	for _, c := range []struct {
		name    string
		septets []byte
		tables  gsm7.Tables
		want    string
	}{
		{"empty", nil, gsm7.Tables{}, ""},
		{"extension", []byte{0x1B, 0x65}, gsm7.Tables{}, "€"},
		{"unknown extension shows the alphabet", []byte{0x1B, 'e', 0x1B, 'A'}, gsm7.Tables{}, "€A"},
		{"unknown extension of a language", []byte{0x1B, 0x04}, turkish, "€"},
		{"carriage return 2", []byte{0x1B, 0x0D}, gsm7.Tables{}, "\r"},
		{"two escapes are a space", []byte{0x1B, 0x1B, 'a'}, gsm7.Tables{}, " a"},
		{"escape at the end", []byte{'a', 0x1B}, gsm7.Tables{}, "a "},
		{"eighth bit", []byte{0x80 | 'a', 0x9B, 0xE5}, gsm7.Tables{}, "a€"},
		{"no character", []byte{0x0C}, gsm7.Tables{Locking: gsm7.Bengali}, " "},
		{"unknown languages", []byte{'$', 0x1B, 0x65}, gsm7.Tables{Locking: 14, Single: 255}, "¤€"},
		{"Spanish has no locking table", []byte{0x00, 0x1B, 'a'}, gsm7.Tables{Locking: gsm7.Spanish, Single: gsm7.Spanish}, "@á"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := gsm7.Decode(c.septets, c.tables); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("hello\x1B\x65\x1B"), byte(0), byte(0))
	f.Add([]byte{0x1B, 0x1B, 0x80, 0xFF}, byte(6), byte(13))
	f.Fuzz(func(t *testing.T, septets []byte, locking, single byte) {
		tables := gsm7.Tables{Locking: gsm7.Language(locking), Single: gsm7.Language(single)}
		text := gsm7.Decode(septets, tables)
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > len(septets) {
			t.Fatalf("% X decodes to %q", septets, text)
		}
		again, missing := gsm7.NewEncoder(tables).AppendEncode(nil, text)
		if back := gsm7.Decode(again, tables); missing == 0 && back != text {
			t.Fatalf("%q comes back as %q", text, back)
		}
	})
}
