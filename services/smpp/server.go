package smpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
)

// Server is the service.
type Server struct {
	cfg    Config
	broker Broker
	log    *zap.Logger

	verifier  *secret.Verifier
	directory atomic.Pointer[Policy]
	memory    *semaphore.Weighted
	ids       ids
	halfOpen  halfOpen
	penalties penalties
	recorder  recorder
	retracts  *semaphore.Weighted

	// base ends when everything has ended: work in hand goes on until then. stopping
	// is set when no more is taken.
	base     context.Context
	abort    context.CancelFunc
	stopping atomic.Bool
	running  sync.WaitGroup
	panics   atomic.Uint64
	// born and begun make the ids of sessions.
	born  string
	begun atomic.Uint64

	mu      sync.Mutex
	conns   map[*Conn]struct{}
	tenants map[string]*tenant
	// ready is closed when listeners are open; addresses are theirs.
	ready     chan struct{}
	addresses []net.Addr
}

// hashesAtOnce bounds the secrets that are hashed at the same time: each takes
// 19 MiB and some milliseconds.
const hashesAtOnce = 2

// New makes a Server.
func New(cfg Config, broker Broker, logger *zap.Logger) *Server {
	s := &Server{
		cfg: cfg, broker: broker, log: logger.Named("smpp"), verifier: secret.NewVerifier(hashesAtOnce),
		memory: semaphore.NewWeighted(cfg.MaxMemory), retracts: semaphore.NewWeighted(maxRetracts),
		born: strconv.FormatInt(time.Now().Unix(), 36), conns: map[*Conn]struct{}{}, tenants: map[string]*tenant{}, ready: make(chan struct{}),
	}
	s.recorder.srv = s
	s.base, s.abort = context.WithCancel(context.Background())
	return s
}

// errExposed says that a listener is reachable from elsewhere and not restricted.
var errExposed = errors.New("a listener is reachable from other machines, and an account has no networks that it binds from")

// Run serves until ctx ends; then it answers what it has read, unbinds and closes
// all sessions.
func (s *Server) Run(ctx context.Context) error {
	defer s.abort()
	listeners, err := s.listeners()
	if err != nil {
		return err
	}
	policies, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	first := make(chan struct{})
	var once sync.Once
	watched := make(chan error, 1)
	go func() {
		watched <- s.broker.WatchPolicy(policies, func(p *Policy) {
			s.apply(p)
			once.Do(func() { close(first) })
		})
	}()
	select {
	case <-first:
	case err := <-watched:
		return fmt.Errorf("reading the policy: %w", err)
	case <-ctx.Done():
		return nil
	}
	if err := s.checkExposure(); err != nil {
		return err
	}
	if err := s.open(listeners); err != nil {
		return err
	}
	for _, f := range []func(context.Context){s.housekeeping, s.renew, s.show} {
		s.running.Go(func() { f(policies) })
	}
	recording, stopRecording := context.WithCancel(context.WithoutCancel(ctx))
	recorded := make(chan struct{})
	go func() {
		defer close(recorded)
		s.recorder.run(recording)
	}()
	s.log.Info("running")
	defer s.log.Info("stopped")
	select {
	case <-ctx.Done():
		err = nil
	case err = <-watched:
		err = fmt.Errorf("watching the policy: %w", err)
	}
	for _, l := range listeners {
		_ = l.socket.Close()
	}
	s.drain()
	stop()
	s.running.Wait()
	stopRecording()
	<-recorded
	return err
}

// checkExposure refuses to start reachable while an account could be used from
// anywhere, or nowhere: one that was made without a thought about where from.
func (s *Server) checkExposure() error {
	if !s.cfg.public() {
		return nil
	}
	var problems []error
	for _, a := range s.directory.Load().Accounts {
		if len(a.Networks) == 0 && !a.Disabled {
			problems = append(problems, fmt.Errorf("%w: %s; say where from (cidrs), or disable it: viesti account change %s --cidr NETWORK", errExposed, a.Name, a.Name))
		}
	}
	return errors.Join(problems...)
}

