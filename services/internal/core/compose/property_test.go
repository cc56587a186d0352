package compose_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/sms"
	other "github.com/warthog618/sms/encoding/gsm7"
	"github.com/warthog618/sms/encoding/tpdu"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	ours "github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// TestTextArrives sends any text and reads it with an independent decoder, the
// parts in any order.
func TestTextArrives(t *testing.T) {
	characters := rapid.OneOf(
		rapid.SampledFrom([]rune("abc XYZ@€[]~ΔÄ\n")),
		rapid.SampledFrom([]rune("яé日😀👍🏽\u0301\u200D🇫🇮")),
		// What stands behind an escape is another character, as in a PDU.
		rapid.Rune().Filter(func(r rune) bool { return r != rune(gsm7.Escape) }),
	)
	plain := rapid.SampledFrom([]rune("abc XYZ@€[]~ΔÄ\n"))
	rapid.Check(t, func(t *rapid.T) {
		n := length(1, 600).Draw(t, "length")
		text := rapid.StringOfN(rapid.SampledFrom([]*rapid.Generator[rune]{plain, characters}).Draw(t, "kind"), n, n, -1).Draw(t, "text")
		set := compose.DefaultSettings()
		set.Optical, set.Reference16 = false, rapid.Bool().Draw(t, "wide")
		m := mustCompose(t, golden(message.UTF8, text), &set)
		parts := rapid.Permutation(m.Parts).Draw(t, "order")
		if got := arrived(t, parts); got != strings.ReplaceAll(text, "¤", "€") && got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
		checkParts(t, m)
	})
}

// length draws long and short ones alike; rapid by itself prefers short ones.
func length(shortest, longest int) *rapid.Generator[int] {
	return rapid.Map(rapid.Uint32(), func(n uint32) int {
		return shortest + int(n*2654435761>>8)%(longest-shortest+1)
	})
}

// arrived joins parts as a handset does and returns their text.
func arrived(t rapid.TB, parts []compose.Part) string {
	var pieces []split.Piece
	var alphabet ours.Alphabet
	for _, p := range parts {
		d, err := ours.DecodeSubmit(p.TPDU)
		if err != nil || len(d.Warnings) > 0 {
			t.Fatalf("decoding %X: %v, %v", p.TPDU, err, d.Warnings)
		}
		place, ok := ours.Concatenation(d.UDH)
		if !ok {
			place = ours.Part{Total: 1, Seq: 1}
		}
		alphabet = ours.ParseDCS(d.DCS).Alphabet
		pieces = append(pieces, split.Piece{Part: place, Data: d.Data})
	}
	data, err := split.Join(pieces)
	if err != nil {
		t.Fatal(err)
	}
	if alphabet == ours.AlphabetUCS2 {
		text, _ := ucs2.Decode(data)
		return text
	}
	return gsm7.Decode(data, gsm7.Tables{})
}

// checkParts holds what is true of every message, and that the independent
// decoder reads the same text as we do.
func checkParts(t rapid.TB, m *compose.Message) {
	var segments []*tpdu.TPDU
	for i, p := range m.Parts {
		pdu, err := sms.Unmarshal(p.TPDU, sms.AsMO)
		if err != nil {
			t.Fatalf("decoding part %d, %X: %v", i, p.TPDU, err)
		}
		if n := len(p.TPDU); n > 164 {
			t.Fatalf("part %d has %d octets", i, n)
		}
		segments = append(segments, pdu)
	}
	text, err := sms.Decode(segments)
	if got := arrived(t, m.Parts); err == nil && string(text) != got {
		t.Fatalf("the other decoder reads %q, we %q", text, got)
	}
}

// TestNationalTextArrives does the same for the tables of a language.
func TestNationalTextArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.Uint8Range(1, 13).Draw(t, "language")
		tables := gsm7.Tables{Locking: gsm7.Language(language), Single: gsm7.Language(language)}
		n := length(1, 500).Draw(t, "length")
		text := gsm7.Decode(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "septets"), tables)
		set := compose.DefaultSettings()
		m := mustCompose(t, with(message.Options{Language: &language}, golden(message.UTF8, text)), &set)
		got := ""
		for _, p := range m.Parts {
			got += nationalText(t, decodePart(t, p.TPDU))
		}
		if skip := strings.ContainsAny(text, "ँंःÊ\f\r"); !skip && len(m.Notices) == 0 && got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	})
}

