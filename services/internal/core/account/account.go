// Package account holds what an account of a client may do: from where and how it
// binds, and what it sends where. Everything is closed by default: an empty list
// allows nothing, and Any is spelled out.
//
// It is pure; now is an argument. An Account must not be changed once it is in
// use; then several goroutines may read it.
package account

import (
	"net/netip"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Any allows everything, as an element of a list.
const Any = "*"

// Account is a client and its rules.
type Account struct {
	// Name is the system_id, of at most MaxName characters.
	Name string
	// SecretHash is the secret as argon2id in PHC string form.
	SecretHash string
	// Networks are where binds may come from; none: nowhere.
	Networks []netip.Prefix
	// Modes are the binds allowed.
	Modes []Mode
	// Sources are the source addresses allowed: one that ends in Any stands for all
	// that begin so. An absent source address is always allowed.
	Sources []string
	// Destinations are the prefixes of normalised numbers allowed, those of short
	// numbers with their "s"; Any is all of both.
	Destinations []string
	// Codings are the names of the charsets allowed, as in KnownCodings.
	Codings []string
	// Classes are the message classes allowed, 0 to 3. No class is always allowed.
	Classes []uint8
	// Commands are those allowed, as in KnownCommands.
	Commands []string
	// Window is how many requests may be unanswered; 0: DefaultWindow.
	Window uint32
	// Rate is in messages a second, of all sessions together; 0: no limit.
	Rate float64
	// Burst is how many messages may come at once; it is at least the window.
	Burst uint32
	// DailyQuota is in messages a day of UTC; 0: no limit.
	DailyQuota uint64
	// MaxBinds is for all instances together; 0: DefaultMaxBinds.
	MaxBinds uint32
	// MaxParts is how many parts a message may have; 0: as many as fit (255).
	MaxParts uint32
	// MaxValidity limits the validity asked for; 0: no limit.
	MaxValidity time.Duration
	// ExpiresAt is when the account ends; zero: never.
	ExpiresAt time.Time
	// ReceiptForm and TimeZone (IANA name; empty: UTC) are of the receipts.
	ReceiptForm, TimeZone string
	Disabled              bool
	// Alternates are tried when a message does not reach its recipient.
	Alternates []message.Alternate
	// DefaultCoding is that of data_coding 0, as in KnownCodings; empty: gsm.
	DefaultCoding string
	// DefaultSource stands in for an absent source address; empty: one must be given.
	DefaultSource string
	// Country is the country code that replaces the zero of national numbers; empty:
	// they stay as they are.
	Country string
	// ServiceTypes are those known; none: those of SMPP 3.4 §5.2.11.
	ServiceTypes []string
	// ProtocolIDs are allowed although they act on the phone or SIM without being seen.
	ProtocolIDs []uint8
	// Deduplicate is how long a message with a user_message_reference that is
	// submitted again is recognised and not sent again; 0: not at all.
	Deduplicate time.Duration
}

// Limits, and what stands for 0.
const (
	// MaxName and MaxSecret are what a bind has room for (SMPP 3.4 §5.2.1, §5.2.2).
	MaxName   = 15
	MaxSecret = 8

	DefaultWindow   = 100
	MaxWindow       = 10000
	DefaultMaxBinds = 2
	maxParts        = 255
	maxClass        = 3
)

// Mode is a way to bind.
type Mode string

// Modes.
const (
	Transmitter Mode = "transmitter"
	Receiver    Mode = "receiver"
	Transceiver Mode = "transceiver"
)

// Names that rules may use.
var (
	KnownModes    = []Mode{Transmitter, Receiver, Transceiver}
	KnownCodings  = []string{"gsm", "ascii", "latin1", "utf8", "cyrillic", "hebrew", "ucs2", "binary"}
	KnownCommands = []string{"submit_sm", "submit_multi", "data_sm", "query_sm", "cancel_sm", "replace_sm"}
)

// WindowSize is Window, or what stands for none.
func (a *Account) WindowSize() int {
	if a.Window == 0 {
		return DefaultWindow
	}
	return int(a.Window)
}

// BindLimit is MaxBinds, or what stands for none.
func (a *Account) BindLimit() int {
	if a.MaxBinds == 0 {
		return DefaultMaxBinds
	}
	return int(a.MaxBinds)
}

// BurstSize is Burst, or the window where that is larger: a client that fills its
// window is not throttled for it.
func (a *Account) BurstSize() int { return max(int(a.Burst), a.WindowSize()) }
