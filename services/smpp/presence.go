package smpp

import (
	"context"
	"crypto/tls"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// counts are what a session has done.
type counts struct {
	accepted, rejected, delivered, refused atomic.Uint64
	// heard is when the client was heard last, in seconds since 1970.
	heard atomic.Int64
}

// show shows the sessions of this instance to operators until ctx ends.
func (s *Server) show(ctx context.Context) {
	tick := time.NewTicker(bus.StatusInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, c := range s.sessions() {
			if ctx.Err() != nil {
				return
			}
			s.showOne(ctx, c)
		}
	}
}

// statusPatience is how long it may take to show one session.
const statusPatience = 5 * time.Second

func (s *Server) showOne(ctx context.Context, c *Conn) {
	ctx, cancel := context.WithTimeout(ctx, statusPatience)
	defer cancel()
	if err := s.broker.ShowSession(ctx, c.status()); err != nil {
		s.log.Debug("showing a session", zap.Error(err))
	}
}

func (s *Server) hide(c *Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.base), statusPatience)
	defer cancel()
	if err := s.broker.HideSession(ctx, s.cfg.Host, c.account(), c.id); err != nil {
		s.log.Debug("hiding a session", zap.Error(err))
	}
}

// status is a session as it is shown.
func (c *Conn) status() *account.Session {
	return &account.Session{
		Host: c.cfg().Host, ID: c.id, Account: c.account(), Mode: c.mode, Remote: c.peer, TLS: c.tlsVersion(), Since: c.since,
		ActiveAt: time.Unix(c.counts.heard.Load(), 0), InterfaceVersion: c.interfaceVersion, SystemType: c.systemType,
		Accepted: c.counts.accepted.Load(), Rejected: c.counts.rejected.Load(), Delivered: c.counts.delivered.Load(),
		Refused: c.counts.refused.Load(), InFlight: uint32(c.window.taken()), Awaited: uint32(c.deliveries.awaited()),
	}
}

// tlsVersion is the version of TLS; empty: plain.
func (c *Conn) tlsVersion() string {
	if c.tls == nil {
		return ""
	}
	return tls.VersionName(c.tls.Version)
}

// certificate is the subject of the client's certificate; empty: it showed none.
func (c *Conn) certificate() string {
	if c.tls == nil || len(c.tls.PeerCertificates) == 0 {
		return ""
	}
	return c.tls.PeerCertificates[0].Subject.String()
}
