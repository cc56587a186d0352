package account

import (
	"net/netip"
	"time"
)

// Session is a live session of an account, as it is shown to operators. Nothing
// decides by it.
type Session struct {
	// Host is where the session is, and ID tells the sessions of a host apart.
	Host, ID string
	Account  string
	Mode     Mode
	// Remote is the client's address and port.
	Remote netip.AddrPort
	// TLS is its version; empty: plain.
	TLS   string
	Since time.Time
	// ActiveAt is when the client was heard last.
	ActiveAt time.Time
	// InterfaceVersion and SystemType are as the client gave them.
	InterfaceVersion uint8
	SystemType       string
	// Accepted and Rejected are messages of the client, Delivered and Refused receipts
	// and messages for it.
	Accepted, Rejected, Delivered, Refused uint64
	// InFlight are requests of the client that are unanswered, Awaited those of the
	// server.
	InFlight, Awaited uint32
}

// Holding is how many sessions of an account an instance of a service has.
type Holding struct {
	Instance string
	Count    uint32
}

// Elsewhere is how an account uses its rate on other instances.
type Elsewhere struct {
	// Rate is in messages a second, and Instances how many send any.
	Rate      float64
	Instances int
}

// Share is the part of a limit that one instance may use, in messages a second, when it
// used own lately: what nobody uses is divided among those that send, and none has less
// than its part were the limit shared evenly. So an instance where nothing is sent
// keeps nothing from the others, and when all want more than there is, each has the
// same after a few rounds.
func Share(limit, own float64, e Elsewhere) float64 {
	sending := float64(1 + max(e.Instances, 0))
	return max(own+(limit-own-e.Rate)/sending, limit/sending)
}
