package gsm7

import "unicode/utf8"

// Decode returns the characters of septets. It never fails, see RuneAt.
func Decode(septets []byte, tables Tables) string {
	var short [decodeRoom]byte
	room := short[:0]
	if n := len(septets) + len(septets)/4; n > decodeRoom {
		room = make([]byte, 0, n)
	}
	return string(AppendDecode(room, septets, tables))
}

// decodeRoom is enough for the characters of one part in most languages.
const decodeRoom = 256

// AppendDecode appends the characters of septets in UTF-8 to dst, see RuneAt.
func AppendDecode(dst, septets []byte, tables Tables) []byte {
	locking, single := tables.locking(), tables.single()
	for len(septets) > 0 {
		// Nearly all characters of nearly all texts are ASCII.
		if r := locking[septets[0]&septetMask]; r > 0 && r < utf8.RuneSelf {
			dst, septets = append(dst, byte(r)), septets[1:]
			continue
		}
		r, size := runeAt(septets, locking, single)
		dst = utf8.AppendRune(dst, r)
		septets = septets[size:]
	}
	return dst
}

// RuneAt returns the character that septets begin with and how many septets it
// takes, 1 or 2; septets must not be empty. The eighth bit of an octet is ignored.
//
// An escape before a code that the single shift table lacks shows the character
// of the locking table; a second escape, one at the end and a code without a
// character show a space (3GPP TS 23.038 §6.2.1.1, §A.2.1).
func RuneAt(septets []byte, tables Tables) (r rune, size int) {
	return runeAt(septets, tables.locking(), tables.single())
}

func runeAt(septets []byte, locking, single *table) (r rune, size int) {
	s := septets[0] & septetMask
	if s != Escape {
		return shown(locking[s]), 1
	}
	if len(septets) == 1 {
		return ' ', 1
	}
	s = septets[1] & septetMask
	if r := single[s]; r != 0 {
		return r, 2
	}
	return shown(locking[s]), 2
}

// shown is the character of a table position, a space where it has none.
func shown(r rune) rune {
	if r == 0 {
		return ' '
	}
	return r
}
