package smpp

import (
	"context"
	"errors"

	"github.com/viesti-sms/viesti/services/internal/core/account"
)

// Lease is the right of one session to be bound, of all that its account has on all
// instances.
type Lease interface {
	Renew(ctx context.Context) error
	Release(ctx context.Context) error
}

// errBroker says that the broker could not be asked.
var errBroker = errors.New("the broker could not be asked")

// acquire takes a lease for a session.
func (c *Conn) acquire(_ context.Context, a *account.Account) (Lease, error) {
	if c.srv.tenantOf(a).count() >= a.BindLimit() {
		return nil, account.TooManyBinds
	}
	return nil, nil
}

func (t *tenant) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.conns)
}

func (c *Conn) releaseLease() {}
