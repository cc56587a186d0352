package tpdu

import "encoding/binary"

// Concatenation returns the place in a concatenated message that a header tells
// (3GPP TS 23.040 §9.2.3.24.1, .8). Of several elements the last one counts; one
// with an impossible place is ignored, as the specification asks.
func Concatenation(udh []byte) (part Part, ok bool) {
	for element := range Elements(udh) {
		if p, valid := element.part(); valid {
			part, ok = p, true
		}
	}
	return part, ok
}

func (e Element) part() (Part, bool) {
	var p Part
	switch {
	case e.ID == ElementConcatenated8 && len(e.Data) == 3:
		p = Part{Reference: uint16(e.Data[0]), Total: e.Data[1], Seq: e.Data[2]}
	case e.ID == ElementConcatenated16 && len(e.Data) == 4:
		p = Part{
			Reference: binary.BigEndian.Uint16(e.Data),
			Wide:      true,
			Total:     e.Data[2],
			Seq:       e.Data[3],
		}
	}
	return p, p.Seq >= 1 && p.Seq <= p.Total
}

// AppendTo appends the concatenation element to a header, which may be empty; see AppendElement.
// The reference of a part that is not Wide loses its upper octet.
func (p Part) AppendTo(udh []byte) []byte {
	if p.Wide {
		high, low := byte(p.Reference>>8), byte(p.Reference)
		return AppendElement(udh, ElementConcatenated16, high, low, p.Total, p.Seq)
	}
	return AppendElement(udh, ElementConcatenated8, byte(p.Reference), p.Total, p.Seq)
}
