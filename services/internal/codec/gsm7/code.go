package gsm7

// Code is how an Encoder writes a character.
type Code uint16

// Missing says that the alphabet does not have the character. All other codes are
// a septet, with the escape before it in the upper octet where it is needed.
const Missing Code = 0xFFFF

const escaped = Code(Escape) << 8

// Septets returns what the character costs: 0, 1 or 2 septets.
func (c Code) Septets() int {
	switch {
	case c == Missing:
		return 0
	case c >= escaped:
		return 2
	}
	return 1
}

// AppendTo appends the septets of the character.
func (c Code) AppendTo(dst []byte) []byte {
	switch c.Septets() {
	case 1:
		return append(dst, byte(c))
	case 2:
		return append(dst, Escape, byte(c))
	}
	return dst
}
