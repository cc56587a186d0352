package smsfile

import (
	"bytes"
	"strings"
)

// NormaliseNumber is the destination number of a To header value (smstools spec
// §1.3): digits, `*` and `#`, led by "s" for a short number; empty when nothing
// is left. The number may stand in a longer text such as `"Anna +358401234567"`.
func NormaliseNumber(value []byte) string {
	s := trimBlanks(value)
	if rest, ok := bytes.CutPrefix(s, []byte("00")); ok {
		s = rest
	} else if i := bytes.IndexByte(s, '+'); i >= 0 {
		s = s[i+1:]
	}
	return shortOrLong(dialled(s))
}

// dialled keeps the leading "s" of a short number and the dialling characters up
// to the first other one, without blanks and dashes.
func dialled(s []byte) string {
	var out strings.Builder
	for i, c := range s {
		switch {
		case isDigit(c), c == '*', c == '#', c == 's' && i == 0:
			out.WriteByte(c)
		case c == ' ', c == '\t', c == '-':
		default:
			return out.String()
		}
	}
	return out.String()
}

// shortOrLong makes a lone "s" empty.
func shortOrLong(number string) string {
	if number == "s" {
		return ""
	}
	return number
}

// normaliseSMSC is the number of an SMSC header: blanks removed, a leading `00`
// or `+` removed (smstools spec §1.2).
func normaliseSMSC(value []byte) string {
	s := string(bytes.ReplaceAll(value, []byte{' '}, nil))
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		return rest
	}
	return strings.TrimPrefix(s, "+")
}

// splitNumbers reads a list of numbers separated by commas; ok is false when an
// entry holds no number.
func splitNumbers(value []byte) (numbers []string, ok bool) {
	for _, entry := range bytes.Split(value, []byte{','}) {
		number := NormaliseNumber(entry)
		if number == "" {
			return nil, false
		}
		numbers = append(numbers, number)
	}
	return numbers, true
}
