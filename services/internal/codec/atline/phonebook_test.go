package atline

import (
	"errors"
	"testing"
)

func TestParseCPBR(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Contact{
		`+CPBR: 1,"+35840123",145,"Ann, B"`:            {1, "+35840123", "Ann, B"},
		`+CPBR: 12,"040123",129,"","2026/01/01,10:00"`: {12, "040123", ""},
		`+CPBR: 3,""`: {3, "", ""},
	} {
		if got, err := ParseCPBR(line); got != want || err != nil {
			t.Errorf("%s: %+v, %v", line, got, err)
		}
	}
	for _, line := range []string{"+CPBR: x", "+CPBR: 1", "+CPBS: 1,\"\"", ""} {
		if _, err := ParseCPBR(line); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", line, err)
		}
	}
	for line, want := range map[string]int{"+CPBR: (1-10),40,20": 10, "+CPBR: (1-250),(40),(20)": 250, "+CPBR: (0-9),1": 0, "+CPBR: ": 0, "OK": 0} {
		if got, err := ParseCPBRRange(line); got != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %d, %v", line, got, err)
		}
	}
}
