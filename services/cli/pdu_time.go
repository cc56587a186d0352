package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// timestamp explains a time stamp (3GPP TS 23.040 §9.2.3.11).
func (s *sheet) timestamp(name string, stamp tpdu.Timestamp) {
	s.add(name, len(stamp.Octets), stampText(stamp))
}

// stampText shows the time in its own zone and in UTC.
func stampText(stamp tpdu.Timestamp) string {
	const clock = "2006-01-02 15:04:05"
	switch {
	case stamp.Time.IsZero():
		return "no time: " + stampDigits(stamp.Octets)
	case isUTC(stamp.Time):
		return stamp.Time.Format(clock) + " UTC"
	}
	return stamp.Time.Format(clock+" -07:00") + " (" + stamp.Time.UTC().Format(clock) + " UTC)"
}

func isUTC(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0
}

// stampDigits shows the digits of a stamp that is no time: date, time and zone.
func stampDigits(octets [7]byte) string {
	var digits [7]string
	for i, o := range octets {
		digits[i] = fmt.Sprintf("%X%X", o&0xF, o>>4)
	}
	return strings.Join(digits[:3], "-") + " " + strings.Join(digits[3:6], ":") + " zone " + digits[6]
}

// validityFormat explains TP-VPF.
func validityFormat(f tpdu.ValidityFormat) string {
	switch f {
	case tpdu.ValidityEnhanced:
		return "TP-VP is there, enhanced"
	case tpdu.ValidityRelative:
		return "TP-VP is there, relative"
	case tpdu.ValidityAbsolute:
		return "TP-VP is there, absolute"
	}
	return "no TP-VP; the service centre decides"
}

// validity explains TP-VP (3GPP TS 23.040 §9.2.3.12).
func (s *sheet) validity(v tpdu.Validity) {
	const name = "TP-VP"
	switch v.Format {
	case tpdu.ValidityRelative:
		s.add(name, 1, "valid for "+span(tpdu.RelativeValidity(v.Relative)))
	case tpdu.ValidityAbsolute:
		s.add(name, len(v.Until.Octets), "valid until "+stampText(v.Until))
	case tpdu.ValidityEnhanced:
		s.add(name, len(v.Octets), enhancedText(v))
	}
}

func enhancedText(v tpdu.Validity) string {
	text := "no validity period that could be understood"
	if d, ok := v.Duration(); ok {
		text = "valid for " + span(d)
	}
	if v.SingleShot() {
		text += ", to be tried but once"
	}
	return text
}

// span shows a duration in its largest units, for example "2 days 30 minutes".
func span(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{
		{"week", 7 * 24 * time.Hour}, {"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second},
	}
	if days := d / units[1].size; d%units[0].size != 0 || days < 5*7 {
		units = units[1:] // weeks are for what is nothing but weeks, and long
	}
	var parts []string
	for _, u := range units {
		if n := d / u.size; n > 0 {
			parts = append(parts, plural(int(n), u.name))
			d -= n * u.size
		}
	}
	if len(parts) == 0 {
		return "no time"
	}
	return strings.Join(parts, " ")
}
