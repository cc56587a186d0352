package gsm7_test

import (
	"bytes"
	"testing"

	"github.com/warthog618/sms/encoding/gsm7"
	"pgregory.net/rapid"

	ours "github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		name    string
		tables  ours.Tables
		text    string
		want    []byte
		missing int
	}{
		{"plain", ours.Tables{}, "a@$_", []byte{'a', 0, 2, 0x11}, 0},
		{"extension", ours.Tables{}, "^{}\\[~]|€\f", []byte{
			0x1B, 0x14, 0x1B, 0x28, 0x1B, 0x29, 0x1B, 0x2F, 0x1B, 0x3C, 0x1B, 0x3D, 0x1B, 0x3E, 0x1B, 0x40, 0x1B, 0x65, 0x1B, 0x0A,
		}, 0},
		{"Greek and the currency sign", ours.Tables{}, "ΔΞ¤", []byte{0x10, 0x1A, 0x24}, 0},
		{"missing", ours.Tables{}, "aяb\x1Bç😀\x00", []byte("ab"), 5},
		{"Turkish euro", ours.Tables{Locking: ours.Turkish}, "€ş", []byte{0x04, 0x1D}, 0},
		{"Turkish single shift", ours.Tables{Single: ours.Turkish}, "ş", []byte{0x1B, 0x73}, 0},
		{"two scripts", ours.Tables{Locking: ours.Hindi, Single: ours.Urdu}, "अ۴", []byte{0x03, 0x1B, 0x20}, 0},
		{"first of two places", ours.Tables{Single: ours.Bengali}, "^*", []byte{0x1B, 0x14, '*'}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			septets, missing := ours.NewEncoder(c.tables).AppendEncode([]byte("x"), c.text)
			if !bytes.Equal(septets[1:], c.want) || missing != c.missing {
				t.Errorf("got % X and %d missing, want % X and %d", septets[1:], missing, c.want, c.missing)
			}
		})
	}
}

func TestCode(t *testing.T) {
	encoder := ours.NewEncoder(ours.Tables{})
	for r, want := range map[rune]int{'a': 1, '€': 2, 'я': 0, '😀': 0, -1: 0, 0x10FFFF: 0} {
		if got := encoder.Code(r).Septets(); got != want {
			t.Errorf("%q costs %d septets, want %d", r, got, want)
		}
	}
}

// TestEncodeOracle compares with github.com/warthog618/sms for the default alphabet.
func TestEncodeOracle(t *testing.T) {
	encoder := ours.NewEncoder(ours.Tables{})
	characters := rapid.SampledFrom([]rune(ours.Decode(everySeptet(), ours.Tables{}) + "^{}\\[~]|€\f"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(characters).Draw(t, "text")
		want, err := gsm7.Encode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, missing := encoder.AppendEncode(nil, text); missing != 0 || !bytes.Equal(got, want) {
			t.Fatalf("%q is % X with %d missing, want % X", text, got, missing, want)
		}
	})
}

func everySeptet() []byte {
	var all []byte
	for s := range byte(0x80) {
		if s != ours.Escape {
			all = append(all, s)
		}
	}
	return all
}

// TestOnTheAir takes text through septets and octets and back, with any tables
// and any number of fill bits.
func TestOnTheAir(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.Map(rapid.Uint8Range(0, uint8(ours.LastLanguage)), func(l uint8) ours.Language { return ours.Language(l) })
		tables := ours.Tables{Locking: language.Draw(t, "locking"), Single: language.Draw(t, "single")}
		n := int(rapid.Byte().Draw(t, "length")) % 161
		text := ours.Decode(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "septets"), tables)
		fill := rapid.IntRange(0, 6).Draw(t, "fill")
		septets, missing := ours.NewEncoder(tables).AppendEncode(nil, text)
		if missing > 0 {
			return // a space that a table of the language does not have
		}
		packed := tpdu.PackSeptets(nil, septets, fill)
		unpacked := tpdu.UnpackSeptets(nil, packed, fill, len(septets))
		if got := ours.Decode(unpacked, tables); got != text {
			t.Fatalf("%q comes back as %q", text, got)
		}
	})
}
