package tpdu

import "encoding/hex"

// DecodeHex reads the hexadecimal notation of a PDU and never fails. White space
// is passed over, a character that is no digit stands for F (the filler, which
// keeps the fields after it in place), the ones at the very end are dropped, and
// so is the last of an odd number of digits.
func DecodeHex(notation string) ([]byte, []Warning) {
	if octets, err := hex.DecodeString(notation); err == nil {
		return octets, nil
	}
	return decodeTolerant(notation)
}

func decodeTolerant(notation string) ([]byte, []Warning) {
	end := len(notation)
	for end > 0 && hexNibble(notation[end-1]) == noNibble {
		end--
	}
	var h hexReader
	h.octets = make([]byte, 0, (end+1)/2)
	for i := range end {
		h.read(notation[i])
	}
	if end < len(notation) {
		h.warn(&h.trailing, warnHexTrailing)
	}
	if h.half {
		h.warn(&h.odd, warnHexOdd)
		h.octets = h.octets[:len(h.octets)-1]
	}
	return h.octets, h.warnings
}

// hexReader collects octets; the last one is half filled while half is set. Each
// kind of trouble is told once, where it first occurred.
type hexReader struct {
	octets                      []byte
	half                        bool
	digit, space, trailing, odd bool
	warnings                    []Warning
}

func (h *hexReader) read(c byte) {
	if isSpace(c) {
		h.warn(&h.space, warnHexSpace)
		return
	}
	nibble := hexNibble(c)
	if nibble == noNibble {
		h.warn(&h.digit, warnHexDigit)
		nibble = filler
	}
	if h.half {
		h.octets[len(h.octets)-1] |= nibble
	} else {
		h.octets = append(h.octets, nibble<<4)
	}
	h.half = !h.half
}

func (h *hexReader) warn(told *bool, text string) {
	if *told {
		return
	}
	*told = true
	offset := len(h.octets)
	if h.half {
		offset--
	}
	h.warnings = append(h.warnings, Warning{Field: "hex", Offset: offset, Text: text})
}

// noNibble is what hexNibble returns for anything but a digit.
const noNibble = 0xFF

func hexNibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return noNibble
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
