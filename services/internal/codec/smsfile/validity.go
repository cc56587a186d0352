package smsfile

import "bytes"

// Units of time, in the order in which a value is searched for them
// (smstools spec §1.8).
var validityUnits = [...]struct {
	word   string
	toVP   func(n int) uint8
	factor int
}{
	{"min", vpOfMinutes, 1}, {"hour", vpOfHours, 1}, {"day", vpOfDays, 1},
	{"week", vpOfWeeks, 1}, {"month", vpOfMonths, 1}, {"year", vpOfDays, 365},
}

// ParseValidity reads the value of a Validity header or setting into the octet of
// a relative TP-VP (3GPP TS 23.040 §9.2.3.12.1), rounded down as smstools does
// (spec §1.8): a number 0 to 255 is the octet itself, otherwise a number and a
// lower-case unit somewhere behind it, or a first word that is a unit, in any
// case, for one of it. ok is false for anything else, which means the default:
// `2 HOURS` and `days` too, against the manual (smstools spec Appendix A).
func ParseValidity(value []byte) (vp uint8, ok bool) {
	switch {
	case isNumber(value):
		n := atoi(value)
		return uint8(n), n <= 255
	case startsWithInt(value):
		return vpOfUnits(atoi(value), value)
	default:
		return vpOfWord(value)
	}
}

// vpOfUnits is the octet of n of the first of the units that value names.
func vpOfUnits(n int, value []byte) (uint8, bool) {
	for _, u := range validityUnits {
		if n >= 1 && bytes.Contains(value, []byte(u.word)) {
			return u.toVP(n * u.factor), true
		}
	}
	return 0, false
}

// vpOfWord is the octet of one of the unit that value begins with.
func vpOfWord(value []byte) (uint8, bool) {
	word, _, _ := bytes.Cut(value, []byte{' '})
	for _, u := range validityUnits {
		if equalFold(word, u.word) {
			return u.toVP(u.factor), true
		}
	}
	return 0, false
}

// The octet counts 5 minutes up to 143, half hours up to 167, days up to 196 and
// weeks up to 255 (3GPP TS 23.040 §9.2.3.12.1).

func vpOfMinutes(n int) uint8 {
	switch {
	case n < 5:
		return 0
	case n <= 720:
		return uint8(n/5 - 1)
	default:
		return vpOfHours(n / 60)
	}
}

func vpOfHours(n int) uint8 {
	switch {
	case n <= 12:
		return vpOfMinutes(n * 60)
	case n <= 24:
		return uint8(143 + (n-12)*2)
	default:
		return vpOfDays(n / 24)
	}
}

func vpOfDays(n int) uint8 {
	switch {
	case n <= 1:
		return vpOfHours(24)
	case n <= 30:
		return uint8(166 + n)
	case n <= 34:
		return 196
	default:
		return vpOfWeeks(n / 7)
	}
}

func vpOfWeeks(n int) uint8 {
	switch {
	case n < 5:
		return vpOfDays(n * 7)
	case n <= 63:
		return uint8(192 + n)
	default:
		return 255
	}
}

// vpOfMonths counts 30 days a month, and 365 days for twelve of them.
func vpOfMonths(n int) uint8 {
	if n == 12 {
		return vpOfDays(365)
	}
	return vpOfDays(n * 30)
}
