package tpdu

import (
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
