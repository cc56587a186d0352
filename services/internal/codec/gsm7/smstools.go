package gsm7

import "unicode/utf8"

// The encoders of smstools are made once, at start, and never change.
var (
	plainEncoder   = newSmstools(false)
	opticalEncoder = newSmstools(true)
)

// Smstools returns the encoder for texts of message files: the GSM alphabet, with
// look-alikes for the characters that it lacks when optical is set (smstools
// spec §1.4). The currency sign is the euro, which has its place in ISO-8859-15; an
// escape goes through, so that a text can hold extension characters as they are sent.
func Smstools(optical bool) *Encoder {
	if optical {
		return opticalEncoder
	}
	return plainEncoder
}

func newSmstools(optical bool) *Encoder {
	e := NewEncoder(Tables{})
	e.set('¤', e.Code('€'))
	e.set(rune(Escape), Code(Escape))
	if !optical {
		return e
	}
	for _, l := range lookAlikes {
		for _, r := range l.from {
			e.set(r, e.Code(l.to))
		}
	}
	return e
}

// AppendTolerant appends the septets of a text read with TolerantRune, and
// returns how many of its characters the alphabet lacks; those are left out.
func (e *Encoder) AppendTolerant(dst, body []byte) (septets []byte, missing int) {
	for {
		var plain int
		dst, plain = e.appendPlain(dst, body)
		if body = body[plain:]; len(body) == 0 {
			return dst, missing
		}
		r, size := TolerantRune(body)
		code := e.Code(r)
		if code == Missing {
			missing++
		}
		dst, body = code.AppendTo(dst), body[size:]
	}
}

// appendPlain appends the septets of the ASCII characters that body begins with,
// up to one that is not a single septet, and returns how many there were: nearly
// all of nearly every text, so it does nothing else.
func (e *Encoder) appendPlain(dst, body []byte) ([]byte, int) {
	for i, octet := range body {
		if octet >= utf8.RuneSelf {
			return dst, i
		}
		code := e.low[octet]
		if code >= escaped {
			return dst, i
		}
		dst = append(dst, byte(code))
	}
	return dst, len(body)
}
