package cli

import (
	"fmt"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
)

// field is a line of an explanation: some octets of a PDU, or some bits of the
// octet before it, and what they mean.
type field struct {
	// Offset counts octets from the first one of the PDU.
	Offset int    `json:"offset"`
	Octets string `json:"octets,omitempty"`
	// Bits has a place for each bit, of which those of other fields are dots.
	Bits string `json:"bits,omitempty"`
	// Name is that of 3GPP TS 23.040.
	Name     string   `json:"name"`
	Meaning  string   `json:"meaning"`
	Warnings []string `json:"warnings,omitempty"`
}

// sheet goes over the octets of a PDU and writes down the fields. It takes from a
// PDU that ends early what there is.
type sheet struct {
	octets []byte
	pos    int
	ended  bool
	fields []field
}

// add writes down the next n octets. The first field that misses all of its
// octets is there and says so, those after it are not.
func (s *sheet) add(name string, n int, meaning string) {
	if s.ended {
		return
	}
	take := min(n, len(s.octets)-s.pos)
	if take == 0 && n > 0 {
		s.ended, meaning = true, "missing"
	}
	f := field{Offset: s.pos, Octets: hexOf(s.octets[s.pos : s.pos+take]), Name: name, Meaning: meaning}
	s.fields = append(s.fields, f)
	s.pos += take
}

// next returns the next octet without taking it, zero at the end.
func (s *sheet) next() byte {
	if s.pos < len(s.octets) {
		return s.octets[s.pos]
	}
	return 0
}

// last is the octet that was written down last, which bits belong to.
func (s *sheet) last() byte { return s.octets[s.pos-1] }

// bits writes down some bits of the last octet.
func (s *sheet) bits(mask byte, name, meaning string) {
	if s.ended {
		return
	}
	s.fields = append(s.fields, field{Offset: s.pos - 1, Bits: pattern(s.last(), mask), Name: name, Meaning: meaning})
}

// flag writes down one bit with its two meanings.
func (s *sheet) flag(mask byte, name, set, clear string) {
	if s.ended {
		return
	}
	meaning := clear
	if s.last()&mask != 0 {
		meaning = set
	}
	s.bits(mask, name, meaning)
}

// pattern shows the bits of a mask, highest first.
func pattern(octet, mask byte) string {
	var out [8]byte
	for i := range out {
		bit := byte(0x80) >> i
		switch {
		case mask&bit == 0:
			out[i] = '.'
		case octet&bit == 0:
			out[i] = '0'
		default:
			out[i] = '1'
		}
	}
	return string(out[:])
}

// hexOf shows octets with blanks between them.
func hexOf(octets []byte) string { return strings.TrimSpace(fmt.Sprintf("% X", octets)) }

// attach puts a warning to the field that it is about: of its name the last one
// that begins no later than the trouble, or else the last one of all; without any
// of its name the field of the place.
func (s *sheet) attach(w tpdu.Warning) {
	here, named, last := 0, -1, -1
	for i, f := range s.fields {
		before := f.Offset <= w.Offset
		if before {
			here = i
		}
		if matches(f.Name, w.Field) {
			last = i
			if before {
				named = i
			}
		}
	}
	for _, i := range []int{named, last, here} {
		if i >= 0 && i < len(s.fields) {
			s.fields[i].Warnings = append(s.fields[i].Warnings, w.Text)
			return
		}
	}
}

// matches reports whether the name of a line is that of a field or of a part of it.
func matches(name, field string) bool {
	return name == field || strings.HasPrefix(name, field+" ")
}
