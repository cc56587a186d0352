package tpdu

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimestamps(t *testing.T) {
	hours := func(h float64) *time.Location { return time.FixedZone("", int(h*3600)) }
	tests := []struct {
		name   string
		octets string
		want   time.Time
	}{
		{"east", "42506070809021", time.Date(2024, 5, 6, 7, 8, 9, 0, hours(3))},
		{"west", "4250502283902A", time.Date(2024, 5, 5, 22, 38, 9, 0, hours(-5.5))},
		{"far west", "42502022839088", time.Date(2024, 5, 2, 22, 38, 9, 0, hours(-2))},
		{"most negative", "4250202283909F", time.Date(2024, 5, 2, 22, 38, 9, 0, hours(-19.75))},
		{"leap day", "42209200000000", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"last of the century", "99211332959500", time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"first year", "09101000000000", time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"last year", "98101000000000", time.Date(2089, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reader{octets: unhex(t, tt.octets)}
			got := r.timestamp("TP-SCTS")
			_, offset := got.Time.Zone()
			_, wantOffset := tt.want.Zone()
			if !got.Time.Equal(tt.want) || offset != wantOffset || len(r.warnings) > 0 {
				t.Errorf("got %v, %v; want %v", got.Time, r.warnings, tt.want)
			}
			if s := NewTimestamp(tt.want); s.Octets != [7]byte(unhex(t, tt.octets)) || !s.Time.Equal(tt.want) {
				t.Errorf("encoded %X, %v", s.Octets, s.Time)
			}
		})
	}
}

func TestImpossibleTimestamps(t *testing.T) {
	tests := []struct {
		name   string
		octets string
		want   []string
		usable bool
	}{
		{"nothing", "00000000000000", []string{warnDay}, false},
		{"month", "42316070809021", []string{warnDate}, false},
		{"31st of June", "42601370809021", []string{warnDay}, false},
		{"29th of February", "32209270809021", []string{warnDay}, false},
		{"hour", "42506042809021", []string{warnTime}, false},
		{"minute and second", "42506070060621", []string{warnTime}, false},
		{"no digits", "FFFFFFFFFFFFFF", []string{warnStampDigit, warnStampDigit, warnZone}, false},
		{"zone", "425060708090F1", []string{warnZone}, true},
		{"day", "42502370809021", []string{warnDate}, false},
		{"cut short", "425060", []string{warnTruncated}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			octets := unhex(t, tt.octets)
			r := reader{octets: octets}
			got := r.timestamp("TP-SCTS")
			if !slices.Equal(texts(r.warnings), tt.want) || got.Time.IsZero() == tt.usable {
				t.Errorf("got %v, %v; want %v", got.Time, r.warnings, tt.want)
			}
			if len(octets) == 7 && got.Octets != [7]byte(octets) {
				t.Errorf("kept %X of %X", got.Octets, octets)
			}
		})
	}
}

func TestTimestampCutsZone(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600+7*60))
	s := NewTimestamp(moment)
	_, offset := s.Time.Zone()
	if !s.Time.Equal(moment.Truncate(time.Second)) || offset != 3600 {
		t.Errorf("got %v of %v", s.Time, moment)
	}
	far := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 23*3600))
	if s := NewTimestamp(far); !s.Time.Equal(far) || s.Octets[6] != 0 {
		t.Errorf("got %v, %X of %v", s.Time, s.Octets, far)
	}
}

func TestTimestampRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := timestampGen().Draw(t, "time stamp")
		r := reader{octets: want.Octets[:]}
		got := r.timestamp("TP-SCTS")
		if !got.Time.Equal(want.Time) || got.Octets != want.Octets || len(r.warnings) > 0 {
			t.Fatalf("got %v, want %v, %v", got, want, r.warnings)
		}
	})
}
