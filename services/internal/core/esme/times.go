package esme

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// timeLen is the length of a time, without its NUL (SMPP 3.4 §7.1.1).
const timeLen = 16

// ParseTime reads an absolute or relative time, YYMMDDhhmmsstnnp (SMPP 3.4
// §7.1.1); ok is false when it is none. A relative one counts from now.
func ParseTime(text []byte, now time.Time) (t time.Time, ok bool) {
	if len(text) != timeLen {
		return time.Time{}, false
	}
	var pair [6]int
	for i := range pair {
		if pair[i], ok = number(text[2*i : 2*i+2]); !ok {
			return time.Time{}, false
		}
	}
	tenths, ok1 := number(text[12:13])
	quarters, ok2 := number(text[13:15])
	if !ok1 || !ok2 {
		return time.Time{}, false
	}
	switch sign := text[15]; sign {
	case 'R':
		return relative(pair, now), tenths == 0 && quarters == 0
	case '+', '-':
		return absolute(pair, tenths, quarters, sign == '-')
	}
	return time.Time{}, false
}

func number(digits []byte) (n int, ok bool) {
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = 10*n + int(d-'0')
	}
	return n, true
}

func relative(p [6]int, now time.Time) time.Time {
	return now.AddDate(p[0], p[1], p[2]).Add(time.Duration(p[3])*time.Hour + time.Duration(p[4])*time.Minute + time.Duration(p[5])*time.Second)
}

// absolute reads a local time that is so many quarters of an hour from UTC.
func absolute(p [6]int, tenths, quarters int, behind bool) (time.Time, bool) {
	const century, mostQuarters = 2000, 48
	const tenth, quarter = 100 * time.Millisecond, 15 * time.Minute
	t := time.Date(century+p[0], time.Month(p[1]), p[2], p[3], p[4], p[5], 0, time.UTC)
	real := t.Month() == time.Month(p[1]) && t.Day() == p[2] && t.Hour() == p[3] && t.Minute() == p[4] && t.Second() == p[5]
	offset := time.Duration(quarters) * quarter
	if behind {
		offset = -offset
	}
	return t.Add(time.Duration(tenths)*tenth - offset), real && quarters <= mostQuarters
}

// FormatTime writes an absolute time in UTC.
func FormatTime(t time.Time) string { return t.UTC().Format("060102150405") + "000+" }

// schedule reads schedule_delivery_time; none, and the present second, which many
// clients write without its fraction, is the zero time.
func schedule(text []byte, now time.Time, furthest time.Duration) (time.Time, error) {
	if len(text) == 0 {
		return time.Time{}, nil
	}
	t, ok := ParseTime(text, now)
	switch {
	case !ok, t.Before(now.Truncate(time.Second)), t.After(now.Add(furthest)):
		return time.Time{}, smpp.RInvSched
	case !t.After(now):
		return time.Time{}, nil
	}
	return t, nil
}

// validity reads validity_period and shortens it to the longest one allowed, which
// also holds where none is given; a longest of 0 allows any.
func validity(text []byte, now, deliver time.Time, longest time.Duration) (time.Time, error) {
	var t time.Time
	if len(text) > 0 {
		var ok bool
		if t, ok = ParseTime(text, now); !ok || !t.After(now) || t.Before(deliver) {
			return time.Time{}, smpp.RInvExpiry
		}
	}
	if longest == 0 {
		return t, nil
	}
	from := now
	if deliver.After(now) {
		from = deliver
	}
	if last := from.Add(longest); t.IsZero() || t.After(last) {
		return last, nil
	}
	return t, nil
}
