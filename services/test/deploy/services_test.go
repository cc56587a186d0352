package deploy_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/spool"
)

// site is Viesti on three hosts: each service with the user that nats.conf has
// for it, and a simulated modem.
type site struct {
	*broker
	spool string
	users []*client
}

// ownNumber is the number of the simulated modem.
const ownNumber = "358400000001"

// TestServices runs the services with the users of nats.conf: a file is sent to
// the modem itself, its report and the message come back, a message that nobody can send
// expires, and nothing that any of them does is refused.
func TestServices(t *testing.T) {
	b := startBroker(t)
	b.setUp(t)
	s := &site{broker: b, spool: t.TempDir()}
	s.start(t)

	write(t, filepath.Join(s.spool, "outgoing", "hello"), "To: "+ownNumber+"\nReport: yes\n\nHello, me\n")
	s.appears(t, "sent/hello")
	s.appears(t, "report/*")
	s.appears(t, "incoming/*")
	s.refuseFile(t)
	s.expire(t)
	for _, c := range s.users {
		if refusals := c.refusals(); len(refusals) > 0 {
			t.Errorf("%s: refused %q", c.nc.Opts.Name, refusals)
		}
	}
}

// refuseFile puts a file that is no message into the spool.
func (s *site) refuseFile(t *testing.T) {
	t.Helper()
	write(t, filepath.Join(s.spool, "outgoing", "nobody"), "To: \n\nHello\n")
	s.appears(t, "failed/nobody")
}

// expire submits a message for a queue that no modem serves, valid for a moment.
func (s *site) expire(t *testing.T) {
	t.Helper()
	c, ctx := s.connect(t, asOperator)
	m := submission("cli-ops1")
	m.Queue, m.ExpiresAt = "unserved", time.Now().Add(time.Second)
	if err := c.bus.Submit(ctx, m); err != nil {
		t.Fatal(err)
	}
	until(t, "the message expires", func() bool {
		events, err := c.bus.History(ctx, m.ID)
		return err == nil && life.Fold(events) == life.ExpiredState
	})
	if refusals := c.refusals(); len(refusals) > 0 {
		t.Errorf("%s: refused %q", asOperator, refusals)
	}
}

func (s *site) start(t *testing.T) {
	t.Helper()
	s.run(t, asScheduler, &boot.Config{Host: asScheduler}, boot.Scheduler)
	s.startModem(t)
	s.run(t, asSpool, s.spoolConfig(t), boot.Spool)
}

// startModem runs a simulated modem and its worker.
func (s *site) startModem(t *testing.T) {
	t.Helper()
	device := filepath.Join(t.TempDir(), "modem")
	network := sim.NewNetwork(sim.NetworkConfig{SMSC: "358400000000"})
	m := sim.New(sim.Config{Name: "SIM1", Number: ownNumber, IMSI: "244050000000001", Network: network})
	listener, err := m.ListenPTY(device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close(); network.Close() })
	s.run(t, asModem, s.modemConfig(device), boot.Modem)
}

func (s *site) modemConfig(device string) *boot.Config {
	d := modem.DefaultDevice()
	d.Name, d.Device, d.Number = "SIM1", device, ownNumber
	d.Poll, d.StartSleep = config.Duration(time.Second), 0
	return &boot.Config{Host: asModem, Modems: []modem.Device{d}}
}

func (s *site) spoolConfig(t *testing.T) *boot.Config {
	t.Helper()
	c := spool.DefaultConfig()
	c.TrustOutgoing = true
	for name, dir := range map[string]*string{
		"outgoing": &c.Outgoing, "checked": &c.Checked, "sent": &c.Sent, "failed": &c.Failed, "incoming": &c.Incoming, "report": &c.Report,
	} {
		*dir = filepath.Join(s.spool, name)
		if err := os.Mkdir(*dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &boot.Config{Host: asSpool, Spool: &c}
}

// run runs one service, as its program does, until the test ends.
func (s *site) run(t *testing.T, user string, cfg *boot.Config, build boot.Build) {
	t.Helper()
	if err := cfg.Complete(); err != nil {
		t.Fatal(err)
	}
	c, _ := s.connect(t, user)
	b, err := boot.Bus(t.Context(), c.nc, cfg)
	if err != nil {
		t.Fatalf("%s: %v, refused %q", user, err, c.refusals())
	}
	service, err := build(cfg, b, zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel)))
	if err != nil {
		t.Fatal(err)
	}
	s.users = append(s.users, c)
	serve(t, func(ctx context.Context) error { return lifecycle.Run(ctx, service) })
}

// serve runs something until the test ends.
func serve(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// appears waits for a file below the spool.
func (s *site) appears(t *testing.T, pattern string) {
	t.Helper()
	until(t, fmt.Sprintf("a file %s is there", pattern), func() bool {
		found, err := filepath.Glob(filepath.Join(s.spool, pattern))
		return err == nil && len(found) > 0
	})
}

// until waits, not for ever, until something is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	const patience, pause = time.Minute, 20 * time.Millisecond
	deadline := time.After(patience)
	look := time.NewTicker(pause)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
