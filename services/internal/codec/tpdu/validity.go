package tpdu

import (
	"sort"
	"time"
)

// ValidityFormat is TP-VPF (3GPP TS 23.040 §9.2.3.3).
type ValidityFormat uint8

// Validity formats, with the numbers of TP-VPF.
const (
	ValidityNone ValidityFormat = iota
	ValidityEnhanced
	ValidityRelative
	ValidityAbsolute
)

// Validity is TP-VP in any format (3GPP TS 23.040 §9.2.3.12).
type Validity struct {
	Format ValidityFormat
	// Relative is the octet of ValidityRelative; RelativeValidity turns it into a duration.
	Relative byte
	// Octets are the seven octets of ValidityEnhanced.
	Octets [7]byte
	// Until is the time of ValidityAbsolute.
	Until Timestamp
}

// RelativeValidity returns the duration that a relative TP-VP octet stands for,
// 5 minutes to 63 weeks (3GPP TS 23.040 §9.2.3.12.1).
func RelativeValidity(octet byte) time.Duration {
	const day = 24 * time.Hour
	n := time.Duration(octet)
	switch {
	case octet <= 143:
		return (n + 1) * 5 * time.Minute
	case octet <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case octet <= 196:
		return (n - 166) * day
	default:
		return (n - 192) * 7 * day
	}
}

// RelativeOctet returns the relative TP-VP octet of the shortest duration that is not
// shorter than d: 63 weeks for all that are longer (3GPP TS 23.040 §9.2.3.12.1).
func RelativeOctet(d time.Duration) byte {
	const last = 255
	return byte(sort.Search(last, func(octet int) bool { return RelativeValidity(byte(octet)) >= d }))
}

// Formats within the enhanced one (3GPP TS 23.040 §9.2.3.12.3).
const (
	maskEnhanced      byte = 0x07
	enhancedRelative  byte = 1
	enhancedSeconds   byte = 2
	enhancedClock     byte = 3
	enhancedSingle    byte = 0x40
	enhancedExtension byte = 0x80
)

// SingleShot reports whether the service centre is to try but once.
func (v Validity) SingleShot() bool {
	return v.Format == ValidityEnhanced && v.Octets[0]&enhancedSingle != 0
}

// Duration returns how long the message is valid from its submission on; ok is
// false when the format gives no duration: none, absolute or reserved.
func (v Validity) Duration() (d time.Duration, ok bool) {
	switch v.Format {
	case ValidityRelative:
		return RelativeValidity(v.Relative), true
	case ValidityEnhanced:
		return v.enhanced()
	}
	return 0, false
}

// enhanced reads the octets after the functionality indicator and its extensions.
func (v Validity) enhanced() (time.Duration, bool) {
	if v.Octets[0]&enhancedExtension != 0 {
		return 0, false // no extension is defined that could be understood
	}
	switch v.Octets[0] & maskEnhanced {
	case enhancedRelative:
		return RelativeValidity(v.Octets[1]), true
	case enhancedSeconds:
		return time.Duration(v.Octets[1]) * time.Second, v.Octets[1] > 0
	case enhancedClock:
		clock, trouble := parseClock(v.Octets[1], v.Octets[2], v.Octets[3])
		return clock, trouble == ""
	}
	return 0, false
}

// appendTo appends TP-VP, which ValidityNone lacks.
func (v Validity) appendTo(dst []byte) []byte {
	switch v.Format {
	case ValidityRelative:
		return append(dst, v.Relative)
	case ValidityEnhanced:
		return append(dst, v.Octets[:]...)
	case ValidityAbsolute:
		return append(dst, v.Until.Octets[:]...)
	}
	return dst
}

func (r *reader) validity(format ValidityFormat) Validity {
	const field = "TP-VP"
	v := Validity{Format: format}
	switch format {
	case ValidityRelative:
		v.Relative = r.octet(field)
	case ValidityEnhanced:
		copy(v.Octets[:], r.take(field, len(v.Octets)))
	case ValidityAbsolute:
		v.Until = r.timestamp(field)
	}
	return v
}
