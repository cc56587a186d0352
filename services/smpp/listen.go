package smpp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
)

// listener is an open Listener.
type listener struct {
	cfg          Listener
	socket       net.Listener
	balancers    []netip.Prefix
	certificates *certificates
	tls          *tls.Config
}

// listeners are those of the configuration, not open yet.
func (s *Server) listeners() ([]*listener, error) {
	var all []*listener
	for _, cfg := range s.cfg.listeners() {
		l := &listener{cfg: cfg}
		var err error
		if l.balancers, err = cfg.balancers(); err != nil {
			return nil, err
		}
		if cfg.TLS != nil {
			if l.certificates, err = newCertificates(cfg.TLS); err != nil {
				return nil, fmt.Errorf("listener %s: %w", cfg.Address, err)
			}
			l.tls = l.certificates.config()
		}
		all = append(all, l)
	}
	return all, nil
}

// open opens listeners and lets connections in.
func (s *Server) open(listeners []*listener) error {
	var lc net.ListenConfig
	for i, l := range listeners {
		socket, err := lc.Listen(s.base, "tcp", l.cfg.Address)
		if err != nil {
			for _, opened := range listeners[:i] {
				_ = opened.socket.Close()
			}
			return fmt.Errorf("listening: %w", err)
		}
		l.socket = socket
		s.addresses = append(s.addresses, socket.Addr())
	}
	for _, l := range listeners {
		s.log.Info("listening", zap.Stringer("address", l.socket.Addr()), zap.Bool("tls", l.tls != nil))
		if host, _, err := net.SplitHostPort(l.cfg.Address); err == nil && l.tls == nil && !loopback(host) {
			s.log.Warn("this listener speaks without TLS on an address that others reach: passwords and messages can be read on the way", zap.Stringer("address", l.socket.Addr()))
		}
		s.running.Go(func() { s.accept(l) })
	}
	close(s.ready)
	return nil
}

// accept takes connections until the socket is closed.
func (s *Server) accept(l *listener) {
	const scarce = 50 * time.Millisecond
	for {
		conn, err := l.socket.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of file descriptors: some will be closed
			s.log.Warn("accepting a connection", zap.Error(err))
			time.Sleep(scarce)
			continue
		}
		s.admit(l, conn)
	}
}

// admit lets a connection in, or closes it without a word. It does not wait.
func (s *Server) admit(l *listener, conn net.Conn) {
	peer := peerOf(conn.RemoteAddr())
	balanced := account.Within(l.balancers, peer.Addr())
	if !balanced {
		if reason := s.unwelcome(peer.Addr()); reason != "" {
			s.turnAway(conn, peer, reason)
			return
		}
	}
	if !s.halfOpen.enter(peer.Addr(), s.cfg.MaxHalfOpen, s.perAddress(balanced)) {
		s.turnAway(conn, peer, audit.Crowded)
		return
	}
	s.running.Go(func() { s.greet(l, conn, peer, balanced) })
}

// perAddress is how many connections one address may have that has not bound; a
// balancer stands for many.
func (s *Server) perAddress(balanced bool) int {
	if balanced {
		return s.cfg.MaxHalfOpen
	}
	return s.cfg.MaxHalfOpenPerAddress
}

// unwelcome returns why an address may not connect; empty: it may.
func (s *Server) unwelcome(addr netip.Addr) audit.Reason {
	switch {
	case !account.Within(s.directory.Load().Networks, addr):
		return audit.NotListed
	case s.penalties.barred(addr, time.Now()):
		return audit.BackOff
	}
	return ""
}

func (s *Server) turnAway(conn net.Conn, peer netip.AddrPort, reason audit.Reason) {
	s.recorder.turnedAway(peer, reason)
	_ = conn.Close()
}

// greet does what comes before SMPP, and serves the connection.
func (s *Server) greet(l *listener, conn net.Conn, peer netip.AddrPort, balanced bool) {
	opened := time.Now()
	_ = conn.SetDeadline(opened.Add(time.Duration(s.cfg.SessionInit)))
	if balanced {
		behind, client, err := s.behind(conn)
		s.halfOpen.leave(peer.Addr())
		switch {
		case errors.Is(err, errHealthCheck):
			_ = conn.Close()
			return
		case err != nil:
			s.turnAway(conn, peer, audit.Malformed)
			return
		}
		conn, peer = behind, client
		reason := s.unwelcome(peer.Addr())
		if reason == "" && !s.halfOpen.enter(peer.Addr(), s.cfg.MaxHalfOpen, s.cfg.MaxHalfOpenPerAddress) {
			reason = audit.Crowded
		}
		if reason != "" {
			s.turnAway(conn, peer, reason)
			return
		}
	}
	var state *tls.ConnectionState
	if l.tls != nil {
		secured, err := s.secure(l, conn, opened)
		if errors.Is(err, io.EOF) { // it said nothing, as health checks do
			s.halfOpen.leave(peer.Addr())
			_ = conn.Close()
			return
		}
		if err != nil {
			s.halfOpen.leave(peer.Addr())
			s.penalties.fail(peer.Addr(), time.Now())
			s.turnAway(conn, peer, audit.TLS)
			return
		}
		st := secured.ConnectionState()
		conn, state = secured, &st
	}
	_ = conn.SetDeadline(time.Time{})
	c := newConn(s, l, conn, state, peer, opened)
	if !s.begin(c) {
		s.halfOpen.leave(peer.Addr())
		_ = conn.Close()
		return
	}
	c.serve()
}

// secure does the TLS handshake.
func (s *Server) secure(l *listener, conn net.Conn, opened time.Time) (*tls.Conn, error) {
	secured := tls.Server(conn, l.tls)
	_ = conn.SetDeadline(earlier(time.Now().Add(time.Duration(s.cfg.TLSHandshake)), opened.Add(time.Duration(s.cfg.SessionInit))))
	err := secured.HandshakeContext(s.base)
	if problem := l.certificates.failure(); problem != nil {
		s.log.Error("changed certificates cannot be used; the old ones stay", zap.Error(problem))
	}
	return secured, err
}

// errProxy says that a balancer does not say whom it connects.
var errProxy = errors.New("no PROXY protocol version 2 header")

// errHealthCheck says that a balancer connects for itself, to see whether somebody is
// there: it has seen that, and it is no refusal.
var errHealthCheck = errors.New("the balancer connects for itself")

// behind reads what a balancer says about whom it connects.
func (s *Server) behind(conn net.Conn) (net.Conn, netip.AddrPort, error) {
	const version = 2
	wrapped := proxyproto.NewConn(conn, proxyproto.WithPolicy(proxyproto.REQUIRE), proxyproto.ValidateHeader(func(h *proxyproto.Header) error {
		if h.Version != version {
			return errProxy
		}
		return nil
	}))
	h := wrapped.ProxyHeader()
	switch {
	case h == nil || h.Version != version:
		return nil, netip.AddrPort{}, errProxy
	case h.Command.IsLocal():
		return nil, netip.AddrPort{}, errHealthCheck
	}
	peer := peerOf(wrapped.RemoteAddr())
	if !peer.IsValid() {
		return nil, netip.AddrPort{}, errProxy
	}
	return wrapped, peer, nil
}

// peerOf is a peer's address; IPv4 in the form of IPv6 is IPv4.
func peerOf(addr net.Addr) netip.AddrPort {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}
