package split_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	"github.com/viesti-sms/viesti/services/internal/core/split"
)

// partsOf returns the parts that ends make of data.
func partsOf(data []byte, ends split.Ends) [][]byte {
	var parts [][]byte
	for i := range ends {
		parts = append(parts, ends.Part(data, i))
	}
	return parts
}

func TestSeptets(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"empty", "", nil},
		{"one part", a(10), []string{a(10)}},
		{"full parts", a(20), []string{a(10), a(10)}},
		{"one more", a(21), []string{a(10), a(10), "a"}},
		{"escape at the end of a part", a(9) + "€bc", []string{a(9), "€bc"}},
		{"escape that just fits", a(8) + "€bc", []string{a(8) + "€", "bc"}},
		{"escapes only", strings.Repeat("€", 7), []string{"€€€€€", "€€"}},
		{"odd, then escapes", "a" + strings.Repeat("€", 7), []string{"a€€€€", "€€€"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			septets, _ := gsm7.NewEncoder(gsm7.Tables{}).AppendEncode(nil, c.text)
			ends, err := split.Septets(septets, 10, gsm7.Tables{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range partsOf(septets, ends) {
				got = append(got, gsm7.Decode(p, gsm7.Tables{}))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSeptetsEscapes cuts what no encoder writes: rows of escapes.
func TestSeptetsEscapes(t *testing.T) {
	for _, c := range []struct {
		septets string
		want    split.Ends
	}{
		{"aaaaaaa\x1B\x1Ba", split.Ends{7, 10}},
		{"aaaaaa\x1B\x1Bbb", split.Ends{8, 10}},
		{strings.Repeat("\x1B", 17), split.Ends{8, 16, 17}},
	} {
		ends, err := split.Septets([]byte(c.septets), 8, gsm7.Tables{})
		if diff := cmp.Diff(c.want, ends); diff != "" || err != nil {
			t.Errorf("%q, %v (-want +got):\n%s", c.septets, err, diff)
		}
	}
}

// TestSeptetsMarks keeps the vowel signs of Hindi with their letters.
func TestSeptetsMarks(t *testing.T) {
	tables := gsm7.Tables{Locking: gsm7.Hindi, Single: gsm7.Hindi}
	septets, missing := gsm7.NewEncoder(tables).AppendEncode(nil, "aaaaaaaकि॑bc")
	if missing != 0 {
		t.Fatal(missing, "characters are missing")
	}
	for size, want := range map[int]split.Ends{8: {7, 13}, 9: {7, 13}, 10: {7, 13}, 11: {11, 13}} {
		ends, err := split.Septets(septets, size, tables)
		if diff := cmp.Diff(want, ends); diff != "" || err != nil {
			t.Errorf("size %d, %v (-want +got):\n%s", size, err, diff)
		}
	}
}

func TestUCS2(t *testing.T) {
	const family = "👨‍👩‍👧‍👦" // 11 units
	for _, c := range []struct {
		name  string
		units int
		text  string
		want  []string
	}{
		{"plain", 4, "abcdefghi", []string{"abcd", "efgh", "i"}},
		{"line end is no cluster", 4, "abc\r\nd", []string{"abc\r", "\nd"}},
		{"pair", 4, "abc😀d", []string{"abc", "😀d"}},
		{"pair that just fits", 4, "ab😀cd", []string{"ab😀", "cd"}},
		{"combining mark", 4, "abce\u0301d", []string{"abc", "e\u0301d"}},
		{"two marks", 5, "abce\u0301\u0323d", []string{"abc", "e\u0301\u0323d"}},
		{"spacing mark", 4, "abcकिd", []string{"abc", "किd"}},
		{"joined emoji", 12, "ab" + family + "c", []string{"ab", family + "c"}},
		{"joined emoji that just fit", 13, "ab" + family + "c", []string{"ab" + family, "c"}},
		{"variation selector", 4, "abc❤️d", []string{"abc", "❤️d"}},
		{"keycap", 5, "abc1️⃣d", []string{"abc", "1️⃣d"}},
		{"skin tone", 6, "abc👍🏽d", []string{"abc", "👍🏽d"}},
		{"flag", 6, "abc🇫🇮d", []string{"abc", "🇫🇮d"}},
		{"flags", 10, "🇫🇮🇸🇪🇳🇴", []string{"🇫🇮🇸🇪", "🇳🇴"}},
		{"region flag", 15, "ab🏴󠁧󠁢󠁳󠁣󠁴󠁿", []string{"ab", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"}},
		{"cluster longer than a part", 4, "a\u0301\u0302\u0303\u0304\u0305b", []string{"a\u0301\u0302\u0303", "\u0304\u0305b"}},
		{"pairs longer than a part", 5, "😀\u200D😀\u200D😀", []string{"😀\u200D😀", "\u200D😀"}},
		{"starts with a mark", 4, "\u0301bcdef", []string{"\u0301bcd", "ef"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			octets := ucs2.AppendEncode(nil, c.text)
			ends, err := split.UCS2(octets, 2*c.units)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range partsOf(octets, ends) {
				text, _ := ucs2.Decode(p)
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUCS2Odd cuts octets that are no text.
func TestUCS2Odd(t *testing.T) {
	for _, c := range []struct {
		octets string
		size   int
		want   split.Ends
	}{
		{"abcdefghi", 9, split.Ends{8, 9}},
		{"abcdef\xD8\x3D\xD8\x3D\xDE\x00", 8, split.Ends{8, 12}},
		{"abcdef\xDE\x00\xDE\x00", 8, split.Ends{8, 10}},
		{"abcdef\xD8\x3D\xDE", 8, split.Ends{8, 9}},
	} {
		ends, err := split.UCS2([]byte(c.octets), c.size)
		if diff := cmp.Diff(c.want, ends); diff != "" || err != nil {
			t.Errorf("%q, %v (-want +got):\n%s", c.octets, err, diff)
		}
	}
}

func TestOctets(t *testing.T) {
	data := bytes.Repeat([]byte{0x1B}, 270)
	for size, want := range map[int]split.Ends{134: {134, 268, 270}, 270: {270}, 135: {135, 270}} {
		ends, err := split.Octets(data, size)
		if diff := cmp.Diff(want, ends); diff != "" || err != nil {
			t.Errorf("size %d, %v (-want +got):\n%s", size, err, diff)
		}
	}
}

func TestTooManyParts(t *testing.T) {
	plain, pairs := make([]byte, 2550), bytes.Repeat([]byte{0xD8, 0x3D, 0xDE, 0x00}, 600)
	if ends, err := split.Octets(plain, 10); err != nil || len(ends) != split.MaxParts {
		t.Errorf("255 parts: %d, %v", len(ends), err)
	}
	for name, cut := range map[string]func() (split.Ends, error){
		"octets": func() (split.Ends, error) { return split.Octets(append(plain, 0), 10) },
		"moved by escapes": func() (split.Ends, error) {
			return split.Septets(bytes.Repeat([]byte{0x1B, 0x65}, 1100), 9, gsm7.Tables{})
		},
		"moved by surrogate": func() (split.Ends, error) { return split.UCS2(pairs, 10) },
		"size of nothing":    func() (split.Ends, error) { return split.Octets(plain, -1) },
	} {
		if _, err := cut(); !errors.Is(err, split.ErrTooManyParts) {
			t.Errorf("%s: %v, want %v", name, err, split.ErrTooManyParts)
		}
	}
}

func TestNumbered(t *testing.T) {
	for _, c := range []struct {
		length, parts, width int
	}{
		{1, 1, 4}, {9 * 16, 9, 4}, {9*16 + 1, 11, 6}, {99 * 14, 99, 6}, {99*14 + 1, 116, 8}, {255 * 12, 255, 8},
	} {
		data := make([]byte, c.length)
		ends, width, err := split.Numbered(func(width int) (split.Ends, error) { return split.Octets(data, 20-width) })
		if len(ends) != c.parts || width != c.width || err != nil {
			t.Errorf("%d: %d parts of width %d, %v, want %d of %d", c.length, len(ends), width, err, c.parts, c.width)
		}
	}
	_, _, err := split.Numbered(func(width int) (split.Ends, error) { return split.Octets(make([]byte, 255*12+1), 20-width) })
	if !errors.Is(err, split.ErrTooManyParts) {
		t.Errorf("256 parts: %v", err)
	}
}

func TestAppendNumber(t *testing.T) {
	for _, c := range []struct {
		seq, total, width int
		want              string
	}{{1, 3, 4, "x1/3 "}, {7, 12, 6, "x7/12  "}, {12, 12, 6, "x12/12 "}, {1, 100, 8, "x1/100   "}, {100, 255, 8, "x100/255 "}} {
		if got := string(split.AppendNumber([]byte("x"), c.seq, c.total, c.width)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
