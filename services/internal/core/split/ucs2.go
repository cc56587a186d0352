package split

import "github.com/viesti-sms/viesti/services/internal/codec/ucs2"

// UCS2 cuts UTF-16BE into parts of at most size octets, MinSize or more, of which
// an odd one is not used. It never cuts a surrogate pair, which smsd does, and cuts
// a cluster only where no part can hold it.
func UCS2(octets []byte, size int) (Ends, error) {
	return cut(octets, size&^1, func(start, end int) int {
		end = betweenCharacters(octets, end)
		for at := end; at > start; {
			if !joined(octets[start:at], octets[at:]) {
				return at
			}
			_, width, _ := ucs2.RuneBefore(octets[start:at])
			at -= width
		}
		return end
	})
}

// betweenCharacters moves end, which is inside of octets, back before the
// surrogate pair that it would cut.
func betweenCharacters(octets []byte, end int) int {
	from := end - ucs2.UnitOctets
	if _, width, _ := ucs2.RuneAt(octets[from:]); width > ucs2.UnitOctets {
		return from
	}
	return end
}
