package wire

import (
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields are the octets of a protobuf message that is written field by field, without
// the values that generated code makes of each nested message: what every message
// that is accepted goes through is written so. As in the generated code, a field
// without presence is left out when it is zero.
type fields []byte

func (f *fields) number(field protowire.Number, v uint64) {
	if v != 0 {
		f.present(field, v)
	}
}

// present writes a number that has presence, also when it is 0.
func (f *fields) present(field protowire.Number, v uint64) {
	*f = protowire.AppendVarint(protowire.AppendTag(*f, field, protowire.VarintType), v)
}

func (f *fields) flag(field protowire.Number, v bool) {
	if v {
		f.present(field, 1)
	}
}

func (f *fields) text(field protowire.Number, s string) {
	if s != "" {
		*f = protowire.AppendString(protowire.AppendTag(*f, field, protowire.BytesType), text(s))
	}
}

// raw is text that need not be UTF-8.
func (f *fields) raw(field protowire.Number, s string) {
	if s != "" {
		*f = protowire.AppendString(protowire.AppendTag(*f, field, protowire.BytesType), s)
	}
}

func (f *fields) octets(field protowire.Number, b []byte) {
	if len(b) > 0 {
		*f = protowire.AppendBytes(protowire.AppendTag(*f, field, protowire.BytesType), b)
	}
}

// begin begins a nested message, and end ends it: what begin returned is where it is.
func (f *fields) begin(field protowire.Number) (at int) {
	*f = append(protowire.AppendTag(*f, field, protowire.BytesType), 0)
	return len(*f)
}

// end writes the length in front of a nested message. There is one octet for it, as
// most need; the message moves for those that are longer.
func (f *fields) end(at int) {
	const oneOctet = 0x7F
	length := len(*f) - at
	if length <= oneOctet {
		(*f)[at-1] = byte(length)
		return
	}
	var prefix [10]byte
	n := len(protowire.AppendVarint(prefix[:0], uint64(length)))
	*f = append(*f, prefix[1:n]...)
	copy((*f)[at-1+n:], (*f)[at:at+length])
	protowire.AppendVarint((*f)[:at-1], uint64(length))
}

// stamp writes a google.protobuf.Timestamp; the zero time is absent.
func (f *fields) stamp(field protowire.Number, t time.Time) {
	if t.IsZero() {
		return
	}
	at := f.begin(field)
	f.number(1, uint64(t.Unix()))
	f.number(2, uint64(t.Nanosecond()))
	f.end(at)
}

// span writes a google.protobuf.Duration; 0 is absent.
func (f *fields) span(field protowire.Number, d time.Duration) {
	if d == 0 {
		return
	}
	at := f.begin(field)
	f.number(1, uint64(d/time.Second))
	f.number(2, uint64(d%time.Second))
	f.end(at)
}

// maybe writes a number that may be absent.
func maybe[T ~uint8 | ~int](f *fields, field protowire.Number, v *T) {
	if v != nil {
		f.present(field, uint64(uint32(*v)))
	}
}
