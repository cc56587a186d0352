package gsm7

// The encoders of smstools are made once, at start, and never change.
var (
	plainEncoder   = newSmstools(false)
	opticalEncoder = newSmstools(true)
)

// Smstools returns the encoder for texts of message files: the GSM alphabet, with
// look-alikes for the characters that it lacks when optical is set (smstools
// spec §1.4). The currency sign is the euro, which has its place in ISO-8859-15.
func Smstools(optical bool) *Encoder {
	if optical {
		return opticalEncoder
	}
	return plainEncoder
}

func newSmstools(optical bool) *Encoder {
	e := NewEncoder(Tables{})
	e.set('¤', e.Code('€'))
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
	for len(body) > 0 {
		r, size := rune(body[0]), 1
		if r >= 0x80 {
			r, size = TolerantRune(body)
		}
		body = body[size:]
		code := e.Code(r)
		if code < escaped {
			dst = append(dst, byte(code))
			continue
		}
		if code == Missing {
			missing++
		}
		dst = code.AppendTo(dst)
	}
	return dst, missing
}
