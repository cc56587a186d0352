// Package tpdu encodes and decodes the short message TPDUs of 3GPP TS 23.040.
//
// It is pure. Texts stay in the form in which the TPDU carries them: unpacked
// septets for the GSM alphabet, octets for everything else; the packages gsm7
// and ucs2 turn them into characters. Encoders append to a slice that the caller
// owns; decoders copy what they keep.
package tpdu

import "time"

// Type-of-address octets (3GPP TS 23.040 §9.1.2.5).
const (
	TOAUnknown       byte = 0x81
	TOAInternational byte = 0x91
	TOANational      byte = 0xA1
	TOAAlphanumeric  byte = 0xD0
)

// Address is an address field (3GPP TS 23.040 §9.1.2.5).
type Address struct {
	// TOA is the type-of-address octet.
	TOA byte
	// Digits are semi-octets as characters 0-9 * # a b c; empty when alphanumeric.
	Digits string
	// Septets are the unpacked septets of an alphanumeric address; nil otherwise.
	Septets []byte
}

// Submit is an SMS-SUBMIT (3GPP TS 23.040 §9.2.2.2) with a relative or no validity period.
type Submit struct {
	RejectDuplicates    bool
	ReplyPath           bool
	StatusReportRequest bool
	MR                  byte
	DA                  Address
	PID                 byte
	DCS                 byte
	// VP is the relative TP-VP octet; it is left out when NoVP is set.
	VP   byte
	NoVP bool
	// UDHI sets the indicator; UDH is then the header with its length octet, and
	// may be empty when Data itself begins with the header (binary data).
	UDHI bool
	UDH  []byte
	// Data is the user data after UDH: unpacked septets when Septets is set,
	// octets otherwise.
	Data    []byte
	Septets bool
}

// Part is the place of a part in a concatenated message (3GPP TS 23.040 §9.2.3.24.1, .8).
type Part struct {
	Reference uint16
	// Wide says that the reference has 16 bits.
	Wide  bool
	Total uint8
	Seq   uint8
}

// Timestamp is a service centre time stamp (3GPP TS 23.040 §9.2.3.11).
type Timestamp struct {
	// Time is the instant, in the zone that the stamp names; zero when the stamp is invalid.
	Time time.Time
	// Octets are the seven octets as received.
	Octets [7]byte
}
