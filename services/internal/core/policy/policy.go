// Package policy is what all services of a gateway share: how messages are routed
// and which are taken, when they are sent, who may submit, and who gets what arrives.
//
// It is pure. A Policy must not be changed once it is in use; then several
// goroutines may read it. New rules are new fields: a reader that does not know
// one passes over it.
package policy

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// Policy is the shared policy. The zero value takes everything from the gateway's
// own ingresses to message.DefaultQueue, has no accounts, and leaves what arrives
// to the inbox.
type Policy struct {
	Routes route.Policy
	Lists  Lists
	// Accounts are the clients; no name twice.
	Accounts []*account.Account
	// Inbound says who gets what arrives, in order: the first that matches.
	Inbound []Inbound
	// Quiet are the hours at which messages wait.
	Quiet []QuietHours
	// Version counts up with every change of any part. It is the broker's to set.
	Version uint64
	// Problems are the entries on the broker that cannot be read, with their keys.
	// For each of them the last one that could be read is in force, if there was any.
	Problems []error
}

// Account returns the account of a name, disabled or not; nil: there is none.
func (p *Policy) Account(name string) *account.Account {
	for _, a := range p.Accounts {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// HasRules reports whether p says anything at all.
func (p *Policy) HasRules() bool {
	return len(p.Routes.Queues)+len(p.Lists.Deny)+len(p.Lists.Allow)+len(p.Accounts)+len(p.Inbound)+len(p.Quiet) > 0 || p.Lists.AllowOnly
}

// Networks returns the networks from which any account that is not disabled may
// bind: sorted, without those that lie within another one.
func (p *Policy) Networks() []netip.Prefix {
	var all []netip.Prefix
	for _, a := range p.Accounts {
		if !a.Disabled {
			all = append(all, a.Networks...)
		}
	}
	slices.SortFunc(all, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	// A network that lies within another one comes behind it.
	var union []netip.Prefix
	for _, n := range all {
		if len(union) == 0 || !union[len(union)-1].Overlaps(n) {
			union = append(union, n)
		}
	}
	return union
}
