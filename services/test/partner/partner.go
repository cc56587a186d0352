// Package partner runs a whole gateway with an SMPP port, a simulated modem and an
// account, as an administrator would give it to a partner: for tests of what clients
// see.
package partner

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// SystemID is the name of the account.
const SystemID = "partner"

// Options are what a test wants different.
type Options struct {
	// SMPP are further lines of the section smpp, indented by two.
	SMPP string
	// Account changes the account, which may do everything from loopback.
	Account func(*account.Account)
	// Modem is the simulated modem; nil: there is none.
	Modem *sim.Config
}

// Site is a running gateway.
type Site struct {
	Dir string
	// Plain and Secure are the addresses without and with TLS; Certificate is the
	// file that a client of Secure trusts, for the name localhost.
	Plain, Secure, Certificate string
	// Secret is that of the account.
	Secret  string
	Modem   *sim.Modem
	Process *process.Process
	t       testing.TB
}

// Start starts a viestid, which is at path, and waits until the account can bind.
func Start(t testing.TB, path string, o Options) *Site {
	t.Helper()
	s := &Site{Dir: t.TempDir(), Plain: freeAddress(t), Secure: freeAddress(t), t: t}
	key := s.certify()
	yaml := "host: test\nstate: $DIR/state\nnats: {embedded: {sync_interval: 2m}}\n" +
		"smpp:\n  listeners:\n    - address: " + s.Plain + "\n    - address: " + s.Secure + "\n      tls: {certificate: " + s.Certificate + ", key: " + key + "}\n" + o.SMPP
	if o.Modem != nil {
		s.Modem = gateway.Modem(t, filepath.Join(s.Dir, "modem"), *o.Modem)
		yaml += "\nmodems:\n  - {name: SIM1, device: $DIR/modem, errorsleeptime: 10ms, device_open_errorsleeptime: 200ms}\n"
	}
	conf := s.File("viesti.yaml", strings.ReplaceAll(yaml, "$DIR", s.Dir))
	s.Process = process.Start(t, path, []string{"VIESTI_RUNTIME_DIR=" + filepath.Join(s.Dir, "run")}, "--config", conf)
	s.Process.Until("viestid is running")
	s.addAccount(o)
	gateway.Wait(t, "the account to bind", func() bool {
		c, err := esme.Dial(t.Context(), s.Client())
		if err == nil {
			err = c.Unbind(t.Context())
		}
		return err == nil
	})
	return s
}

// Client is the configuration of a simulated client for the plain port.
func (s *Site) Client() esme.Config {
	return esme.Config{Addr: s.Plain, SystemID: SystemID, Password: s.Secret}
}

// Trust is the TLS configuration of a client for the port with TLS.
func (s *Site) Trust() *tls.Config {
	s.t.Helper()
	pem, err := os.ReadFile(s.Certificate)
	if err != nil {
		s.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// File writes a file into the directory of the site.
func (s *Site) File(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.Dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// addAccount makes the account, and sends it everything that the modem receives.
func (s *Site) addAccount(o Options) {
	s.t.Helper()
	s.Secret = secret.New()
	everything := []string{account.Any}
	a := &account.Account{
		Name: SystemID, SecretHash: secret.Hash(s.Secret), Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Modes: account.KnownModes, Sources: everything, Destinations: everything, Codings: account.KnownCodings,
		Classes: []uint8{0, 1}, Commands: account.KnownCommands, MaxBinds: 10,
	}
	if o.Account != nil {
		o.Account(a)
	}
	b := s.bus()
	if err := b.PutAccount(s.t.Context(), a); err != nil {
		s.t.Fatal(err)
	}
	p, err := b.Policy(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	changed := *p
	changed.Inbound = []policy.Inbound{{Account: SystemID}}
	if _, err := b.SetPolicy(s.t.Context(), &changed); err != nil {
		s.t.Fatal(err)
	}
}

// bus connects to the broker of the site until the test ends.
func (s *Site) bus() *bus.Bus {
	s.t.Helper()
	nc, err := bus.Dial(bus.Target{Context: filepath.Join(s.Dir, "state", "context.json")}, nats.Name("test"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
	space, err := subject.New("")
	if err != nil {
		s.t.Fatal(err)
	}
	b, err := bus.New(nc, bus.Options{Space: space})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// freeAddress is an address on loopback that nobody used a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
