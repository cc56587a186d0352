package account

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Bind returns nil or the Refusal of a bind from an address. The secret, and how
// many binds there are, is for others to judge.
func (a *Account) Bind(from netip.Addr, mode Mode, now time.Time) error {
	switch {
	case a.Disabled:
		return Disabled
	case !a.ExpiresAt.IsZero() && !now.Before(a.ExpiresAt):
		return Expired
	case !Within(a.Networks, from):
		return WrongNetwork
	case !slices.Contains(a.Modes, mode):
		return WrongMode
	}
	return nil
}

// Within reports whether an address is in one of the networks. An IPv4 address in
// the form of IPv6 is the IPv4 address; a zone is ignored.
func Within(networks []netip.Prefix, addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Command returns nil or WrongCommand.
func (a *Account) Command(name string) error {
	if !slices.Contains(a.Commands, name) {
		return WrongCommand
	}
	return nil
}

// Message is what the rules ask of a message.
type Message struct {
	// Source is the source address as the client wrote it; empty: none.
	Source      string
	Destination message.Address
	Coding      string
	// Class is the message class; nil: none.
	Class *uint8
	Parts int
	// Validity is how long from now or from its schedule it is valid; 0: as long as
	// the standard says.
	Validity time.Duration
}

// Submit returns nil or the first Refusal of a message.
func (a *Account) Submit(m Message) error {
	switch {
	case m.Source != "" && !slices.ContainsFunc(a.Sources, func(rule string) bool { return source(rule, m.Source) }):
		return WrongSource
	case !slices.ContainsFunc(a.Destinations, func(p string) bool { return destination(p, m.Destination.Reveal()) }):
		return WrongDestination
	case !slices.Contains(a.Codings, m.Coding):
		return WrongCoding
	case m.Class != nil && !slices.Contains(a.Classes, *m.Class):
		return WrongClass
	case a.MaxParts != 0 && m.Parts > int(a.MaxParts):
		return TooManyParts
	case a.MaxValidity != 0 && m.Validity > a.MaxValidity:
		return TooLongValidity
	}
	return nil
}

func source(rule, address string) bool {
	if prefix, open := strings.CutSuffix(rule, Any); open {
		return strings.HasPrefix(address, prefix)
	}
	return rule == address
}

func destination(prefix, number string) bool {
	return number != "" && (prefix == Any || strings.HasPrefix(number, prefix))
}
