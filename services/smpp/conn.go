package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/esme"
)

// Reasons for the end of a session; they are logged and audited, and told to nobody
// else.
var (
	errClosed      = errors.New("the client closed the connection")
	errBroken      = errors.New("the connection broke")
	errUnbound     = errors.New("the client unbound")
	errStopping    = errors.New("the server stops")
	errLate        = errors.New("no bind in time")
	errStranger    = errors.New("not a bind")
	errSlow        = errors.New("a PDU took too long to arrive")
	errSilent      = errors.New("the client does not answer any more")
	errLength      = errors.New("command_length is out of range")
	errUnknown     = errors.New("too many unknown commands")
	errRefusedBind = errors.New("the bind was refused")
	errPanic       = errors.New("internal error")
)

// Conn is a connection: first that of a stranger, then a session. Unless something
// else is said, its fields belong to the goroutine that reads it.
type Conn struct {
	srv      *Server
	listener *listener
	raw      net.Conn
	tls      *tls.ConnectionState
	peer     netip.AddrPort
	opened   time.Time

	in *frames
	// out is for any goroutine.
	out  *outbox
	link esme.Link
	// begun is when the PDU began that is not whole yet; zero: none has.
	begun time.Time
	// unknown counts unknown commands since unknownSince.
	unknown      int
	unknownSince time.Time
	// patience is the context of requests that begin now, made at patienceFrom.
	patience     context.Context
	patienceFrom time.Time
	// leaveBy is when a leaving session is closed in any case.
	leaveBy time.Time

	// stage is the esme.State, for any goroutine to read.
	stage atomic.Uint32
	// These are set before the session is bound, and stay.
	id               string
	since            time.Time
	tenant           *tenant
	mode             account.Mode
	version          uint8
	interfaceVersion uint8
	systemType       string
	secretHash       string
	lease            Lease

	// The rest is for any goroutine. ending is why the session ends; nil: it does not.
	counts     counts
	window     window
	jobs       jobs
	deliveries deliveries
	gone       chan struct{}
	deadline   sync.Mutex
	ending     error
}

// newConn makes a Conn of a connection that was let in.
func newConn(s *Server, l *listener, raw net.Conn, state *tls.ConnectionState, peer netip.AddrPort, opened time.Time) *Conn {
	c := &Conn{srv: s, listener: l, raw: raw, tls: state, peer: peer, opened: opened, gone: make(chan struct{})}
	c.in = newFrames(raw, smpp.MaxUnbound)
	c.out = newOutbox(raw, time.Duration(s.cfg.Write), c.spawn)
	return c
}

func (c *Conn) state() esme.State     { return esme.State(c.stage.Load()) }
func (c *Conn) become(s esme.State)   { c.stage.Store(uint32(s)) }
func (c *Conn) profile() *profile     { return c.tenant.profile.Load() }
func (c *Conn) log() *zap.Logger      { return c.srv.log.With(c.fields()...) }
func (c *Conn) account() string       { return c.tenant.name }
func (c *Conn) bound() bool           { return c.tenant != nil }
func (c *Conn) cfg() *Config          { return &c.srv.cfg }
func (c *Conn) address() netip.Addr   { return c.peer.Addr() }
func (c *Conn) reserve(n int64) error { return c.srv.memory.Acquire(c.srv.base, n) }

func (c *Conn) fields() []zap.Field {
	fields := []zap.Field{zap.Stringer("peer", c.peer)}
	if c.bound() {
		fields = append(fields, zap.String("account", c.tenant.name), zap.String("mode", string(c.mode)))
	}
	return fields
}

// serve reads the connection until it ends.
func (c *Conn) serve() {
	defer c.end()
	defer c.recover()
	if err := c.run(); err != nil {
		c.leave(err)
		c.conclusion(err)
	}
}

// spawn runs f beside the session; a panic in it ends only the session.
func (c *Conn) spawn(f func()) {
	c.srv.running.Go(func() {
		defer c.recover()
		f()
	})
}

func (c *Conn) recover() {
	if v := recover(); v != nil {
		c.srv.panicked(c, v)
		_ = c.raw.Close()
	}
}

func (c *Conn) run() error {
	for {
		pdu, err := c.in.next()
		switch {
		case err != nil:
			return c.misframed()
		case pdu != nil:
			c.begun = time.Time{}
			if err := c.handle(pdu); err != nil {
				return err
			}
			continue
		}
		c.out.flush()
		if err := c.read(); err != nil {
			return err
		}
	}
}

// read waits for more, and does meanwhile what falls due.
func (c *Conn) read() error {
	now := time.Now()
	if c.in.partial() && c.begun.IsZero() {
		c.begun = now
	}
	c.setDeadline(c.next(now))
	err := c.in.read()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.due(time.Now())
	case errors.Is(err, io.EOF):
		return errClosed
	default:
		return errBroken
	}
}

