package smpp

import (
	"net/netip"
	"sync"
	"time"
)

// halfOpen counts the connections that have not bound. The zero value is ready.
type halfOpen struct {
	mu    sync.Mutex
	total int
	by    map[netip.Addr]int
}

// enter counts a connection, unless there are too many.
func (h *halfOpen) enter(addr netip.Addr, most, mostBy int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.total >= most || h.by[addr] >= mostBy {
		return false
	}
	if h.by == nil {
		h.by = map[netip.Addr]int{}
	}
	h.total++
	h.by[addr]++
	return true
}

// leave counts a connection no more: it has bound, or ended.
func (h *halfOpen) leave(addr netip.Addr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total--
	if h.by[addr]--; h.by[addr] == 0 {
		delete(h.by, addr)
	}
}

// Penalties for failed binds, and for what is no bind: after some that are free,
// the neighbourhood of an address is barred for a time that doubles.
const (
	freeFailures   = 3
	firstPenalty   = time.Second
	longestPenalty = 15 * time.Minute
	// forgetAfter is how long after its end a penalty counts towards the next one.
	forgetAfter = time.Hour
	// maxPenalties bounds how many neighbourhoods are remembered.
	maxPenalties = 10000
)

type penalty struct {
	failures int
	until    time.Time
}

// penalties are those of all neighbourhoods. The zero value is ready.
type penalties struct {
	mu sync.Mutex
	by map[netip.Prefix]penalty
}

// neighbourhood is what one attacker easily has all of.
func neighbourhood(addr netip.Addr) netip.Prefix {
	const bits4, bits6 = 24, 64
	bits := bits6
	if addr.Is4() {
		bits = bits4
	}
	p, _ := addr.Prefix(bits) // addr is valid
	return p
}

// fail notes a failure, and returns for how long the neighbourhood is barred.
func (p *penalties) fail(addr netip.Addr, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[netip.Prefix]penalty{}
	}
	key := neighbourhood(addr)
	one, known := p.by[key]
	if !known && len(p.by) >= maxPenalties {
		return 0 // only addresses on the lists come this far
	}
	one.failures++
	var wait time.Duration
	if one.failures > freeFailures {
		const most = 20
		wait = min(firstPenalty<<min(one.failures-freeFailures-1, most), longestPenalty)
	}
	one.until = now.Add(wait)
	p.by[key] = one
	return wait
}

// clear forgets the failures of a neighbourhood: somebody there knows a secret.
func (p *penalties) clear(addr netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.by, neighbourhood(addr))
}

// barred reports whether a neighbourhood is barred.
func (p *penalties) barred(addr netip.Addr, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.by[neighbourhood(addr)].until)
}

// forget drops what is long past.
func (p *penalties) forget(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, one := range p.by {
		if now.Sub(one.until) > forgetAfter {
			delete(p.by, key)
		}
	}
}
