package smsfile

import (
	"testing"
	"time"
)

func TestFormatTime(t *testing.T) {
	at := time.Date(2026, 1, 4, 15, 4, 5, 0, time.FixedZone("EET", 2*3600)) // a Sunday
	for format, want := range map[string]string{
		"": "26-01-04 15:04:05", "%y-%m-%d %H:%M:%S": "26-01-04 15:04:05",
		"%Y%m%d": "20260104", "%F %T": "2026-01-04 15:04:05", "%D %R": "01/04/26 15:04", "%x %X": "01/04/26 15:04:05",
		"%a %A %b %B %h": "Sun Sunday Jan January Jan", "%c": "Sun Jan  4 15:04:05 2026", "%r": "03:04:05 PM",
		"%e|%k|%l|%I": " 4|15| 3|03", "%p %P": "PM pm", "%j %C": "004 20", "%z %Z": "+0200 EET",
		"%u %w": "7 0", "%U %W %V %G %g": "01 00 01 2026 26", "%s": "1767531845",
		"%-d/%-m %_d %0e %-H": "4/1  4 04 15", "%Ey %Od": "26 04", "%%": "%", "a%nb%tc": "a\nb\tc",
		"%": "%", "100%": "100%", "%Q": "%Q", "%-Q": "%-Q", "%-": "%-", "%E": "%E", "<TIME>": "<TIME>", "ä%dö": "ä04ö",
	} {
		if got := FormatTime(at, format); got != want {
			t.Errorf("%q: %q, want %q", format, got, want)
		}
	}
}

func TestTwelveHours(t *testing.T) {
	for hour, want := range map[int]string{0: "12 AM", 1: "01 AM", 11: "11 AM", 12: "12 PM", 13: "01 PM", 23: "11 PM"} {
		if got := FormatTime(time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC), "%I %p"); got != want {
			t.Errorf("%d: %q, want %q", hour, got, want)
		}
	}
}

// TestWeeks compares the days around a turn of the year with what strftime(3) defines.
func TestWeeks(t *testing.T) {
	for day, want := range map[string]string{
		"2024-12-29": "52 52 52 2024", "2024-12-30": "52 53 01 2025", "2025-01-01": "00 00 01 2025",
		"2025-01-05": "01 00 01 2025", "2025-01-06": "01 01 02 2025", "2024-01-01": "00 01 01 2024",
		"2027-01-01": "00 00 53 2026",
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatTime(at, "%U %W %V %G"); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
}

// TestFormatStamp is the recorded case time-bad: smsd shows the fields as they stand.
func TestFormatStamp(t *testing.T) {
	if got, want := FormatStamp(2024, 19, 39, 45, 7, 9, ""), "24-19-39 45:07:09"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	const format = "%c %F %j %r %U"
	if got, want := FormatStamp(2024, 5, 6, 7, 8, 9, format), FormatTime(at, format); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
