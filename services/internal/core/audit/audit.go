// Package audit is what must be known later about who got in, who did not, and who
// changed what. It holds no text of a message, no number and no secret; addresses of
// clients are in full.
//
// It is pure.
package audit

import (
	"errors"
	"net/netip"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/account"
)

// Event is one thing that happened.
type Event struct {
	Time time.Time
	Kind Kind
	// Host and Service say where: the service is smpp, cli or viestid.
	Host, Service string
	// Account is set when there is one of that name.
	Account string
	// SystemID is the name that a client gave, as it gave it: any octets.
	SystemID string
	// Remote is the client's address and port.
	Remote netip.AddrPort
	Mode   account.Mode
	// TLS is its version, and Certificate the subject of the client's; empty: none.
	TLS, Certificate string
	Reason           Reason
	// Detail is for people.
	Detail string
	// By is the user at a host who changed something.
	By string
	// Count is how many such events this one stands for; 0 stands for one. What a
	// stranger can cause is summed up by whoever records it, so that a flood of
	// attempts is no flood of events.
	Count uint64
	// Version is the version of the policy that a change made.
	Version uint64
	// Session is the ID of the account.Session.
	Session string
}

// Kind is what happened.
type Kind uint8

// Kinds.
const (
	// Bound: a client has bound.
	Bound Kind = iota + 1
	// Refused: a connection or a bind was refused.
	Refused
	// Unbound: a session has ended.
	Unbound
	// Rejected: messages or commands of a bound client were refused by its rules.
	Rejected
	// Account: an account was made, changed or removed.
	Account
	// Policy: queues, lists or inbound routes were changed.
	Policy
	// Declined: a client refused receipts or messages for good. They are not offered again.
	Declined
)

var kinds = map[Kind]string{
	Bound: "bound", Refused: "refused", Unbound: "unbound", Rejected: "rejected", Account: "account", Policy: "policy", Declined: "declined",
}

// Kinds lists every kind there is.
func Kinds() []Kind { return []Kind{Bound, Refused, Unbound, Rejected, Account, Policy, Declined} }

// String is the token of a kind in subjects.
func (k Kind) String() string {
	if s, ok := kinds[k]; ok {
		return s
	}
	return "unknown"
}

// Reason says in one word, which stays the same, why something was refused or ended.
// Logs, metrics and filters go by it.
type Reason string

// Why a connection or bind is refused.
const (
	// NotListed: the address is on no list of any account.
	NotListed Reason = "not-listed"
	// Crowded: there are too many connections that have not bound.
	Crowded Reason = "crowded"
	// Slow: no whole bind came in time.
	Slow Reason = "slow"
	// NotBind: something else than a bind came first.
	NotBind Reason = "not-bind"
	// Malformed: what came is no PDU, or too long.
	Malformed Reason = "malformed"
	// TLS: there was no TLS session.
	TLS Reason = "tls"
	// Certificate: the client's certificate is not the account's.
	Certificate Reason = "certificate"
	// NoAccount: there is no such account.
	NoAccount Reason = "no-account"
	// Secret: the password is wrong.
	Secret Reason = "secret"
	// Network, Mode, Disabled, Expired and Binds are the refusals of package account.
	Network  Reason = "network"
	Mode     Reason = "mode"
	Disabled Reason = "disabled"
	Expired  Reason = "expired"
	Binds    Reason = "binds"
	// BackOff: there were too many failures from the address.
	BackOff Reason = "back-off"
	// Draining: the service is ending. Broker: it cannot ask the broker.
	Draining Reason = "draining"
	Broker   Reason = "broker"
)

// Why a session ends.
const (
	// ByClient: the client unbound. ByServer: the server did.
	ByClient Reason = "client"
	ByServer Reason = "server"
	// Closed: the connection ended without an unbind.
	Closed Reason = "closed"
	// Idle: the client was not heard for too long.
	Idle Reason = "idle"
	// Withdrawn: the account was disabled, changed or removed.
	Withdrawn Reason = "withdrawn"
)

// Why a message or a command of a bound client is rejected.
const (
	Command     Reason = "command"
	Source      Reason = "source"
	Destination Reason = "destination"
	Coding      Reason = "coding"
	Class       Reason = "class"
	Parts       Reason = "parts"
	Validity    Reason = "validity"
	Rate        Reason = "rate"
	Quota       Reason = "quota"
)

// Delivery is why something is Declined: the status that the client answered with is in
// the detail.
const Delivery Reason = "delivery"

var reasons = map[account.Refusal]Reason{
	account.Disabled: Disabled, account.Expired: Expired, account.WrongNetwork: Network, account.WrongMode: Mode,
	account.TooManyBinds: Binds, account.WrongCommand: Command, account.WrongSource: Source, account.WrongDestination: Destination,
	account.WrongCoding: Coding, account.WrongClass: Class, account.TooManyParts: Parts, account.TooLongValidity: Validity,
	account.TooFast: Rate, account.QuotaUsed: Quota,
}

// ReasonOf is the reason of an account.Refusal; empty for another error.
func ReasonOf(err error) Reason {
	var r account.Refusal
	if !errors.As(err, &r) {
		return ""
	}
	return reasons[r]
}

// Blames reports whether a refusal speaks against the address that it came from:
// enough of them, and a firewall may shut it out.
func (r Reason) Blames() bool {
	switch r {
	case NotBind, Malformed, Slow, TLS, Certificate, NoAccount, Secret, Network, BackOff:
		return true
	default:
		return false
	}
}

// What the log says of a refusal: one line, whose words and fields stay the same, for
// programs such as fail2ban. The filter under deploy/fail2ban reads it.
const (
	// LogRefused is the text of the line.
	LogRefused = "bind refused"
	// LogRemote is the field with the address, without the port; LogReason that with
	// the Reason; LogSystemID that with the name given, quoted.
	LogRemote   = "remote"
	LogReason   = "reason"
	LogSystemID = "system_id"
)
