package smsdconf

import (
	"strconv"
	"strings"
)

// maxPeriod bounds the number of a validity period; all that is longer is the maximum anyway.
const maxPeriod = 1 << 20

// validities accepts a relative validity period octet or a period such as
// "3 days" (3GPP TS 23.040 §9.2.3.12.1; smstools spec §1.8).
func validities() parser[uint8] {
	return parser[uint8]{"a number from 0 to 255 or a period such as 3 days", func(value string) (uint8, outcome) {
		if n, err := strconv.ParseUint(value, 10, 8); err == nil {
			return uint8(n), taken
		}
		octet, ok := validityOfPeriod(value)
		return octet, acceptedIf(ok)
	}}
}

// validityOfPeriod reads "N unit", or a unit alone for one of it. The unit counts
// in any case, as the manual says; smsd itself refuses to start with "2 HOURS".
func validityOfPeriod(value string) (uint8, bool) {
	n, result := leadingInt(value)
	if result == refused {
		n = 1
		if strings.ContainsAny(value, " \t0123456789") {
			return 0, false
		}
	}
	if n < 1 {
		return 0, false
	}
	return validityOfUnit(min(n, maxPeriod), strings.ToLower(value))
}

// validityOfUnit finds the unit within the text, the shortest first.
func validityOfUnit(n int, unit string) (uint8, bool) {
	switch {
	case strings.Contains(unit, "min"):
		return validityOfMinutes(n), true
	case strings.Contains(unit, "hour"):
		return validityOfHours(n), true
	case strings.Contains(unit, "day"):
		return validityOfDays(n), true
	case strings.Contains(unit, "week"):
		return validityOfWeeks(n), true
	case strings.Contains(unit, "month"):
		return validityOfMonths(n), true
	case strings.Contains(unit, "year"):
		return validityOfWeeks(n * 52), true
	default:
		return 0, false
	}
}

// The octet counts 5 minutes up to 143, half hours up to 167, days up to 196 and
// weeks up to 255; what lies between is rounded down.

func validityOfMinutes(n int) uint8 {
	switch {
	case n < 5:
		return 0
	case n <= 720:
		return uint8(n/5 - 1)
	default:
		return validityOfHours(n / 60)
	}
}

func validityOfHours(n int) uint8 {
	switch {
	case n <= 12:
		return validityOfMinutes(n * 60)
	case n <= 24:
		return uint8(143 + (n-12)*2)
	default:
		return validityOfDays(n / 24)
	}
}

func validityOfDays(n int) uint8 {
	switch {
	case n <= 1:
		return validityOfHours(n * 24)
	case n <= 30:
		return uint8(166 + n)
	case n <= 34:
		return 196
	default:
		return validityOfWeeks(n / 7)
	}
}

func validityOfWeeks(n int) uint8 {
	switch {
	case n < 5:
		return validityOfDays(n * 7)
	case n <= 63:
		return uint8(192 + n)
	default:
		return 255
	}
}

// validityOfMonths counts 30 days a month, and 365 days for twelve of them.
func validityOfMonths(n int) uint8 {
	if n == 12 {
		return validityOfDays(365)
	}
	return validityOfDays(n * 30)
}
