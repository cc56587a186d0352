package modem

import "time"

// allMessages is the argument of AT+CMGL for all messages in PDU mode.
const allMessages = "4"

// Config says how to treat a modem. The names follow smsd.conf (smstools spec
// §6.3); the zero value of each field is useful, and a zero time is the default.
type Config struct {
	// Start is given once, before anything else, and Stop by Modem.Stop.
	// StartSleep is the pause after Start.
	Start, Stop string
	StartSleep  time.Duration
	// Wakeup is written as it is, with CR, before the first AT (smstools wakeup_init).
	Wakeup string
	// WakeupAT gives an AT whose answer does not matter before the first one.
	WakeupAT bool
	// Attempts is how often AT is tried before the modem is given up (11).
	Attempts int

	// PreInit gives ATE0 and AT+CMEE=1.
	PreInit bool
	// CallerID adds +CLIP=1, and CellInfo +CREG=2, to the latter.
	CallerID, CellInfo bool

	// SIMCheck waits for a SIM.
	SIMCheck SIMCheck

	// PIN is the SIM's PIN. IgnorePIN leaves the SIM alone. PINRefused tells
	// that an earlier Modem had this PIN refused: it will not be tried.
	PIN        Secret
	IgnorePIN  bool
	PINRefused bool
	// PINUnsure tells that the PIN was given before and nobody knows what came of
	// it: it is given again only when the SIM says that it has all its attempts.
	PINUnsure bool
	// BeforePIN, when not nil, is called before the PIN is given; it is not given
	// after an error.
	BeforePIN func() error
	// PINSleep is the pause after the PIN was accepted.
	PINSleep time.Duration

	// Init and Init2 are commands of the user.
	Init, Init2 string
	// SignalQuality asks AT+CSQ, during initialisation and for Status.
	SignalQuality bool
	// CheckNetwork is 0: do not wait for a network; 1: Init waits for it; 2:
	// only the first Send waits for it.
	CheckNetwork int
	// Unregistered, when not nil, is told each time that the wait for the network goes
	// on: how often so far, and whether the network denies the registration. It must not
	// block.
	Unregistered func(times int, denied bool)
	// SelectPDUMode gives AT+CMGF=0.
	SelectPDUMode bool
	// Phase1 is for a modem of GSM phase 1: its PDUs have no address of a service centre in
	// front. They are given to Send, and shown, as if they had one.
	Phase1 bool
	// SMSC is the service centre's number in international form without plus;
	// empty: the SIM's.
	SMSC string
	// MoreMessages keeps the radio link open (AT+CMMS) while SendMore says that
	// more messages follow, where the modem can.
	MoreMessages bool

	// Incoming prepares the modem for receiving: AT+CPMS?, AT+CNMI.
	Incoming bool
	// Acknowledge gives AT+CSMS=1, after which the network repeats a direct
	// message until AckDirect. Without it the modem acknowledges by itself.
	Acknowledge bool
	// Memories are those that List looks at, such as "SM", "ME", "SR"; empty: those
	// of the profile that the modem has, or the one in use.
	Memories []string
	// SecondaryMax bounds the slots that are looked at in all memories but the
	// first, where they are read one by one; 0: as many as the modem says.
	SecondaryMax int
	// Listing is how messages are found there.
	Listing Listing
	// CMGLValue is the argument of AT+CMGL ("4": all messages).
	CMGLValue string
	// MemoryStart is the first slot that is looked at by index. When messages
	// are missing, those before it are looked at too.
	MemoryStart int

	// Profile is the name of a Profile, AutoProfile (or empty) or NoProfile. What
	// it would set is left alone where Start, Init or Init2 set it.
	Profile string
	// USB is the identity of the USB device, "12d1:1506", or any other text when
	// only that the modem is on USB is known; empty: it may not be.
	USB string

	// SendDelay is a pause behind each character, for a modem that loses some without
	// hardware flow control.
	SendDelay time.Duration
	// Gap is the least time between an answer and the next command.
	Gap time.Duration

	Timeouts Timeouts
	// ErrorSleep is the pause before a refused step of the initialisation is repeated (10 s).
	ErrorSleep time.Duration

	// Trace, when not nil, gets every line in either direction. It is called in
	// order, must not block, and sees all: RedactPDU is at hand.
	Trace func(Dir, string)
}

// Timeouts are how long answers may take. A time counts from the last line of
// the answer that came, so that a slow but steady list is not cut off.
type Timeouts struct {
	// Command is that of most commands (5 s); others take multiples of it as
	// in smstools spec §7.4.
	Command time.Duration
	// Factors change those multiples; what is not in it, or not above 0, is as
	// in the specification.
	Factors map[Op]int
	// PDU is that from Ctrl-Z to the final answer (60 s).
	PDU time.Duration
	// Network is how long Init waits for the registration (100 s).
	Network time.Duration
	// Probe is that of one AT while the modem may be deaf (2 s, at most Command).
	Probe time.Duration
	// Write is how long the device may refuse to take octets (10 s).
	Write time.Duration
	// Quiet is how long a modem that gives no distinguishable answer must say
	// nothing before it counts as idle (500 ms).
	Quiet time.Duration
}

func (c Config) withDefaults() Config {
	c.Timeouts.Command = or(c.Timeouts.Command, 5*time.Second)
	c.Timeouts.PDU = or(c.Timeouts.PDU, 60*time.Second)
	c.Timeouts.Network = or(c.Timeouts.Network, 100*time.Second)
	c.Timeouts.Probe = or(c.Timeouts.Probe, min(2*time.Second, c.Timeouts.Command))
	c.Timeouts.Write = or(c.Timeouts.Write, 10*time.Second)
	c.Timeouts.Quiet = or(c.Timeouts.Quiet, 500*time.Millisecond)
	c.ErrorSleep = or(c.ErrorSleep, 10*time.Second)
	c.Attempts = or(c.Attempts, 11)
	c.CMGLValue = or(c.CMGLValue, allMessages)
	return c
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
