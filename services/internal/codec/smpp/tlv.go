package smpp

import (
	"encoding/binary"
	"iter"
)

// tlvHeader is the octets of tag and length (SMPP 3.4 §3.2.4.1).
const tlvHeader = 4

// TLVs are optional parameters as they stand in a PDU: in order, duplicates kept.
// Those of a decoded body are well formed.
type TLVs []byte

// All yields the parameters in order.
func (t TLVs) All() iter.Seq2[Tag, []byte] {
	return func(yield func(Tag, []byte) bool) {
		for rest := []byte(t); len(rest) >= tlvHeader; {
			end := tlvHeader + int(binary.BigEndian.Uint16(rest[2:]))
			if end > len(rest) || !yield(Tag(binary.BigEndian.Uint16(rest)), rest[tlvHeader:end:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// Get returns the first parameter with a tag.
func (t TLVs) Get(tag Tag) (value []byte, ok bool) {
	for have, v := range t.All() {
		if have == tag {
			return v, true
		}
	}
	return nil, false
}

// Uint returns the first parameter with a tag as the integer that it is; ok is
// false when there is none or it has more than four octets.
func (t TLVs) Uint(tag Tag) (v uint32, ok bool) {
	const most = 4
	value, ok := t.Get(tag)
	if !ok || len(value) == 0 || len(value) > most {
		return 0, false
	}
	for _, octet := range value {
		v = v<<8 | uint32(octet)
	}
	return v, true
}

// Append appends a parameter. A value longer than 65535 octets is cut off there:
// callers bound what they write.
func (t TLVs) Append(tag Tag, value ...byte) TLVs {
	value = value[:min(len(value), maxParameterSize)]
	t = binary.BigEndian.AppendUint16(t, uint16(tag))
	t = binary.BigEndian.AppendUint16(t, uint16(len(value)))
	return append(t, value...)
}

// AppendString appends a parameter that is a string with its NUL.
func (t TLVs) AppendString(tag Tag, value string) TLVs {
	value = value[:min(len(value), maxParameterSize-1)]
	t = binary.BigEndian.AppendUint16(t, uint16(tag))
	t = binary.BigEndian.AppendUint16(t, uint16(len(value)+1))
	return append(append(t, value...), 0)
}

// AppendUint16 appends a parameter of two octets.
func (t TLVs) AppendUint16(tag Tag, v uint16) TLVs { return t.Append(tag, byte(v>>8), byte(v)) }

// tlvs reads the rest of a body: optional parameters, and up to three NULs that
// some clients put after them.
func (r *reader) tlvs() TLVs {
	if r.err != nil {
		return nil
	}
	start := r.pos
	for len(r.data)-r.pos >= tlvHeader {
		length := int(binary.BigEndian.Uint16(r.data[r.pos+2:]))
		if len(r.data)-r.pos-tlvHeader < length {
			r.failTLV(problemCut)
			return nil
		}
		r.pos += tlvHeader + length
	}
	end := r.pos
	for _, octet := range r.data[r.pos:] {
		if octet != 0 {
			r.failTLV(problemRest)
			return nil
		}
	}
	r.pos = len(r.data)
	if end == start {
		return nil
	}
	return TLVs(r.data[start:end:end])
}

func (r *reader) failTLV(problem string) {
	e := &Error{Status: RInvOptParStr, Offset: r.pos, Problem: problem}
	if len(r.data)-r.pos >= 2 {
		e.Tag = Tag(binary.BigEndian.Uint16(r.data[r.pos:]))
	}
	r.err = e
}

// tlvs appends parameters that were made by Append, or decoded.
func (w *writer) tlvs(t TLVs) { w.dst = append(w.dst, t...) }
