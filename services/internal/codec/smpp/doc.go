// Package smpp translates between the octets of SMPP PDUs and values: every
// command that a message centre or its client meets (SMPP 3.4 §4, §5).
//
// It is strict where go-smpp is lenient: a body that is cut off, a string without
// its end or longer than its field, and octets left over are errors, which carry
// the status that answers them. It is lenient where clients are known to be
// sloppy: up to three NULs after a body are ignored.
//
// Decoding copies nothing: the fields of a decoded value are parts of the octets
// that it was decoded from, and last as long as those stay as they are. Names of
// commands, statuses, fields and tags are those of go-smpp.
package smpp