// nationalText reads the text of a part with the other implementation's tables,
// which itself takes the identifiers 24 and 25 of 3GPP TS 23.040 for decimal.
func nationalText(t rapid.TB, pdu *tpdu.TPDU) string {
	var options []other.DecoderOption
	for _, element := range pdu.UDH {
		switch element.ID {
		case 0x24:
			options = append(options, other.WithExtCharset(int(element.Data[0])))
		case 0x25:
			options = append(options, other.WithCharset(int(element.Data[0])))
		}
	}
	text, err := other.Decode(pdu.UD, options...)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSameAgain: a message that is resumed has the same octets.
func TestSameAgain(t *testing.T) {
	set := compose.DefaultSettings()
	s := golden(message.UTF8, strings.Repeat("日本", 100))
	before := slices.Clone(s.Body.Reveal())
	if diff := cmp.Diff(mustCompose(t, s, &set), mustCompose(t, s, &set)); diff != "" {
		t.Errorf("second time (-first +second):\n%s", diff)
	}
	if !slices.Equal(before, s.Body.Reveal()) {
		t.Error("the body was changed")
	}
}

// TestPartsAreApart: to append to one part does not spoil another.
func TestPartsAreApart(t *testing.T) {
	set := compose.DefaultSettings()
	m := mustCompose(t, golden(message.Latin, strings.Repeat("x", 400)), &set)
	want := hexOf(m)
	for _, p := range m.Parts {
		_ = append(p.TPDU, "spoiled"...)
		_ = append(p.SMSC, "spoiled"...)
	}
	if diff := cmp.Diff(want, hexOf(m)); diff != "" {
		t.Errorf("parts (-before +after):\n%s", diff)
	}
}

// FuzzCompose tries any body with any options.
func FuzzCompose(f *testing.F) {
	f.Add([]byte("hi \x1B\xED\xA0\xBD😀"), []byte(nil), uint16(0), byte(0), byte(0))
	f.Add([]byte("\xFFabc"), []byte("\x02\x70\x00"), uint16(0xFFFF), byte(4), byte(13))
	f.Fuzz(func(t *testing.T, body, udh []byte, bits uint16, alphabet, language byte) {
		bit := func(n int) bool { return bits>>n&1 == 1 }
		set := compose.DefaultSettings()
		set.CSConvert, set.Optical, set.Reference16 = !bit(0), !bit(1), bit(2)
		o := message.Options{
			UDH: udh, Ping: bit(3), Flash: bit(4), UDHI: message.Tri(bits >> 5 & 3 % 3),
			System: message.System(bits >> 7 & 3), Split: new(message.Split(bits >> 9 & 7)), Replace: uint8(bits >> 12),
		}
		if language > 0 {
			o.Language = new(language - 1)
		}
		m, err := compose.Compose(with(o, golden(message.Alphabet(alphabet%6), string(body))), &set)
		if rejection := new(compose.Rejection); err != nil && !errors.As(err, &rejection) {
			t.Fatalf("not a rejection: %v", err)
		}
		if err == nil {
			checkFuzzed(t, m)
		}
	})
}

func checkFuzzed(t *testing.T, m *compose.Message) {
	t.Helper()
	if len(m.Parts) == 0 || len(m.Parts) > split.MaxParts {
		t.Fatalf("%d parts", len(m.Parts))
	}
	for i, p := range m.Parts {
		d, err := ours.DecodeSubmit(p.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range d.Warnings {
			if w.Field != "TP-UDH" && !d.UDHI {
				t.Fatalf("part %d of %d, %s: %v", i, len(m.Parts), p.Hex(), w)
			}
		}
	}
	for _, n := range m.Notices {
		if n == "" || !strings.Contains(n, "GSM") || len(n) > 120 {
			t.Fatalf("notice %q of %d characters", n, utf8.RuneCountInString(n))
		}
	}
}
