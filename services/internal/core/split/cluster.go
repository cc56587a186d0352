package split

import (
	"unicode"

	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
)

// Characters that bind their neighbours (Unicode UAX #29 §3.1.1).
const (
	zeroWidthNonJoiner = 0x200C
	zeroWidthJoiner    = 0x200D
	firstModifier      = 0x1F3FB // skin tones
	lastModifier       = 0x1F3FF
	firstTag           = 0xE0020 // flags of regions
	lastTag            = 0xE007F
	firstRegional      = 0x1F1E6 // halves of flags
	lastRegional       = 0x1F1FF
)

// joined reports whether a cut between before, which starts at a character and is
// not empty, and after would divide what a reader takes for one character: marks
// and emoji modifiers stay with what they modify, joined emoji with each other,
// and regional indicators in pairs (a small part of Unicode UAX #29).
func joined(before, after []byte) bool {
	next, _, _ := ucs2.RuneAt(after)
	if next < combining {
		return false
	}
	if extends(next) {
		return true
	}
	last, _, _ := ucs2.RuneBefore(before)
	if last == zeroWidthJoiner {
		return true
	}
	return isRegional(next) && regionals(before)%2 == 1
}

// combining is the first character that extends another; it cuts short the way
// of most texts. A joiner before a plain letter is not worth a thought.
const combining = 0x0300

// extends reports whether r continues the character before it.
func extends(r rune) bool {
	return r == zeroWidthJoiner || r == zeroWidthNonJoiner ||
		within(r, firstModifier, lastModifier) || within(r, firstTag, lastTag) ||
		unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me)
}

// regionals counts the regional indicators that octets end with.
func regionals(octets []byte) int {
	for n := 0; ; n++ {
		if len(octets) == 0 {
			return n
		}
		r, width, _ := ucs2.RuneBefore(octets)
		if !isRegional(r) {
			return n
		}
		octets = octets[:len(octets)-width]
	}
}

func isRegional(r rune) bool { return within(r, firstRegional, lastRegional) }

func within(r, first, last rune) bool { return r >= first && r <= last }
