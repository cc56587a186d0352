package smsfile

import "time"

// alternateUnits are the units of Alternate_after by their beginnings.
var alternateUnits = [...]struct {
	prefix string
	unit   time.Duration
}{
	{"s", time.Second}, {"min", time.Minute}, {"h", time.Hour},
	{"d", 24 * time.Hour}, {"w", 7 * 24 * time.Hour},
}

// maxAlternateAfter bounds Alternate_after: the longest validity of a message,
// 63 weeks (3GPP TS 23.040 §9.2.3.12.1).
const maxAlternateAfter = 63 * 7 * 24 * time.Hour

// maxAlternates bounds the lists of both headers.
const maxAlternates = 32

// parseAfter reads one wait of Alternate_after, Viesti's own header: a number
// and a unit such as `30 min`, `2 hours` or `1 day`. ok is false for anything
// else, for zero and beyond maxAlternateAfter.
func parseAfter(value []byte) (after time.Duration, ok bool) {
	n, rest := leadingInt(value)
	rest = trimLeftBlanks(rest)
	for _, u := range alternateUnits {
		if hasPrefixFold(rest, u.prefix) {
			after = time.Duration(n) * u.unit
			return after, after > 0 && after <= maxAlternateAfter
		}
	}
	return 0, false
}
