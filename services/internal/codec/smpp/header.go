package smpp

import (
	"encoding/binary"
	"errors"
)

// HeaderLen is the length of the header of a PDU (SMPP 3.4 §3.2.1).
const HeaderLen = 16

// Limits on whole PDUs.
const (
	// MaxUnbound is enough for a bind, and all that a stranger may say.
	MaxUnbound = 1 << 10
	// MaxBound has room for the longest message_payload of any use.
	MaxBound = 64 << 10
)

// Header is the header of a PDU. Length is that of the whole PDU.
type Header struct {
	Length   uint32
	ID       ID
	Status   Status
	Sequence uint32
}

// ErrLength says that a command_length is less than a header or more than the
// limit: what follows it cannot be told apart any more.
var ErrLength = errors.New("command_length is out of range")

// ReadHeader reads the header that data begins with; ok is false when there is
// less than one.
func ReadHeader(data []byte) (h Header, ok bool) {
	if len(data) < HeaderLen {
		return Header{}, false
	}
	return Header{
		Length: binary.BigEndian.Uint32(data), ID: ID(binary.BigEndian.Uint32(data[4:])),
		Status: Status(binary.BigEndian.Uint32(data[8:])), Sequence: binary.BigEndian.Uint32(data[12:]),
	}, true
}

// Frame finds the first PDU in a stream of octets: n is its length, 0 while it is
// not whole yet. ErrLength is told from the first four octets, before anything is
// waited for.
func Frame(data []byte, limit int) (n int, err error) {
	const lengthOctets = 4
	if len(data) < lengthOctets {
		return 0, nil
	}
	length := binary.BigEndian.Uint32(data)
	if length < HeaderLen || uint64(length) > uint64(limit) {
		return 0, ErrLength
	}
	if len(data) < int(length) {
		return 0, nil
	}
	return int(length), nil
}

// appendHeader appends a header whose length is filled in by finish.
func appendHeader(dst []byte, id ID, status Status, sequence uint32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, HeaderLen)
	dst = binary.BigEndian.AppendUint32(dst, uint32(id))
	dst = binary.BigEndian.AppendUint32(dst, uint32(status))
	return binary.BigEndian.AppendUint32(dst, sequence)
}

// finish fills in the length of the PDU that begins at start.
func finish(dst []byte, start int) []byte {
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}
