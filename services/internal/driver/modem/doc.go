// Package modem drives one GSM modem over its AT interface (3GPP TS 27.005,
// 27.007): initialisation, sending, the message memories, and what the modem
// says unasked. The caller opens the device; anything that is an
// io.ReadWriteCloser will do.
//
// # How a Modem keeps in step
//
// One goroutine reads, and takes unsolicited lines out before anything else sees
// them. One command is carried out at a time. A command whose answer did not come
// in time leaves the Modem out of step: its answer may still come, and must not
// be taken for that of the next command. So the next command is preceded by a
// probe, a query that only its own answer can satisfy (see resync.go).
//
// # Three outcomes
//
// Send tells apart what was accepted, what was certainly not, and what is not
// known: after the PDU was written only the modem's answer tells. An
// *UnknownError is the one error after which a message may be on its way.
package modem
