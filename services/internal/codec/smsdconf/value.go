package smsdconf

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxNumber bounds all numbers, as an int of 32 bits does in smsd.
const maxNumber = math.MaxInt32

// parser turns a value of the file into a V.
type parser[V any] struct {
	// values completes the sentence "give ..." when a value is refused.
	values string
	parse  func(value string) (V, outcome)
}

// into returns a function that parses and stores what is not refused.
func (p parser[V]) into(at *V) func(string) outcome {
	return func(value string) outcome {
		v, result := p.parse(value)
		if result != refused {
			*at = v
		}
		return result
	}
}

func texts() parser[string] {
	return parser[string]{"any text", func(value string) (string, outcome) { return value, taken }}
}

// parseBool knows booleans by their first character, and those that begin with o
// by their second one (smstools spec §6.1).
func parseBool(value string) (yes, ok bool) {
	v := strings.ToLower(value)
	switch {
	case v == "":
		return false, false
	case strings.ContainsRune("1yt", rune(v[0])), strings.HasPrefix(v, "on"):
		return true, true
	case strings.ContainsRune("0nf", rune(v[0])), strings.HasPrefix(v, "of"):
		return false, true
	default:
		return false, false
	}
}

func booleans() parser[bool] {
	return parser[bool]{"yes or no", func(value string) (bool, outcome) {
		yes, ok := parseBool(value)
		return yes, acceptedIf(ok)
	}}
}

func acceptedIf(ok bool) outcome {
	if ok {
		return taken
	}
	return refused
}

// leadingInt reads the number at the beginning of a value; smsd ignores what
// follows it, so that such values are in use.
func leadingInt(value string) (int, outcome) {
	if value == "" {
		return 0, takenAsZero
	}
	digits := 0
	if strings.HasPrefix(value, "-") || strings.HasPrefix(value, "+") {
		digits = 1
	}
	end := digits
	for end < len(value) && value[end] >= '0' && value[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(value[:end])
	switch {
	case err != nil:
		return 0, refused
	case end < len(value):
		return n, takenInPart
	default:
		return n, taken
	}
}

func integers(lo, hi int) parser[int] {
	values := "a number from " + strconv.Itoa(lo) + " to " + strconv.Itoa(hi)
	if hi == maxNumber {
		values = "a number of at least " + strconv.Itoa(lo)
	}
	return parser[int]{values, func(value string) (int, outcome) {
		n, result := leadingInt(value)
		if n < lo || n > hi {
			return 0, refused
		}
		return n, result
	}}
}

// numbered accepts the given numbers alone.
func numbered(valid ...int) parser[int] {
	words := make([]string, len(valid))
	for i, n := range valid {
		words[i] = strconv.Itoa(n)
	}
	return parser[int]{"one of " + strings.Join(words, ", "), func(value string) (int, outcome) {
		n, result := leadingInt(value)
		if !slices.Contains(valid, n) {
			return 0, refused
		}
		return n, result
	}}
}

// durations accepts numbers of units, up to what a time.Duration can hold.
func durations(unit time.Duration, lo int) parser[time.Duration] {
	p := integers(lo, int(min(maxNumber, math.MaxInt64/int64(unit))))
	return parser[time.Duration]{p.values, func(value string) (time.Duration, outcome) {
		n, result := p.parse(value)
		return time.Duration(n) * unit, result
	}}
}

// yesNoOr accepts booleans as 0 and 1, and values that begin with one of the
// words as 2; the words are tried first.
func yesNoOr[V ~uint8](words ...string) parser[V] {
	return parser[V]{"yes, no or " + strings.Join(words, " or "), func(value string) (V, outcome) {
		lower := strings.ToLower(value)
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(lower, w) }) {
			return 2, taken
		}
		yes, ok := parseBool(value)
		if yes {
			return 1, taken
		}
		return 0, acceptedIf(ok)
	}}
}

// items splits a list at its commas; empty items are left out.
func items(value string) []string {
	var list []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

func lists() parser[[]string] {
	return parser[[]string]{"a list with commas", func(value string) ([]string, outcome) {
		return items(value), taken
	}}
}
