package modem

import "errors"

var (
	// ErrDropped ends a Serve whose connection a rule or a reset took away, as
	// when a USB modem is unplugged.
	ErrDropped = errors.New("modem dropped the connection")
	// ErrRule is wrapped by every complaint about a Rule or a Fate.
	ErrRule = errors.New("invalid rule")
	// ErrMemoryFull says that a message was put into a memory without a free place.
	ErrMemoryFull = errors.New("memory full")
	// ErrNoMemory says that a memory was named that the modem does not have.
	ErrNoMemory = errors.New("no such memory")
	// ErrNoMessage says that a text given to Deliver cannot stand on a line of its own.
	ErrNoMessage = errors.New("not a PDU line")
)
