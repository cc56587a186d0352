package split

import "strconv"

// MaxNumberWidth is the width of the longest number that AppendNumber writes.
const MaxNumberWidth = 8

// numberings are the widths of "n/m " in the text of each part, and how many
// parts a width is good for (smstools spec §1.6).
var numberings = [...]struct{ width, parts int }{{4, 9}, {6, 99}, {MaxNumberWidth, MaxParts}}

// Numbered cuts a message whose parts begin with a number. cutter cuts it into
// parts that leave room for a number of that many characters; the first width
// whose parts can be numbered counts.
func Numbered(cutter func(width int) (Ends, error)) (ends Ends, width int, err error) {
	for _, n := range numberings {
		ends, err = cutter(n.width)
		if err == nil && len(ends) <= n.parts {
			return ends, n.width, nil
		}
	}
	return nil, 0, ErrTooManyParts
}

// AppendNumber appends "seq/total" with spaces up to width characters. All of
// them are the same octets in ASCII and in the GSM alphabet.
func AppendNumber(dst []byte, seq, total, width int) []byte {
	start := len(dst)
	dst = strconv.AppendInt(dst, int64(seq), 10)
	dst = append(dst, '/')
	dst = strconv.AppendInt(dst, int64(total), 10)
	for len(dst)-start < width {
		dst = append(dst, ' ')
	}
	return dst
}
