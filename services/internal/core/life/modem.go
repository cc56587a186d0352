package life

import "time"

// ModemStatus is the state of a modem.
type ModemStatus struct {
	State ModemState
	// Reason says why, for people.
	Reason string
	Queues []string
	// Registration is the <stat> of 3GPP TS 27.007 §7.2: 1 home, 5 roaming ...; -1 when not known.
	Registration int
	Operator     string
	// SignalDBm is the received signal strength; 0 when not known.
	SignalDBm int
	// BitErrors is the class of the bit error rate, 0 to 7 (3GPP TS 27.007 §8.5); -1 when
	// not known.
	BitErrors              int
	Sent, Failed, Received uint64
	// Resets are how often each step of a reset was taken since the worker began: radio,
	// own command and so on, as VerbReset counts them from 0, and the alarm; nil for none.
	Resets []uint64
	// Since is when the modem entered the state.
	Since time.Time
	// Until is when the state ends by itself; zero when that is not known.
	Until     time.Time
	Device    string
	Identity  Modem
	MessageID string
}

// ModemState is what a modem is doing.
type ModemState uint8

// Modem states; the comment says who acts next.
const (
	ModemStarting  ModemState = iota + 1 // the worker initialises it
	ModemIdle                            // the broker, with a message
	ModemSending                         // the network
	ModemReceiving                       // the worker
	ModemBlocked                         // time: the worker tries again after the block
	ModemTrouble                         // the worker retries; a person may look
	ModemStopped                         // a person
	ModemSuspended                       // a person
)

var modemStates = [...]string{"", "starting", "idle", "sending", "receiving", "blocked", "trouble", "stopped", "suspended"}

// String returns the state as one lower-case word.
func (s ModemState) String() string {
	if int(s) < len(modemStates) && s > 0 {
		return modemStates[s]
	}
	return "unknown"
}

// Suspension says that an operator has taken a modem out of service.
type Suspension struct {
	// Reason is for people, and may be empty.
	Reason string
	Since  time.Time
}