// apply takes over a policy: sessions that it does not allow any more end.
func (s *Server) apply(p *Policy) {
	s.directory.Store(p)
	s.mu.Lock()
	tenants := make([]*tenant, 0, len(s.tenants))
	for name, t := range s.tenants {
		if a := p.Accounts[name]; a != nil {
			t.use(a)
		} else {
			delete(s.tenants, name)
		}
		tenants = append(tenants, t)
	}
	s.mu.Unlock()
	for _, t := range tenants {
		for _, c := range t.sessions() {
			if err := s.still(c); err != nil {
				c.leave(err)
			}
		}
	}
}

// still returns why a session is not allowed any more; nil: it is.
func (s *Server) still(c *Conn) error {
	a := s.directory.Load().Accounts[c.account()]
	switch {
	case a == nil:
		return errGone
	case a.SecretHash != c.secretHash:
		return errRotated
	}
	return a.Bind(c.address(), c.mode, time.Now())
}

var (
	errGone    = errors.New("the account is gone")
	errRotated = errors.New("the account has another secret")
)

// tenantOf returns the tenant of an account.
func (s *Server) tenantOf(a *account.Account) *tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenants[a.Name]
	if t == nil {
		t = newTenant(s, a)
		s.tenants[a.Name] = t
	}
	return t
}

// begin registers a connection; false: the server stops.
func (s *Server) begin(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() {
		return false
	}
	s.conns[c] = struct{}{}
	c.id = s.born + "-" + strconv.FormatUint(s.begun.Add(1), 36)
	return true
}

// began tells that a session is bound.
func (s *Server) began(c *Conn) {
	c.log().Info("session bound", zap.Uint8("version", c.interfaceVersion), zap.String("tls", c.tlsVersion()))
	s.recorder.add(s.recorder.session(audit.Bound, c))
	c.spawn(func() { s.showOne(s.base, c) })
}

// ended forgets a connection.
func (s *Server) ended(c *Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	reason := c.asked()
	if !c.bound() {
		s.halfOpen.leave(c.address())
		if word := reasonOf(reason, refusalReasons, ""); word != "" {
			s.recorder.turnedAway(c.peer, word)
		}
		return
	}
	c.log().Info("session ended", zap.Error(reason))
	e := s.recorder.session(audit.Unbound, c)
	e.Reason = reasonOf(reason, endReasons, audit.Closed)
	s.recorder.add(e)
	last := c.tenant.quit(c)
	s.running.Go(func() {
		s.release(c.lease)
		s.hide(c)
		if last {
			c.tenant.releaseQuota()
		}
	})
}

// drain ends all sessions. They have until the deadline; then they are closed.
func (s *Server) drain() {
	s.mu.Lock()
	s.stopping.Store(true)
	conns := make([]*Conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.leave(errStopping)
	}
	deadline := time.NewTimer(time.Duration(s.cfg.Drain))
	defer deadline.Stop()
	for _, c := range conns {
		select {
		case <-c.gone:
		case <-deadline.C:
			s.abort()
			for _, c := range conns {
				_ = c.raw.Close()
			}
			return
		}
	}
}

// housekeeping does from time to time what nothing else gives rise to.
func (s *Server) housekeeping(ctx context.Context) {
	const interval = 5 * time.Second
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.penalties.forget(time.Now())
			s.apply(s.directory.Load()) // accounts expire
		}
	}
}

// panicked notes a panic within a session. What it was about may quote a message,
// so only where it happened is logged.
func (s *Server) panicked(c *Conn, _ any) {
	s.panics.Add(1)
	c.leave(errPanic)
	s.log.Error("panic in a session, which ends", zap.Stringer("peer", c.peer), zap.ByteString("stack", debug.Stack()))
}

// Addresses returns where the server listens, once it does; ctx bounds the wait.
func (s *Server) Addresses(ctx context.Context) ([]net.Addr, error) {
	select {
	case <-s.ready:
		return s.addresses, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
