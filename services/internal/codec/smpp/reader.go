package smpp

import "bytes"

// reader takes a body apart. After an error it returns empty fields and keeps the
// first error.
type reader struct {
	data []byte
	pos  int
	err  *Error
}

func (r *reader) fail(f Field, status Status, problem string) {
	if r.err == nil {
		r.err = &Error{Status: status, Field: f, Offset: r.pos, Problem: problem}
	}
}

// octet reads an integer of one octet.
func (r *reader) octet(f Field) uint8 {
	if r.err != nil || r.pos >= len(r.data) {
		r.fail(f, RInvCmdLen, problemCut)
		return 0
	}
	v := r.data[r.pos]
	r.pos++
	return v
}

// cstring reads a string that ends with a NUL; most counts the NUL.
func (r *reader) cstring(f Field, most int) []byte {
	if r.err != nil {
		return nil
	}
	rest := r.data[r.pos:]
	end := bytes.IndexByte(rest[:min(len(rest), most)], 0)
	switch {
	case end >= 0:
		r.pos += end + 1
		return rest[:end:end]
	case len(rest) >= most:
		r.fail(f, RInvCmdLen, problemLong)
	default:
		r.fail(f, RInvCmdLen, problemUnterminated)
	}
	return nil
}

// octets reads n octets.
func (r *reader) octets(f Field, n int, status Status) []byte {
	if r.err != nil || len(r.data)-r.pos < n {
		r.fail(f, status, problemCut)
		return nil
	}
	v := r.data[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return v
}

// more reports whether octets are left.
func (r *reader) more() bool { return r.err == nil && r.pos < len(r.data) }

// done returns the first error.
func (r *reader) done() error {
	if r.err != nil {
		return r.err
	}
	return nil
}
