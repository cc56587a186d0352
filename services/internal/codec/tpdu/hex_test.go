package tpdu

import (
	"bytes"
	"slices"
	"testing"
)

func TestDecodeHex(t *testing.T) {
	tests := []struct {
		name     string
		notation string
		want     string
		warnings []Warning
	}{
		{"clean", "07915AfF", "07915AFF", nil},
		{"nothing", "", "", nil},
		{"spaces", "07 91 5A", "07915A", []Warning{{"hex", 1, warnHexSpace}}},
		{"end of line", "0791\r\n", "0791", []Warning{{"hex", 2, warnHexTrailing}}},
		{"answer behind", "0791\r\nOK\r\n", "0791", []Warning{{"hex", 2, warnHexTrailing}}},
		{"odd", "07915", "0791", []Warning{{"hex", 2, warnHexOdd}}},
		{"no digits within", "07XY5A", "07FF5A", []Warning{{"hex", 1, warnHexDigit}}},
		{"half a pair", "079X5A", "079F5A", []Warning{{"hex", 1, warnHexDigit}}},
		{"only junk", "zz", "", []Warning{{"hex", 0, warnHexTrailing}}},
		{"several", "0 7zz5\n", "07FF", []Warning{
			{"hex", 0, warnHexSpace},
			{"hex", 1, warnHexDigit},
			{"hex", 2, warnHexTrailing},
			{"hex", 2, warnHexOdd},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, warnings := DecodeHex(tt.notation)
			if !bytes.Equal(got, unhex(t, tt.want)) || !slices.Equal(warnings, tt.warnings) {
				t.Errorf("got %X, %v; want %s, %v", got, warnings, tt.want, tt.warnings)
			}
		})
	}
}
