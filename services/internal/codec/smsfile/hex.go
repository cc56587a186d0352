package smsfile

import "bytes"

// Keywords of hex notation (smstools spec §1.5).
const (
	hexInline = "INLINESTRING:"
	hexString = "STRING:"
	hexLength = "LENGTH"
)

// Octets around an inline string (WBXML STR_I and its end).
const (
	inlineStart = 0x03
	inlineEnd   = 0x00
)

// hexDecoder turns hex notation into octets.
type hexDecoder struct {
	out []byte
	// open is the index of the octet that LENGTH reserved; -1: none.
	open int
	// digits are those of the line at hand, without spaces.
	digits []byte
}

// decodeHex decodes a body in hex notation (smstools spec §1.5).
func decodeHex(body []byte) ([]byte, *Rejection) {
	d := hexDecoder{out: make([]byte, 0, len(body)/2+1), open: -1}
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		line = dropControls(bytes.TrimRight(line, "\r\n"))
		if problem := d.decodeLine(trimLeftBlanks(line)); problem != nil {
			return nil, problem
		}
	}
	if d.open >= 0 {
		return nil, &Rejection{Reason: ReasonHexUnclosed}
	}
	return d.out, nil
}

func (d *hexDecoder) decodeLine(line []byte) *Rejection {
	if text, ok := bytes.CutPrefix(line, []byte(hexInline)); ok {
		d.out = append(append(append(d.out, inlineStart), text...), inlineEnd)
		return nil
	}
	if text, ok := bytes.CutPrefix(line, []byte(hexString)); ok {
		d.out = append(d.out, text...)
		return nil
	}
	if bytes.HasPrefix(line, []byte(hexLength)) {
		return d.markLength()
	}
	return d.decodeDigits(line)
}

// markLength reserves an octet, or fills in the one that is reserved with the
// number of octets behind it.
func (d *hexDecoder) markLength() *Rejection {
	if d.open < 0 {
		d.open = len(d.out)
		d.out = append(d.out, 0)
		return nil
	}
	span := len(d.out) - d.open - 1
	if span > 255 {
		return &Rejection{Reason: ReasonHexSpan}
	}
	d.out[d.open] = byte(span)
	d.open = -1
	return nil
}

// decodeDigits decodes pairs of hex digits up to a comment.
func (d *hexDecoder) decodeDigits(line []byte) *Rejection {
	if i := bytes.IndexAny(line, "/'#:"); i >= 0 {
		line = line[:i]
	}
	d.digits = appendWithoutSpaces(d.digits[:0], line)
	if len(d.digits)%2 != 0 {
		return reject(ReasonHexLength, d.digits)
	}
	before := len(d.out)
	out, ok := appendHex(d.out, d.digits)
	if !ok {
		return reject(ReasonHexDigit, d.digits[2*(len(out)-before):])
	}
	d.out = out
	return nil
}

func appendWithoutSpaces(dst, s []byte) []byte {
	for _, c := range s {
		if c != ' ' {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendHex appends the octets of an even number of hex digits of either case.
func appendHex(dst, digits []byte) (out []byte, ok bool) {
	for i := 0; i+1 < len(digits); i += 2 {
		high, highOK := hexDigit(digits[i])
		low, lowOK := hexDigit(digits[i+1])
		if !highOK || !lowOK {
			return dst, false
		}
		dst = append(dst, high<<4|low)
	}
	return dst, true
}

// decodePDU reads the body of a Text_is_pdu file. smsd also passes over letters, and
// takes lower-case digits for such (smstools spec §1.2), which damages the PDU without
// a word; here they are read, and other letters refused.
func decodePDU(body []byte) ([]byte, *Rejection) {
	pdu, ok := looseHex(body)
	if !ok {
		return nil, &Rejection{Reason: ReasonInvalidPDU}
	}
	return pdu, nil
}

// readUDHData reads UDH-DATA. smsd takes one character of any kind between two octets,
// and sends garbage or lower-case PDUs without it or with lower-case digits (smstools
// spec §1.2).
func readUDHData(v []byte) (udh []byte, bad bool) {
	udh, ok := looseHex(v)
	return udh, !ok
}

// looseHex reads hex digits of either case; blanks, line ends and punctuation between
// them do not count, and letters make it no hex.
func looseHex(text []byte) (octets []byte, ok bool) {
	digits := make([]byte, 0, len(text))
	for _, c := range text {
		if _, ok := hexDigit(c); ok {
			digits = append(digits, c)
		} else if isLetter(c) || c >= 0x80 {
			return nil, false
		}
	}
	if len(digits)%2 != 0 {
		return nil, false
	}
	return appendHex(digits[:0], digits)
}
