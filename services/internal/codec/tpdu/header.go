package tpdu

import (
	"encoding/binary"
	"iter"
	"slices"
)

// Identifiers of information elements (3GPP TS 23.040 §9.2.3.24).
const (
	ElementConcatenated8  byte = 0x00
	ElementIndication     byte = 0x01
	ElementPorts8         byte = 0x04
	ElementPorts16        byte = 0x05
	ElementConcatenated16 byte = 0x08
	ElementSingleShift    byte = 0x24
	ElementLockingShift   byte = 0x25
)

// Element is an information element of a user data header.
type Element struct {
	ID   byte
	Data []byte
}

// Elements yields the elements of a header, its length octet included, up to
// the first one that is cut short. Their data is part of udh.
func Elements(udh []byte) iter.Seq[Element] {
	return func(yield func(Element) bool) {
		rest := body(udh)
		for {
			element, size := first(rest)
			if size == 0 || !yield(element) {
				return
			}
			rest = rest[size:]
		}
	}
}

// body returns a header without its length octet, or what there is of it.
func body(udh []byte) []byte {
	if len(udh) == 0 {
		return nil
	}
	return udh[1:min(len(udh), 1+int(udh[0]))]
}

// first returns the first element and the octets that it takes, zero when there
// is no whole one.
func first(rest []byte) (Element, int) {
	if len(rest) < 2 {
		return Element{}, 0
	}
	size := 2 + int(rest[1])
	if size > len(rest) {
		return Element{}, 0
	}
	return Element{ID: rest[0], Data: rest[2:size]}, size
}

// wellFormed reports whether elements fill the header exactly.
func wellFormed(udh []byte) bool {
	used := 1
	for element := range Elements(udh) {
		used += 2 + len(element.Data)
	}
	return used == len(udh)
}

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

// Ports are the application ports of a message (3GPP TS 23.040 §9.2.3.24.3, .4).
type Ports struct {
	Destination uint16
	Source      uint16
	// Wide says that the ports have 16 bits.
	Wide bool
}

// ApplicationPorts returns the application ports that a header tells; of several
// elements the last one counts.
func ApplicationPorts(udh []byte) (ports Ports, ok bool) {
	for e := range Elements(udh) {
		switch {
		case e.ID == ElementPorts8 && len(e.Data) == 2:
			ports, ok = Ports{Destination: uint16(e.Data[0]), Source: uint16(e.Data[1])}, true
		case e.ID == ElementPorts16 && len(e.Data) == 4:
			ports = Ports{
				Destination: binary.BigEndian.Uint16(e.Data),
				Source:      binary.BigEndian.Uint16(e.Data[2:]),
				Wide:        true,
			}
			ok = true
		}
	}
	return ports, ok
}

// AppendTo appends the port element to a header, which may be empty; see AppendElement.
// Ports that are not Wide lose their upper octet.
func (p Ports) AppendTo(udh []byte) []byte {
	if !p.Wide {
		return AppendElement(udh, ElementPorts8, byte(p.Destination), byte(p.Source))
	}
	var data [4]byte
	binary.BigEndian.PutUint16(data[:], p.Destination)
	binary.BigEndian.PutUint16(data[2:], p.Source)
	return AppendElement(udh, ElementPorts16, data[:]...)
}

// Languages returns the locking and the single shift table that a header names
// (3GPP TS 23.040 §9.2.3.24.15, .16); zero, the default table, where it names none.
func Languages(udh []byte) (locking, single byte) {
	for e := range Elements(udh) {
		switch {
		case len(e.Data) != 1:
		case e.ID == ElementLockingShift:
			locking = e.Data[0]
		case e.ID == ElementSingleShift:
			single = e.Data[0]
		}
	}
	return locking, single
}

// AppendLanguages appends the elements of the tables that are not zero, the
// locking one first; see AppendElement.
func AppendLanguages(udh []byte, locking, single byte) []byte {
	if locking != 0 {
		udh = AppendElement(udh, ElementLockingShift, locking)
	}
	if single != 0 {
		udh = AppendElement(udh, ElementSingleShift, single)
	}
	return udh
}

// AppendElement appends an element to a header and corrects the header's length
// octet in place; an empty udh becomes a new header. A header that outgrows a
// message is refused when the TPDU is encoded.
func AppendElement(udh []byte, id byte, data ...byte) []byte {
	if len(udh) == 0 {
		udh = append(udh, 0)
	}
	udh = append(udh, id, byte(len(data)))
	udh = append(udh, data...)
	udh[0] = byte(min(len(udh)-1, 0xFF))
	return udh
}

// WithoutElements returns a copy of a header that lacks the elements named, and
// anything after an element that is cut short; nil when no element is left.
func WithoutElements(udh []byte, ids ...byte) []byte {
	var kept []byte
	for e := range Elements(udh) {
		if !slices.Contains(ids, e.ID) {
			kept = AppendElement(kept, e.ID, e.Data...)
		}
	}
	return kept
}
