package smpp

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
)

// Policy is what the shared policy says to this service. It does not change.
type Policy struct {
	Accounts map[string]*account.Account
	// Networks are those of all accounts.
	Networks []netip.Prefix
	// Route returns the queue of a message to a number. The error is account.
	// WrongDestination for numbers that nobody may send to.
	Route func(number message.Address) (queue string, err error)
}

// policyOf is what a shared policy says to this service.
func policyOf(p *policy.Policy) *Policy {
	own := &Policy{Accounts: make(map[string]*account.Account, len(p.Accounts)), Networks: p.Networks()}
	for _, a := range p.Accounts {
		own.Accounts[a.Name] = a
	}
	own.Route = func(number message.Address) (string, error) {
		queue, err := p.Choose("", number)
		switch {
		case errors.Is(err, policy.ErrDenied), errors.Is(err, policy.ErrNotAllowed):
			return "", account.WrongDestination
		case err != nil:
			return "", fmt.Errorf("%w: %w", smpp.RSubmitFail, err)
		}
		return queue, nil
	}
	return own
}
