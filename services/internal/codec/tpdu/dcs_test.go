package tpdu

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDCS(t *testing.T) {
	waiting := func(active, store bool, kind Indication) Waiting {
		return Waiting{Present: true, Active: active, Store: store, Kind: kind}
	}
	tests := map[byte]DCS{
		0x00: {},
		0x04: {Alphabet: Alphabet8Bit},
		0x08: {Alphabet: AlphabetUCS2},
		0x0C: {Reserved: true},
		0x03: {}, // the class bits mean nothing without bit 4
		0x10: {HasClass: true},
		0x11: {HasClass: true, Class: 1},
		0x12: {HasClass: true, Class: 2},
		0x18: {Alphabet: AlphabetUCS2, HasClass: true},
		0x24: {Alphabet: Alphabet8Bit, Compressed: true},
		0x3B: {Alphabet: AlphabetUCS2, Compressed: true, HasClass: true, Class: 3},
		0x40: {AutoDelete: true},
		0x55: {AutoDelete: true, Alphabet: Alphabet8Bit, HasClass: true, Class: 1},
		0x7C: {AutoDelete: true, Compressed: true, HasClass: true, Reserved: true},
		0x80: {Reserved: true},
		0xBF: {Reserved: true},
		0xC0: {Waiting: waiting(false, false, IndicationVoicemail)},
		0xC8: {Waiting: waiting(true, false, IndicationVoicemail)},
		0xC9: {Waiting: waiting(true, false, IndicationFax)},
		0xDA: {Waiting: waiting(true, true, IndicationEmail)},
		0xD3: {Waiting: waiting(false, true, IndicationOther)},
		0xE8: {Alphabet: AlphabetUCS2, Waiting: waiting(true, true, IndicationVoicemail)},
		0xF0: {HasClass: true},
		0xF4: {Alphabet: Alphabet8Bit, HasClass: true},
		0xF6: {Alphabet: Alphabet8Bit, HasClass: true, Class: 2},
		0xFB: {HasClass: true, Class: 3},
	}
	for octet, want := range tests {
		if diff := cmp.Diff(want, ParseDCS(octet)); diff != "" {
			t.Errorf("%02X: %s", octet, diff)
		}
	}
}

func TestSeptetCounting(t *testing.T) {
	for octet := range 0x100 {
		d := ParseDCS(byte(octet))
		want := d.Alphabet == AlphabetGSM7 && !d.Compressed
		if d.Septets() != want || d.Reserved && d.Alphabet != AlphabetGSM7 {
			t.Errorf("%02X: %+v, septets %v", octet, d, d.Septets())
		}
	}
}

func TestAlphabetNames(t *testing.T) {
	want := map[Alphabet]string{AlphabetGSM7: "gsm7", Alphabet8Bit: "8bit", AlphabetUCS2: "ucs2"}
	for alphabet, name := range want {
		if alphabet.String() != name {
			t.Errorf("%d is %q, want %q", alphabet, alphabet, name)
		}
	}
}