// restAfter is the silence after which a session gives back its read buffer.
const restAfter = 5 * time.Second

// next is when something falls due if nothing arrives.
func (c *Conn) next(now time.Time) time.Time {
	var next time.Time
	switch c.state() {
	case esme.Open:
		return c.opened.Add(time.Duration(c.cfg().SessionInit))
	case esme.Unbinding:
		return c.leaveBy
	default:
		next = c.link.Next()
	}
	if !c.begun.IsZero() {
		return earlier(next, c.begun.Add(time.Duration(c.cfg().PDURead)))
	}
	if !c.in.idle() {
		return earlier(next, now.Add(restAfter))
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// setDeadline bounds the next read, unless the session is to leave.
func (c *Conn) setDeadline(t time.Time) {
	c.deadline.Lock()
	defer c.deadline.Unlock()
	if c.ending != nil && c.state() != esme.Unbinding {
		t = longAgo
	}
	_ = c.raw.SetReadDeadline(t)
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// leave asks the session to end: it reads no more, answers what it has read, and
// unbinds. Any goroutine may call it.
func (c *Conn) leave(reason error) {
	c.deadline.Lock()
	defer c.deadline.Unlock()
	if c.ending == nil {
		c.ending = reason
		_ = c.raw.SetReadDeadline(longAgo)
	}
}

// asked returns why the session is to leave; nil: it is not.
func (c *Conn) asked() error {
	c.deadline.Lock()
	defer c.deadline.Unlock()
	return c.ending
}

// due does what fell due; an error ends the session.
func (c *Conn) due(now time.Time) error {
	reason := c.asked()
	switch state := c.state(); {
	case state == esme.Unbinding:
		return reason
	case reason != nil && state == esme.Open:
		return reason
	case reason != nil:
		c.beginUnbind()
		return nil //nolint:nilerr // it ends when the unbind is answered
	case state == esme.Open:
		return errLate
	case !c.begun.IsZero() && !now.Before(c.begun.Add(time.Duration(c.cfg().PDURead))):
		return errSlow
	}
	c.in.rest()
	enquire, gone := c.link.Check(now)
	if gone {
		c.leave(errSilent)
		c.beginUnbind()
		return nil
	}
	if enquire {
		c.enquire()
	}
	return nil
}

// enquire asks the client whether it is there.
func (c *Conn) enquire() {
	c.out.add(func(dst []byte) []byte {
		return smpp.AppendEmpty(dst, smpp.EnquireLinkID, smpp.OK, c.deliveries.sequence())
	})
	c.out.flush()
}

// beginUnbind answers what was read, and sends unbind.
func (c *Conn) beginUnbind() {
	c.leaveBy = time.Now().Add(time.Duration(c.cfg().Drain))
	c.tenant.withdraw(c)
	c.settle(c.leaveBy)
	c.become(esme.Unbinding)
	c.out.add(func(dst []byte) []byte {
		return smpp.AppendEmpty(dst, smpp.UnbindID, smpp.OK, c.deliveries.sequence())
	})
	c.out.flush()
}

// settle waits until everything that was read is answered.
func (c *Conn) settle(until time.Time) {
	c.out.flush()
	ctx, cancel := context.WithDeadline(c.srv.base, until)
	defer cancel()
	c.window.empty(ctx)
}

// misframed answers a command_length that cannot be; what follows it is lost.
func (c *Conn) misframed() error {
	if c.bound() {
		c.refuse(smpp.Header{ID: smpp.GenericNACKID}, smpp.RInvCmdLen)
	} else {
		c.srv.penalties.fail(c.address(), time.Now())
	}
	return errLength
}

// refuse answers a request with a status alone.
func (c *Conn) refuse(h smpp.Header, status smpp.Status) {
	c.out.add(func(dst []byte) []byte { return appendRefusal(dst, smpp.Response(h.ID), status, h.Sequence) })
}

// appendRefusal appends a response with a status, whose fields are all empty. They
// are there: some clients take a bare header for the end of the stream, others one of
// which a field is missing.
func appendRefusal(dst []byte, id smpp.ID, status smpp.Status, sequence uint32) []byte {
	if body := smpp.NewBody(id); body != nil {
		if out, err := smpp.Append(dst, id, status, sequence, body); err == nil {
			return out
		}
	}
	return smpp.AppendEmpty(dst, id, status, sequence)
}

// waiting returns the context of a request that begins now: it ends when the client
// must be told that the broker took too long. Requests of a moment share one.
func (c *Conn) waiting(now time.Time) context.Context {
	const moment = 250 * time.Millisecond
	if c.patience == nil || now.Sub(c.patienceFrom) > moment {
		ctx, cancel := context.WithDeadline(c.srv.base, now.Add(time.Duration(c.cfg().SubmitDeadline)))
		context.AfterFunc(ctx, cancel) // it ends by itself, soon
		c.patience, c.patienceFrom = ctx, now
	}
	return c.patience
}
