package policy

import (
	"errors"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// Lists allow and deny destinations (smstools spec §7.2).
type Lists struct {
	// Deny are the prefixes of normalised numbers to which nothing is sent.
	Deny []string
	// Allow are the prefixes to which alone something is sent, in order, with the
	// queue that each selects, if any.
	Allow route.List
	// AllowOnly says that Allow is in force, even when it is empty.
	AllowOnly bool
}

// Errors that say why the lists do not let a message pass.
var (
	// ErrDenied says that the number is on the deny list.
	ErrDenied = errors.New("destination is on the deny list")
	// ErrNotAllowed says that the number is not on the allow list.
	ErrNotAllowed = errors.New("destination is not on the allow list")
)

// Admit says whether messages to a number are taken, and which queue the allow
// list wants for it; empty: none.
func (l *Lists) Admit(to message.Address) (queue string, err error) {
	d := l.judge(to)
	return d.Asked, d.Err
}

func (l *Lists) judge(to message.Address) (d Decision) {
	for _, prefix := range l.Deny {
		if route.Begins(to, prefix) {
			return Decision{Denied: prefix, Err: ErrDenied}
		}
	}
	if !l.AllowOnly {
		return d
	}
	entry, allowed := l.Allow.Match(to)
	if !allowed {
		return Decision{Err: ErrNotAllowed}
	}
	return Decision{Allowed: entry.Prefix, Asked: entry.Queue}
}

// Decision is what becomes of a message to a number, and why.
type Decision struct {
	// Queue is where it goes; empty when Err says why it goes nowhere: ErrDenied,
	// ErrNotAllowed, route.ErrQueue or route.ErrNoMatch.
	Queue string
	Err   error
	// Denied is the entry of the deny list, Allowed that of the allow list that
	// matched; empty: none did, or the list is not in force.
	Denied, Allowed string
	// Asked is the queue, or the number to look up instead, that the message asks
	// for, or else the entry of the allow list.
	Asked string
	// Prefix is the prefix by which the queue takes the number; empty: it was asked
	// for by its name, or there are no queues.
	Prefix string
}

// Decide says where a message to a number goes. asked is what the message itself
// says about its queue, as in route.Policy.Choose; it goes before the allow list.
func (p *Policy) Decide(asked string, to message.Address) Decision {
	d := p.Lists.judge(to)
	if d.Err != nil {
		return d
	}
	if asked != "" {
		d.Asked = asked
	}
	d.Queue, d.Err = p.Routes.Choose(d.Asked, to)
	if d.Err == nil && d.Asked != d.Queue {
		number := d.Asked
		if number == "" {
			number = to.Reveal()
		}
		_, d.Prefix, _ = p.Routes.Match(number)
	}
	return d
}

// Choose is Decide without the reasons.
func (p *Policy) Choose(asked string, to message.Address) (queue string, err error) {
	d := p.Decide(asked, to)
	return d.Queue, d.Err
}
