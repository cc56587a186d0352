package split

import "github.com/viesti-sms/viesti/services/internal/codec/gsm7"

// Septets cuts unpacked septets into parts of at most size septets, MinSize or
// more, and never between an escape and its character, which smsd does (smstools W25).
//
// The tables say what the septets mean: in the scripts of the national languages
// vowel signs follow their letter, and stay with it. The tables of Basic have no
// such characters, so that their cut depends on escapes alone.
func Septets(septets []byte, size int, tables gsm7.Tables) (Ends, error) {
	return cut(septets, size, func(start, end int) int {
		end = afterEscape(septets, start, end)
		if tables == (gsm7.Tables{}) {
			return end
		}
		return beforeMarks(septets, start, end, tables)
	})
}

// afterEscape moves end back by one when it stands between an escape and its
// character. In a row of escapes every second one is such a character.
func afterEscape(septets []byte, start, end int) int {
	first := end
	for first > start && septets[first-1] == gsm7.Escape {
		first--
	}
	return end - (end-first)%2
}

// beforeMarks moves end back to the start of the cluster that it would cut, or
// leaves it where the cluster fills the whole part.
func beforeMarks(septets []byte, start, end int, tables gsm7.Tables) int {
	for at := end; at > start; at = afterEscape(septets, start, at-1) {
		if r, _ := gsm7.RuneAt(septets[at:], tables); !extends(r) {
			return at
		}
	}
	return end
}
