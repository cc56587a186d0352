package smpp

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// rates share the rates of accounts with other instances: each tells now and then what
// it uses, and leaves to the others what they use. It is for one goroutine.
type rates struct {
	since time.Time
	// told says that the others believe that this instance uses some.
	told bool
}

// share tells what was used since the last time, and takes over what others use. While
// the broker is away, what it told last holds.
func (r *rates) share(ctx context.Context, s *Server, now time.Time) {
	span := now.Sub(r.since).Seconds()
	r.since = now
	limited, own := s.limited(), map[string]float64{}
	for _, t := range limited {
		if n := t.paced.Swap(0); n > 0 && span > 0 {
			own[t.name] = float64(n) / span
		}
	}
	if len(limited) == 0 && !r.told {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, bus.BindRenewal)
	defer cancel()
	others, err := s.broker.ShareRates(ctx, s.cfg.Host, own)
	if err != nil {
		s.log.Debug("sharing the rates of accounts", zap.Error(err))
		return
	}
	r.told = len(own) > 0
	for _, t := range limited {
		t.share(own[t.name], others[t.name])
	}
}

// limited are the tenants with sessions and a limited rate.
func (s *Server) limited() []*tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*tenant
	for _, t := range s.tenants {
		if t.profile.Load().account.Rate > 0 && len(t.sessions()) > 0 {
			all = append(all, t)
		}
	}
	return all
}
