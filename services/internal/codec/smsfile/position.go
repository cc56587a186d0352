package smsfile

import "strings"

// ruler counts places in a PDU: `-` at every fifth, `*` at every tenth.
const ruler = "....-....*"

// maxMark bounds the length of a mark, beyond that of any PDU in hex.
const maxMark = 1024

// PositionMark is the value of the Pos header that shows where a PDU is wrong
// (smstools spec §2.2 row 25): a ruler up to position, from 1, then length carets.
// Both count hex digits.
func PositionMark(position, length int) string {
	before := max(0, min(position-1, maxMark))
	mark := strings.Repeat(ruler, before/len(ruler)) + ruler[:before%len(ruler)]
	mark += strings.Repeat("^", max(0, min(length, maxMark)))
	return mark + "~here(" + decimal(position) + ")"
}
