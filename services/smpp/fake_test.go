package smpp

import (
	"context"
	"math"
	"net/netip"
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"time"
)

// fake is a Broker in memory, which does what a test tells it to.
type fake struct {
	accounts []*account.Account
	// start decides what becomes of a submission; nil: it is durable at once.
	start func(*message.Submission) (Pending, error)
	// bind decides about binds; nil: there is no limit.
	bind func(account string) error
	// silent says that neither tickets nor counters come: whoever asks waits in vain.
	silent bool
	// elsewhere is what other instances use of rates, and told what this one does.
	elsewhere map[string]account.Elsewhere
	told      []map[string]float64
	// history is all that is stored about a message.
	history []life.Event
	// events are what Follow brings.
	events chan *bus.Stored

	mu        sync.Mutex
	tickets   uint64
	submitted []*message.Submission
	retracted []string
	audited   []audit.Event
	counters  map[string]int64
	handled   map[uint64]error
}

func newFake(accounts ...*account.Account) *fake {
	return &fake{accounts: accounts, events: make(chan *bus.Stored), counters: map[string]int64{}, handled: map[uint64]error{}}
}

// server is a server on the broker.
func (f *fake) server(cfg Config) *Server {
	s := New(cfg, f, zap.NewNop())
	s.apply(f.policy())
	return s
}

func (f *fake) policy() *Policy {
	p := &Policy{Accounts: map[string]*account.Account{}, Route: func(message.Address) (string, error) { return message.DefaultQueue, nil }}
	for _, a := range f.accounts {
		p.Accounts[a.Name] = a
		p.Networks = append(p.Networks, a.Networks...)
	}
	return p
}

// durable is a Pending that is done.
type durable struct{}

func (durable) Done() bool                 { return true }
func (durable) Wait(context.Context) error { return nil }

// held is a Pending that is done when its channel is closed.
type held chan struct{}

func (held) Done() bool { return false }

func (h held) Wait(ctx context.Context) error {
	select {
	case <-h:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *fake) Start(_ context.Context, s *message.Submission) (Pending, error) {
	f.mu.Lock()
	f.submitted = append(f.submitted, s)
	f.mu.Unlock()
	if f.start != nil {
		return f.start(s)
	}
	return durable{}, nil
}

func (f *fake) messages() []*message.Submission {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.submitted)
}

func (f *fake) Ticket(ctx context.Context, _ string) (uint64, error) {
	if f.silent {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tickets++
	return f.tickets, nil
}

func (f *fake) Query(context.Context, string, string) (*bus.Standing, error) {
	return nil, bus.ErrNotFound
}
func (f *fake) Cancel(context.Context, string, string, string) error { return bus.ErrNotFound }

func (f *fake) Replace(context.Context, string, string, func(*message.Submission) error) error {
	return bus.ErrNotFound
}

func (f *fake) Retract(_ context.Context, s *message.Submission) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retracted = append(f.retracted, s.ID)
	return nil
}

func (f *fake) Find(context.Context, string, string) (*bus.Waiting, error) {
	return nil, bus.ErrNotFound
}

func (f *fake) Waiting(context.Context, string, int, func(*message.Submission) bool) ([]*message.Submission, bool, error) {
	return nil, true, nil
}

func (f *fake) Remember(_ context.Context, _, _, _, value string, _ time.Duration) (string, error) {
	return value, nil
}

func (f *fake) Follow(ctx context.Context, _ string, handle func(context.Context, *bus.Stored) error) error {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-f.events:
			running.Go(func() {
				err := handle(ctx, e)
				f.mu.Lock()
				f.handled[e.Seq] = err
				f.mu.Unlock()
			})
		}
	}
}

// outcome is how the handling of an event ended; false: it has not.
func (f *fake) outcome(seq uint64) (error, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err, ok := f.handled[seq]
	return err, ok
}

func (f *fake) Before(_ context.Context, _, _ string, seq uint64) ([]life.Event, error) {
	if seq == math.MaxUint64 {
		return f.history, nil
	}
	return nil, nil
}

func (f *fake) WatchPolicy(ctx context.Context, use func(*Policy)) error {
	use(f.policy())
	<-ctx.Done()
	return nil
}

// freely is a Lease of a broker without limits.
type freely struct{}

func (freely) Renew(context.Context) error   { return nil }
func (freely) Release(context.Context) error { return nil }

func (f *fake) AcquireBind(_ context.Context, account string, _ int, _ string) (Lease, error) {
	if f.bind != nil {
		if err := f.bind(account); err != nil {
			return nil, err
		}
	}
	return freely{}, nil
}

func (f *fake) ShareRates(_ context.Context, _ string, own map[string]float64) (map[string]account.Elsewhere, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, own)
	return f.elsewhere, nil
}

func (f *fake) Count(ctx context.Context, account, period string, n int64) (uint64, error) {
	if f.silent {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counters[account+"."+period] += n
	return uint64(f.counters[account+"."+period]), nil
}

func (f *fake) Audit(_ context.Context, e *audit.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.audited = append(f.audited, *e)
	return nil
}

// trail is what was recorded for the audit.
func (f *fake) trail() []audit.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.audited)
}

func (f *fake) ShowSession(context.Context, *account.Session) error { return nil }
func (f *fake) HideSession(context.Context, string, string, string) error {
	return nil
}

// here is the network of this machine.
var here = netip.MustParsePrefix("127.0.0.0/8")
