package smpp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// profile is an account with what follows from it. It does not change.
type profile struct {
	account *account.Account
	rules   esme.Rules
	zone    *time.Location
}

func newProfile(a *account.Account) *profile {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC // this host lacks it; the account was checked elsewhere
	}
	return &profile{account: a, zone: zone, rules: esme.Rules{
		Longest: a.MaxValidity, Standard: esme.Charset(max(slices.Index(account.KnownCodings, a.DefaultCoding), 0)), Source: a.DefaultSource,
		Country: a.Country, ServiceTypes: a.ServiceTypes, ProtocolIDs: a.ProtocolIDs,
	}}
}

// tenant is what the sessions of an account on this instance share.
type tenant struct {
	srv     *Server
	name    string
	profile atomic.Pointer[profile]
	limiter *rate.Limiter
	// paced counts messages that the limiter let through.
	paced atomic.Uint64
	quota quota

	mu    sync.Mutex
	conns map[*Conn]struct{}
	// receivers are the sessions that take deliveries; turn is whose turn it is.
	receivers []*Conn
	turn      int
	// freed is closed when a place for a delivery may have become free.
	freed chan struct{}
	// used is how much of the account's rate the sessions used lately, and elsewhere how
	// other instances use it.
	used      float64
	elsewhere account.Elsewhere
	// stopFollowing ends the following of the account's events; nil: nobody does.
	stopFollowing context.CancelFunc
}

func newTenant(s *Server, a *account.Account) *tenant {
	t := &tenant{srv: s, name: a.Name, conns: map[*Conn]struct{}{}, freed: make(chan struct{}), limiter: rate.NewLimiter(rate.Inf, a.BurstSize())}
	t.use(a)
	return t
}

// use takes over the rules of the account.
func (t *tenant) use(a *account.Account) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.profile.Store(newProfile(a))
	t.limit()
	t.limiter.SetBurst(a.BurstSize())
}

// share leaves to other instances what they use of the account's rate.
func (t *tenant) share(used float64, e account.Elsewhere) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used, t.elsewhere = used, e
	t.limit()
}

// limit sets the rate that the sessions here have together; the lock is held.
func (t *tenant) limit() {
	limit := rate.Inf
	if a := t.profile.Load().account; a.Rate > 0 {
		limit = rate.Limit(account.Share(a.Rate, t.used, t.elsewhere))
	}
	if limit != t.limiter.Limit() {
		t.limiter.SetLimit(limit)
	}
}

// join adds a session that has bound; false: the server stops.
func (t *tenant) join(c *Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns[c] = struct{}{}
	if !c.state().Receives() {
		return
	}
	t.receivers = append(t.receivers, c)
	t.notify()
	if t.stopFollowing == nil {
		ctx, cancel := context.WithCancel(t.srv.base)
		t.stopFollowing = cancel
		t.srv.running.Go(func() { t.follow(ctx) })
	}
}

// withdraw takes no more deliveries to a session. It may be repeated.
func (t *tenant) withdraw(c *Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.receivers, c); i >= 0 {
		t.receivers = slices.Delete(t.receivers, i, i+1)
		if len(t.receivers) == 0 {
			t.stopFollowing() // nobody asks for what nobody would take
			t.stopFollowing = nil
		}
		t.notify()
	}
}

// quit removes a session that has ended, and reports whether it was the last one.
func (t *tenant) quit(c *Conn) (last bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.conns, c)
	return len(t.conns) == 0
}

// releaseQuota gives back what the account has left of its quota here.
func (t *tenant) releaseQuota() {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.srv.base), patience)
	defer cancel()
	t.quota.release(ctx, t.count)
}

// sessions are the sessions that are bound.
func (t *tenant) sessions() []*Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]*Conn, 0, len(t.conns))
	for c := range t.conns {
		all = append(all, c)
	}
	return all
}

// notify wakes whoever waits for a place; the lock is held.
func (t *tenant) notify() {
	close(t.freed)
	t.freed = make(chan struct{})
}

// place says that a place became free.
func (t *tenant) place() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notify()
}

// pick waits for a session with a place for a delivery.
func (t *tenant) pick(ctx context.Context) (*Conn, error) {
	for {
		t.mu.Lock()
		for range t.receivers {
			t.turn++
			if c := t.receivers[t.turn%len(t.receivers)]; c.deliveries.reserve(t.srv.cfg.DeliverWindow) {
				t.mu.Unlock()
				return c, nil
			}
		}
		freed := t.freed
		t.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// follow brings the events of the account to its sessions until ctx ends.
func (t *tenant) follow(ctx context.Context) {
	for ctx.Err() == nil {
		err := t.srv.broker.Follow(ctx, t.name, t.tell)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.srv.log.Warn("following the events of an account; trying again", zap.String("account", t.name), zap.Error(err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// pace holds a session up so that its account keeps its rate; false: it would take
// too long. What is left of the rate here changes with what other instances use. A
// request of more messages than can come at once is let in when the first of them
// are, and whatever comes after it waits for the others.
func (c *Conn) pace(n int, now time.Time) bool {
	const most = time.Second
	limiter := c.tenant.limiter
	if limiter.Limit() == rate.Inf {
		return true
	}
	burst := max(limiter.Burst(), 1)
	r := limiter.ReserveN(now, min(n, burst))
	wait := r.DelayFrom(now)
	if !r.OK() || wait > most {
		r.CancelAt(now)
		return false
	}
	for rest := n - burst; rest > 0; rest -= burst {
		limiter.ReserveN(now, min(rest, burst))
	}
	c.tenant.paced.Add(uint64(n))
	if wait > 0 {
		c.out.flush()
		c.rest(wait)
	}
	return true
}

// rest waits a while without reading.
func (c *Conn) rest(wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.srv.base.Done():
	}
}
