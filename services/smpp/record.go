package smpp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
)

// Bounds on what waits to be recorded. What a stranger can cause is summed up.
const (
	recordEvery  = time.Second
	maxSummaries = 1000
	maxWaiting   = 10000
)

// summary is what refusals that are summed up have in common.
type summary struct {
	kind              audit.Kind
	account, systemID string
	addr              netip.Addr
	reason            audit.Reason
}

// recorder records who got in, who did not, and why. Nobody waits for it.
type recorder struct {
	srv *Server

	mu      sync.Mutex
	waiting []*audit.Event
	sums    map[summary]*audit.Event
	lost    uint64
}

// event is a new event of this server.
func (r *recorder) event(kind audit.Kind) *audit.Event {
	return &audit.Event{Time: time.Now(), Kind: kind, Host: r.srv.cfg.Host, Service: "smpp", Count: 1}
}

// add records an event of its own.
func (r *recorder) add(e *audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) >= maxWaiting {
		r.lost++
		return
	}
	r.waiting = append(r.waiting, e)
}

// sum records an event together with others like it. When there are too many kinds of
// them, addresses and names are left out.
func (r *recorder) sum(e *audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sums == nil {
		r.sums = map[summary]*audit.Event{}
	}
	key := summary{e.Kind, e.Account, e.SystemID, e.Remote.Addr(), e.Reason}
	if len(r.sums) >= maxSummaries && r.sums[key] == nil {
		key.systemID, key.addr, e.SystemID, e.Remote = "", netip.Addr{}, "", netip.AddrPort{}
	}
	if have := r.sums[key]; have != nil {
		have.Count += e.Count
		return
	}
	r.sums[key] = e
}

// take returns what waits, sums included.
func (r *recorder) take() []*audit.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.waiting
	for _, e := range r.sums {
		all = append(all, e)
	}
	r.waiting, r.sums = nil, nil
	return all
}

// run records until ctx ends, and then what is left.
func (r *recorder) run(ctx context.Context) {
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			r.write(r.take())
			return
		case <-tick.C:
			r.write(r.take())
		}
	}
}

// write logs refusals and makes everything durable, as far as the broker lets it in
// good time: what it does not take is in the log alone.
func (r *recorder) write(events []*audit.Event) {
	const patience = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.srv.base), patience)
	defer cancel()
	lost := uint64(0)
	for _, e := range events {
		if e.Kind == audit.Refused {
			r.logRefusal(e)
		}
		if ctx.Err() != nil || r.srv.broker.Audit(ctx, e) != nil {
			lost++
		}
	}
	r.mu.Lock()
	lost += r.lost
	r.lost = 0
	r.mu.Unlock()
	if lost > 0 {
		r.srv.log.Warn("events were not recorded for the audit: the broker did not take them", zap.Uint64("count", lost))
	}
}

// logRefusal writes the line that programs such as fail2ban read. What a client gave
// as its name is quoted: it may be anything.
func (r *recorder) logRefusal(e *audit.Event) {
	fields := []zap.Field{
		zap.String(audit.LogRemote, e.Remote.Addr().String()), zap.String(audit.LogReason, string(e.Reason)),
		zap.String(audit.LogSystemID, strconv.QuoteToASCII(e.SystemID)), zap.Uint64("count", e.Count),
	}
	if e.Detail != "" {
		fields = append(fields, zap.String("detail", e.Detail))
	}
	r.srv.log.Warn(audit.LogRefused, fields...)
}

// turnedAway records a connection that was closed before a bind.
func (r *recorder) turnedAway(peer netip.AddrPort, reason audit.Reason) {
	e := r.event(audit.Refused)
	e.Remote, e.Reason = peer, reason
	r.sum(e)
}

// session fills in what is known of a session.
func (r *recorder) session(kind audit.Kind, c *Conn) *audit.Event {
	e := r.event(kind)
	e.Remote, e.Mode, e.TLS, e.Certificate, e.Session = c.peer, c.mode, c.tlsVersion(), c.certificate(), c.id
	if c.bound() {
		e.Account = c.account()
	}
	return e
}

// refusalReasons and endReasons are the words for errors.
var refusalReasons = map[error]audit.Reason{
	errLate: audit.Slow, errSlow: audit.Slow, errStranger: audit.NotBind, errLength: audit.Malformed, errUnknownAccount: audit.NoAccount,
	errSecret: audit.Secret, errCertificate: audit.Certificate, errStopping: audit.Draining,
}

var endReasons = map[error]audit.Reason{
	errUnbound: audit.ByClient, errStopping: audit.ByServer, errPanic: audit.ByServer, errClosed: audit.Closed, errBroken: audit.Closed, errSilent: audit.Idle,
	errSlow: audit.Idle, errGone: audit.Withdrawn, errRotated: audit.Withdrawn, errLength: audit.Malformed, errUnknown: audit.Malformed,
}

// reasonOf is the word for an error, or otherwise where there is none.
func reasonOf(err error, words map[error]audit.Reason, otherwise audit.Reason) audit.Reason {
	for known, reason := range words {
		if errors.Is(err, known) {
			return reason
		}
	}
	if reason := audit.ReasonOf(err); reason != "" {
		return reason
	}
	return otherwise
}

// reject refuses a request of a session, and notes it where its rules did.
func (c *Conn) reject(h smpp.Header, err error) {
	c.counts.rejected.Add(1)
	c.note(err)
	c.refuse(h, c.statusOf(err))
}

// note records that the rules of the account refused something.
func (c *Conn) note(err error) {
	var refusal account.Refusal
	if !errors.As(err, &refusal) {
		return
	}
	e := c.srv.recorder.session(audit.Rejected, c)
	e.Reason = audit.ReasonOf(refusal)
	c.srv.recorder.sum(e)
}

// declined records that a client refused a delivery for good.
func (r *recorder) declined(account string, status smpp.Status) {
	e := r.event(audit.Declined)
	e.Account, e.Reason, e.Detail = account, audit.Delivery, fmt.Sprintf("the client answered a delivery with status %#02x", uint32(status))
	r.sum(e)
}
