package smpp

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of a test.
const patience = time.Minute

// password is the secret of all accounts of tests; its hash is made once.
const password = "geheim12"

var passwordHash = secret.Hash(password)

// someone is an account that may do everything from this machine.
func someone(name string) *account.Account {
	return &account.Account{
		Name: name, SecretHash: passwordHash, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Modes: account.KnownModes, Sources: []string{account.Any}, Destinations: []string{account.Any}, Codings: account.KnownCodings,
		Classes: []uint8{0, 1, 2, 3}, Commands: account.KnownCommands, MaxBinds: 100,
	}
}

// bounded is a context for everything that a test waits for.
func bounded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// rig is a broker with servers on it.
type rig struct {
	t   testing.TB
	nat *natsd.Server
	bus *bus.Bus
}

// newRig starts a broker with accounts.
func newRig(t testing.TB, accounts ...*account.Account) *rig {
	t.Helper()
	srv, err := natsd.Start(natsd.Config{Dir: t.TempDir(), Name: "test", SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	r := &rig{t: t, nat: srv}
	r.bus = r.connect()
	if err := r.bus.Ensure(bounded(t)); err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		r.put(a)
	}
	return r
}

// connect opens a bus of its own.
func (r *rig) connect() *bus.Bus {
	r.t.Helper()
	nc, err := r.nat.Connect(bus.ConnectOptions("test", func(bool, error) {})...)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// put writes an account into the shared policy.
func (r *rig) put(a *account.Account) {
	r.t.Helper()
	if err := r.bus.PutAccount(bounded(r.t), a); err != nil {
		r.t.Fatal(err)
	}
}

// testConfig is a configuration with a port of its own and little patience.
func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Host = "test"
	cfg.Listeners = []Listener{{Address: "127.0.0.1:0"}}
	cfg.BindFailure = 0
	return cfg
}

// instance is a running server.
type instance struct {
	*Server
	addr string
	stop func()
}

// serve runs a server until the test ends or stop is called.
func (r *rig) serve(change ...func(*Config)) *instance {
	r.t.Helper()
	cfg := testConfig()
	for _, f := range change {
		f(&cfg)
	}
	s := New(cfg, OnBus(r.connect()), nop())
	return run(r.t, s)
}

// nop is a log that nobody reads.
func nop() *zap.Logger { return zap.NewNop() }

func run(t testing.TB, s *Server) *instance {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	addresses, err := s.Addresses(bounded(t))
	if err != nil {
		t.Fatal(errors.Join(err, context.Cause(ctx)))
	}
	i := &instance{Server: s, addr: addresses[0].String()}
	stopped := false
	i.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
		if n := s.panics.Load(); n > 0 {
			t.Errorf("%d panics", n)
		}
	}
	t.Cleanup(i.stop)
	return i
}

// client is the configuration of a client of an account.
func (i *instance) client(name string) esme.Config {
	return esme.Config{Addr: i.addr, SystemID: name, Password: password}
}

// dial binds a client, which is closed when the test ends.
func dial(t testing.TB, cfg esme.Config) *esme.Client {
	t.Helper()
	c, err := esme.Dial(bounded(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// send plays the modem worker: every message of the default queue is sent at once,
// and reported delivered where a report was asked for.
func (r *rig) send() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b := r.connect()
	taker, err := b.Taker(bounded(r.t), []string{message.DefaultQueue})
	if err != nil {
		r.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			w, err := taker.Take(ctx)
			if err != nil || w == nil {
				return
			}
			if err := b.Publish(ctx, outcome(w.Submission)...); err == nil {
				_ = w.Done(ctx)
			}
		}
	}()
	r.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// outcome are the events of a message that is sent and delivered.
func outcome(s *message.Submission) []*life.Event {
	report := s.Options.Report.Or(false)
	event := life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Modem: &life.Modem{Host: "test", Name: "GSM1"}}
	sent, delivered := event, event
	sent.Kind = life.Sent{Parts: []life.PartDone{{Part: 1, Total: 1, Reference: 7}}, Report: report}
	if !report {
		return []*life.Event{&sent}
	}
	delivered.Kind = life.Report{Part: 1, Total: 1, Reference: 7, Outcome: life.Delivered, Recipient: s.Recipient}
	return []*life.Event{&sent, &delivered}
}

// statusOfRequest makes a request and returns the status of its response.
func statusOfRequest(t testing.TB, c *esme.Client, id smpp.ID, body smpp.Body) smpp.Status {
	t.Helper()
	reply, err := c.Request(bounded(t), id, body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Status
}
