package smpp

import "bytes"

// writer puts a body together. It keeps the first error.
type writer struct {
	dst []byte
	err *Error
}

func (w *writer) octet(v ...uint8) { w.dst = append(w.dst, v...) }

func (w *writer) fail(f Field, status Status, problem string) {
	if w.err == nil {
		w.err = &Error{Status: status, Field: f, Problem: problem}
	}
}

// cstring writes a string and its NUL, which most counts.
func (w *writer) cstring(f Field, v []byte, most int) {
	switch {
	case len(v) >= most:
		w.fail(f, RInvCmdLen, problemLong)
	case bytes.IndexByte(v, 0) >= 0:
		w.fail(f, RInvCmdLen, problemNUL)
	}
	w.dst = append(append(w.dst, v...), 0)
}

func (w *writer) done() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.dst, nil
}
