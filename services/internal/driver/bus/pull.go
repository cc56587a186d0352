package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// puller asks the broker for what a dispatcher wants, for as long as somebody waits.
// Strictly by priority: a consumer is asked only when those before it have nothing,
// which a waiting pull on each of them shows. It is one goroutine.
type puller struct {
	*dispatcher
	// sources are the consumers in the order in which they are asked; none: not open.
	sources []*source
	msgs    chan *nats.Msg
	// expiry and heartbeat are those of waiting pulls.
	expiry, heartbeat time.Duration
}

// source is one consumer.
type source struct {
	next string // the subject of its pulls
	sub  *nats.Subscription
	// asked is what is still to come of a request for what is there now, and waiting
	// says that a pull waits there for one message to come.
	asked   int
	waiting bool
	// empty says that it had nothing more when it was heard of last.
	empty bool
	heard time.Time
}

// run serves the dispatcher until nobody has waited for a while.
func (p *puller) run() {
	timer := time.NewTimer(keepSpare)
	defer timer.Stop()
	p.expiry, p.heartbeat = pullTimes(p.bus.dispatchers.count())
	for {
		err := p.step(timer)
		p.close()
		if err != nil {
			p.fail(fmt.Errorf("asking for work: %w", err))
		}
		if p.rest() {
			return
		}
	}
}

// Errors after which a puller begins anew, or ends.
var (
	// errPullLost says that a pull got no answer, or that it was ended.
	errPullLost = errors.New("a request for work was lost")
	// errNobodyWaits says that there is nobody to find the broker for.
	errNobodyWaits = errors.New("nobody waits")
)

// step asks and hands out until nobody has waited for a while, something is to be
// begun anew, or the error ends it all.
func (p *puller) step(timer *time.Timer) error {
	if err := p.open(); err != nil {
		return p.unlessTransient(err)
	}
	for {
		now := time.Now()
		p.hand()
		want, due := p.wanted(now)
		err := p.ask(now, want)
		if err == nil {
			due, err = p.patience(now, due)
		}
		if err != nil {
			return p.unlessTransient(err)
		}
		if !due.After(now) {
			return nil
		}
		timer.Reset(due.Sub(now))
		select {
		case m := <-p.msgs:
			err = p.take(m)
		case <-p.wake:
		case <-timer.C:
		}
		for err == nil && len(p.msgs) > 0 {
			err = p.take(<-p.msgs)
		}
		if err != nil {
			return p.unlessTransient(err)
		}
	}
}

// unlessTransient waits a little after an error that may pass, and then is nil.
func (p *puller) unlessTransient(err error) error {
	const pause = 100 * time.Millisecond
	switch {
	case errors.Is(err, errNobodyWaits):
		return nil
	case transient(err) || errors.Is(err, errPullLost):
		p.bus.queues.forget(p.queues)
		time.Sleep(pause)
		return nil
	default:
		return err
	}
}

// open finds the consumers, or makes them, and listens for what they give.
func (p *puller) open() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if !p.begin(cancel) {
		return errNobodyWaits
	}
	names, err := p.bus.queueConsumers(ctx, p.queues)
	if !p.begin(nil) && ctx.Err() != nil {
		return errNobodyWaits
	}
	if err != nil {
		return err
	}
	if p.urgent {
		names = names[:len(p.queues)] // those of high priority come first
	}
	p.msgs = make(chan *nats.Msg, mostAhead+1024)
	for _, name := range names {
		s := &source{next: "$JS.API.CONSUMER.MSG.NEXT." + p.bus.space.StreamOut() + "." + name, heard: time.Now()}
		if s.sub, err = p.bus.nc.ChanSubscribe(p.bus.nc.NewInbox(), p.msgs); err != nil {
			return err
		}
		p.sources = append(p.sources, s)
	}
	return nil
}

// begin notes how the waiting for the broker is ended when nobody waits any more. It
// reports false when nobody does.
func (p *puller) begin(cancel context.CancelFunc) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reopening = cancel
	return len(p.waiters) > 0
}

// ask sends the requests that are needed: one for all that is wanted to the first
// consumer that may have something, and a waiting pull to those before it.
func (p *puller) ask(now time.Time, want int) error {
	for _, s := range p.sources {
		switch {
		case want <= 0:
			s.empty = s.empty && s.waiting // who knows what comes meanwhile
		case s.asked > 0:
			return nil // its answer decides whether the next one is asked
		case s.waiting:
		case !s.empty:
			s.asked, s.heard = want, now
			return p.request(s, `{"no_wait":true,"batch":`+strconv.Itoa(want)+"}")
		default:
			s.waiting, s.heard = true, now
			if err := p.request(s, fmt.Sprintf(`{"batch":1,"expires":%d,"idle_heartbeat":%d}`, p.expiry, p.heartbeat)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *puller) request(s *source, body string) error {
	return p.bus.nc.PublishRequest(s.next, s.sub.Subject, []byte(body))
}

// patience is the earlier one of due and the time at which a pull without an answer
// is lost; the error says that it is.
func (p *puller) patience(now, due time.Time) (time.Time, error) {
	for _, s := range p.sources {
		end := due
		switch {
		case s.asked > 0:
			end = s.heard.Add(p.bus.opts.Try)
		case s.waiting:
			end = s.heard.Add(2 * p.heartbeat)
		}
		if !end.After(now) && end != due {
			return due, errPullLost
		}
		if end.Before(due) {
			due = end
		}
	}
	return due, nil
}

// take takes in what came: a message, or how a request ended.
func (p *puller) take(m *nats.Msg) error {
	now := time.Now()
	rank := slices.IndexFunc(p.sources, func(s *source) bool { return s.sub == m.Sub })
	s := p.sources[rank]
	s.heard = now
	if status := m.Header.Get("Status"); status != "" && len(m.Data) == 0 {
		return s.ended(status, m.Header)
	}
	d := &delivered{Msg: m, nc: p.bus.nc, from: p.dispatcher, rank: rank, arrived: now}
	if md, err := m.Metadata(); err == nil {
		d.pending, d.deliveries = md.NumPending, md.NumDelivered
	}
	s.waiting, s.asked, s.empty = false, max(s.asked-1, 0), d.pending == 0
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep(d)
	return nil
}

// ended notes what the broker says about a request (ADR 13 of NATS).
func (s *source) ended(status string, h nats.Header) error {
	description := h.Get("Description")
	switch {
	case status == "100": // a heartbeat
	case status == "404", status == "408" && s.asked > 0:
		// There is no more, or what is there is for others. A cluster says 408 where it
		// had given a part of what was asked for.
		s.asked, s.empty = 0, true
	case status == "408":
		s.waiting = false
	case status == "503":
		return nats.ErrNoResponders
	default:
		return fmt.Errorf("%w: %s %s", errPullLost, status, description)
	}
	return nil
}

// close ends all requests, and gives back what nobody has taken: until the broker
// knows, it may deliver, and such a message must not get lost.
func (p *puller) close() {
	for _, s := range p.sources {
		_ = s.sub.Drain()
	}
	if len(p.sources) > 0 {
		_ = p.bus.nc.FlushTimeout(farewell)
	}
	for len(p.msgs) > 0 {
		if m := <-p.msgs; len(m.Data) > 0 {
			_ = (&delivered{Msg: m, nc: p.bus.nc}).giveBack(0)
		}
	}
	for _, s := range p.sources {
		_ = s.sub.Unsubscribe() // if it could not be drained
	}
	p.sources = nil
	for _, m := range p.expired(time.Time{}) {
		_ = m.giveBack(0)
	}
}
