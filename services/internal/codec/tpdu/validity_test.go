package tpdu

import (
	"testing"
	"time"
)

func TestRelativeValidity(t *testing.T) {
	const day = 24 * time.Hour
	for octet, want := range map[byte]time.Duration{
		0: 5 * time.Minute, 11: time.Hour, 143: 12 * time.Hour, 144: 12*time.Hour + 30*time.Minute,
		167: day, 168: 2 * day, 196: 30 * day, 197: 35 * day, 244: 52 * 7 * day, 255: 63 * 7 * day,
	} {
		if got := RelativeValidity(octet); got != want {
			t.Errorf("%d: %v, want %v", octet, got, want)
		}
	}
	for octet := byte(1); octet != 0; octet++ {
		if RelativeValidity(octet) <= RelativeValidity(octet-1) {
			t.Errorf("%d is not longer than the one before", octet)
		}
	}
}

func TestRelativeOctet(t *testing.T) {
	for octet := range 256 {
		d := RelativeValidity(byte(octet))
		if got := RelativeOctet(d); got != byte(octet) {
			t.Errorf("%v is %d, want %d", d, got, octet)
		}
		if got, want := RelativeOctet(d+1), min(octet+1, 255); got != byte(want) {
			t.Errorf("more than %v is %d, want %d", d, got, want)
		}
	}
	if got := RelativeOctet(0); got != 0 {
		t.Errorf("no time is %d", got)
	}
}

func TestValidityDuration(t *testing.T) {
	enhanced := func(octets ...byte) Validity {
		v := Validity{Format: ValidityEnhanced}
		copy(v.Octets[:], octets)
		return v
	}
	tests := []struct {
		name   string
		v      Validity
		want   time.Duration
		ok     bool
		single bool
	}{
		{"none", Validity{}, 0, false, false},
		{"relative", Validity{Format: ValidityRelative, Relative: 11}, time.Hour, true, false},
		{"absolute", Validity{Format: ValidityAbsolute}, 0, false, false},
		{"enhanced, none", enhanced(0x40), 0, false, true},
		{"enhanced, relative", enhanced(0x41, 11), time.Hour, true, true},
		{"seconds", enhanced(0x02, 90), 90 * time.Second, true, false},
		{"no seconds", enhanced(0x02, 0), 0, false, false},
		{"clock", enhanced(0x03, 0x10, 0x20, 0x30), time.Hour + 2*time.Minute + 3*time.Second, true, false},
		{"impossible clock", enhanced(0x03, 0x42, 0, 0), 0, false, false},
		{"reserved", enhanced(0x04, 1), 0, false, false},
		{"extension", enhanced(0x81, 0, 11), 0, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.v.Duration()
			if ok != tt.ok || ok && got != tt.want || tt.v.SingleShot() != tt.single {
				t.Errorf("got %v, %v, single shot %v", got, ok, tt.v.SingleShot())
			}
		})
	}
}
