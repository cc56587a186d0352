package smpp

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// Lease is the right of one session to be bound, of all that its account may have on
// all instances together.
type Lease interface {
	// Renew keeps it; bus.ErrTooMany says that it was lost, and others have it.
	Renew(ctx context.Context) error
	Release(ctx context.Context) error
}

// errBroker says that the broker could not be asked.
var errBroker = errors.New("the broker could not be asked")

// acquire takes a lease for a session.
func (s *Server) acquire(ctx context.Context, a *account.Account) (Lease, error) {
	lease, err := s.broker.AcquireBind(ctx, a.Name, a.BindLimit(), s.cfg.Host)
	switch {
	case errors.Is(err, bus.ErrTooMany):
		return nil, account.TooManyBinds
	case err != nil:
		return nil, errors.Join(errBroker, err)
	}
	return lease, nil
}

// release gives a lease back; until the broker has heard of it, it counts.
func (s *Server) release(lease Lease) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.base), patience)
	defer cancel()
	if err := lease.Release(ctx); err != nil {
		s.log.Warn("giving back the right to bind", zap.Error(err))
	}
}

// renew keeps the leases of all sessions until ctx ends.
func (s *Server) renew(ctx context.Context) {
	tick := time.NewTicker(bus.BindRenewal)
	defer tick.Stop()
	rates := rates{since: time.Now()}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			rates.share(ctx, s, now)
			s.renewAll(ctx)
		}
	}
}

func (s *Server) renewAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, bus.BindRenewal)
	defer cancel()
	for _, c := range s.sessions() {
		err := c.lease.Renew(ctx)
		if errors.Is(err, bus.ErrTooMany) {
			c.leave(account.TooManyBinds)
			continue
		}
		if err != nil {
			return // the broker is away; sessions stay
		}
	}
}

// sessions are the connections that have bound.
func (s *Server) sessions() []*Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var bound []*Conn
	for _, t := range s.tenants {
		bound = append(bound, t.sessions()...)
	}
	return bound
}
