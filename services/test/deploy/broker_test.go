package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// Users of deploy/nats/nats.conf.
const (
	asAdmin     = "admin"
	asSpool     = "spool1"
	asSMPP      = "smpp1"
	asModem     = "modem1"
	asScheduler = "scheduler1"
	asOperator  = "ops1"
)

var users = []string{asAdmin, asSpool, asSMPP, asModem, asScheduler, asOperator}

// broker is a NATS server that runs deploy/nats/nats.conf, with keys and
// certificates made for the test, on a free port of loopback.
type broker struct {
	dir string
	srv *server.Server
}

// places are the paths of the configuration and where the test has them instead.
func (b *broker) places(text, url string) string {
	return strings.NewReplacer(
		"/etc/viesti/nats/", b.dir+"/", "/var/lib/nats", filepath.Join(b.dir, "store"),
		"0.0.0.0:4222", "127.0.0.1:-1", "tls://gateway.example:4222", url,
	).Replace(text)
}

func startBroker(t *testing.T) *broker {
	t.Helper()
	b := &broker{dir: t.TempDir()}
	a := newAuthority(t, b.dir)
	a.issue(t, "server")
	a.issue(t, "client")
	b.writeKeys(t)
	conf := filepath.Join(b.dir, "nats.conf")
	write(t, conf, b.places(read(t, "deploy", "nats", "nats.conf"), ""))
	opts, err := server.ProcessConfigFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	opts.NoSigs, opts.NoLog = true, true
	if b.srv, err = server.NewServer(opts); err != nil {
		t.Fatal(err)
	}
	b.srv.Start()
	t.Cleanup(func() { b.srv.Shutdown(); b.srv.WaitForShutdown() })
	const patience = time.Minute
	if !b.srv.ReadyForConnections(patience) {
		t.Fatal("the server is not ready")
	}
	for _, user := range users {
		context := user + ".context.json"
		write(t, filepath.Join(b.dir, context), b.places(read(t, "deploy", "nats", context), b.url()))
	}
	return b
}

func (b *broker) url() string { return "tls://" + b.srv.Addr().String() }

// writeKeys makes a key for each user: the seed for its context, the public half
// for the server.
func (b *broker) writeKeys(t *testing.T) {
	t.Helper()
	var public strings.Builder
	for _, user := range users {
		pair, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		seed, err := pair.Seed()
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(b.dir, user+".nk"), string(seed)+"\n")
		key, err := pair.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&public, "KEY_%s: %s\n", strings.ToUpper(user), key)
	}
	write(t, filepath.Join(b.dir, "keys.conf"), public.String())
}

// client is one connection of a user; it remembers what the server refused.
type client struct {
	nc  *nats.Conn
	bus *bus.Bus

	mu      sync.Mutex
	refused []string
	notice  context.CancelFunc
}

// connect connects with the shipped context of a user. The context that comes
// back ends when the server refuses something.
func (b *broker) connect(t *testing.T, user string) (*client, context.Context) {
	t.Helper()
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	c := &client{notice: cancel}
	target := bus.Target{Context: filepath.Join(b.dir, user+".context.json")}
	nc, err := bus.Dial(target, bus.ConnectOptions("test as "+user, c.notify)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); nc.Close() })
	c.nc = nc
	if c.bus, err = bus.New(nc, bus.Options{}); err != nil {
		t.Fatal(err)
	}
	return c, ctx
}

var violation = regexp.MustCompile(`(?i)permissions violation for ([^\n]*)`)

func (c *client) notify(_ bool, err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	what := err.Error()
	if m := violation.FindStringSubmatch(what); m != nil {
		what = m[1]
	}
	c.refused = append(c.refused, what)
	c.notice()
}

// refusals returns what the server has refused so far, what is under way included.
func (c *client) refusals() []string {
	_ = c.nc.Flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.nc.LastError(); len(c.refused) == 0 && errors.Is(err, nats.ErrPermissionViolation) {
		return []string{err.Error()} // the library has not handed it over yet
	}
	return append([]string(nil), c.refused...)
}

// setUp does what the first start with the admin's key does.
func (b *broker) setUp(t *testing.T) {
	t.Helper()
	c, ctx := b.connect(t, asAdmin)
	if err := c.bus.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.bus.Audit(ctx, &audit.Event{Kind: audit.Policy}); err != nil {
		t.Fatal(err)
	}
}
