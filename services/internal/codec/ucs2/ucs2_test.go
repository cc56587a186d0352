package ucs2_test

import (
	"bytes"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	other "github.com/warthog618/sms/encoding/ucs2"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		text string
		want []byte
	}{
		{"", nil},
		{"aя日", []byte{0, 'a', 0x04, 0x4F, 0x65, 0xE5}},
		{"😀", []byte{0xD8, 0x3D, 0xDE, 0x00}},
		{"\U0010FFFF", []byte{0xDB, 0xFF, 0xDF, 0xFF}},
		{"\xFF", []byte{0xFF, 0xFD}},
	} {
		if got := ucs2.AppendEncode(nil, c.text); !bytes.Equal(got, c.want) {
			t.Errorf("%q is % X, want % X", c.text, got, c.want)
		}
	}
}

func TestAppendRune(t *testing.T) {
	for r, want := range map[rune][]byte{
		0xD83D: {0xD8, 0x3D}, -1: {0xFF, 0xFD}, 0x110000: {0xFF, 0xFD}, 0xFFFF: {0xFF, 0xFF}, 0x10000: {0xD8, 0, 0xDC, 0},
	} {
		if got := ucs2.AppendRune(nil, r); !bytes.Equal(got, want) {
			t.Errorf("%X is % X, want % X", r, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name   string
		octets []byte
		want   string
		clean  bool
	}{
		{"empty", nil, "", true},
		{"plain", []byte{0, 'a', 0x04, 0x4F}, "aя", true},
		{"pair", []byte{0xD8, 0x3D, 0xDE, 0x00}, "😀", true},
		{"high alone", []byte{0xD8, 0x3D, 0, 'a'}, "\uFFFDa", false},
		{"high at the end", []byte{0, 'a', 0xD8, 0x3D}, "a\uFFFD", false},
		{"low alone", []byte{0xDE, 0x00, 0, 'a'}, "\uFFFDa", false},
		{"wrong order", []byte{0xDE, 0x00, 0xD8, 0x3D}, "\uFFFD\uFFFD", false},
		{"odd octet", []byte{0, 'a', 0x0A}, "a\uFFFD", false},
		{"half a pair", []byte{0xD8, 0x3D, 0xDE}, "\uFFFD\uFFFD", false},
		{"replacement character", []byte{0xFF, 0xFD}, "\uFFFD", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, clean := ucs2.Decode(c.octets); got != c.want || clean != c.clean {
				t.Errorf("got %q, %v, want %q, %v", got, clean, c.want, c.clean)
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		octets := ucs2.AppendEncode(nil, text)
		if want := other.Encode([]rune(text)); !bytes.Equal(octets, want) {
			t.Fatalf("%q is % X, want % X", text, octets, want)
		}
		if got, clean := ucs2.Decode(octets); got != text || !clean {
			t.Fatalf("%q comes back as %q, %v", text, got, clean)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xD8, 0x3D, 0xDE, 0x00, 0xDE, 0x00, 0x41})
	f.Fuzz(func(t *testing.T, octets []byte) {
		text, _ := ucs2.Decode(octets)
		var units []uint16
		for i := 0; i+1 < len(octets); i += 2 {
			units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
		}
		want := string(utf16.Decode(units))
		if len(octets)%2 == 1 {
			want += string(utf8.RuneError)
		}
		if text != want {
			t.Fatalf("% X is %q, want %q", octets, text, want)
		}
		if n := countBackwards(octets); n != utf8.RuneCountInString(text) {
			t.Fatalf("% X has %d characters from the end, %d from the start", octets, n, utf8.RuneCountInString(text))
		}
	})
}

func countBackwards(octets []byte) int {
	n := 0
	for ; len(octets) > 0; n++ {
		_, size, _ := ucs2.RuneBefore(octets)
		octets = octets[:len(octets)-size]
	}
	return n
}
