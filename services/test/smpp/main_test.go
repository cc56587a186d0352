// Package smpp runs SMPP servers as processes of their own, kills them and their
// broker under load, and has the message accounts of their clients balance.
package smpp

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// bin is where the programs are.
var bin string

// kills is how often a server is killed.
var kills = flag.Int("kills", 4, "how often a server is killed under load")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "viesti-smpp-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := process.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin = dir
	return m.Run()
}

const (
	systemID = "acme"
	password = "geheim12"
)

// site is a broker, an account, and somebody who sends what is submitted.
type site struct {
	t       *testing.T
	dir     string
	address string
	broker  *process.Process
	bus     *bus.Bus
}

func newSite(t *testing.T, change func(*account.Account)) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), address: freeAddress(t)}
	content := fmt.Sprintf("listen: %q\njetstream { store_dir: %q, sync_interval: always }\n", s.address, filepath.Join(s.dir, "nats"))
	s.write("nats.conf", content)
	s.startBroker()
	nc, err := bus.Dial(bus.Target{URL: "nats://" + s.address}, bus.ConnectOptions("test", func(bool, error) {})...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if s.bus, err = bus.New(nc, bus.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx := s.bounded()
	if err := s.bus.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	a := &account.Account{
		Name: systemID, SecretHash: secret.Hash(password), Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Modes: account.KnownModes, Sources: []string{account.Any}, Destinations: []string{account.Any}, Codings: account.KnownCodings,
		// Those of a killed server count until its lease has ended.
		Commands: account.KnownCommands, MaxBinds: 1000,
	}
	change(a)
	if err := s.bus.PutAccount(ctx, a); err != nil {
		t.Fatal(err)
	}
	s.send()
	return s
}

func (s *site) startBroker() {
	s.t.Helper()
	s.broker = process.Start(s.t, filepath.Join(bin, "nats-server"), nil, "-c", filepath.Join(s.dir, "nats.conf"))
	s.broker.Until("Server is ready")
}

// bounded is a context for everything that a test waits for.
func (s *site) bounded() context.Context {
	ctx, cancel := context.WithTimeout(s.t.Context(), gateway.Patience)
	s.t.Cleanup(cancel)
	return ctx
}

func (s *site) write(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts a server.
func (s *site) serve(name, address string) *process.Process {
	s.t.Helper()
	path := s.write(name+".yaml", fmt.Sprintf("host: %s\nnats:\n  url: nats://%s\nsmpp:\n  listeners:\n    - address: %s\n", name, s.address, address))
	p := process.Start(s.t, filepath.Join(bin, "viesti-smpp"), nil, "--config", path)
	p.Until("listening")
	return p
}

// dial binds a client; the server may still be starting.
func (s *site) dial(address string, change func(*esme.Config)) *esme.Client {
	s.t.Helper()
	cfg := esme.Config{Addr: address, SystemID: systemID, Password: password, Window: 50}
	change(&cfg)
	c, err := esme.Dial(s.bounded(), cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// send plays the workers: whatever is submitted is sent at once and delivered.
func (s *site) send() {
	ctx, cancel := context.WithCancel(context.Background())
	taker, err := s.bus.Taker(s.bounded(), []string{message.DefaultQueue})
	if err != nil {
		s.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			w, err := taker.Take(ctx)
			if err != nil {
				continue
			}
			if s.bus.Publish(ctx, outcome(w.Submission)...) == nil {
				_ = w.Done(ctx)
			}
		}
	}()
	s.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// outcome are the events of a message that is sent and delivered.
func outcome(m *message.Submission) []*life.Event {
	event := life.Event{ID: m.ID, Account: m.Account, Time: time.Now(), Subject: life.SubjectOf(m), Modem: &life.Modem{Host: "test", Name: "GSM1"}}
	sent, delivered := event, event
	sent.Kind = life.Sent{Parts: []life.PartDone{{Part: 1, Total: 1, Reference: 7}}, Report: true}
	delivered.Kind = life.Report{Part: 1, Total: 1, Reference: 7, Outcome: life.Delivered, Recipient: m.Recipient}
	return []*life.Event{&sent, &delivered}
}
