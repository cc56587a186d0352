package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// The account of the load, and its messages: as long as most.
const (
	smppAccount = "bench"
	smppSource  = "Viesti"
	smppText    = "Your code is 123456. It is valid for ten minutes. Do not tell it to anybody, and call us when you did not ask for it. This text is 140 long."
)

// cost is what a message costs the server, in microseconds: of CPU, and of waiting for
// a core that others had.
type cost struct{ cpu, waited float64 }

// serve loads the SMPP port of a viestid, which has no modems, and returns what
// came of it, and what a message cost the server. rate 0 is as much as it takes.
func (b *bench) serve(ctx context.Context, setting smppSetting, name string, rate float64, span time.Duration) (r *esme.Result, per cost, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	s, err := b.openSMPP(ctx, setting, b.profilePath(name))
	if err != nil {
		return nil, cost{}, err
	}
	defer func() { err = errors.Join(err, s.process.stop()) }()
	load := esme.Load{
		Client:      esme.Config{Addr: s.address, Bind: smpp.BindTransmitterID, SystemID: smppAccount, Password: s.secret, Window: smppWindow},
		Connections: smppConnections, Rate: rate,
		Message: smppMessages(),
	}
	warm := load
	warm.Messages, warm.Rate = smppConnections*smppWindow*10, 0
	if _, err := warm.Run(ctx); err != nil {
		return nil, cost{}, fmt.Errorf("warming up: %w", err)
	}
	b.toggleProfile(b.systems[0], s.process)
	before, err := usageOf(s.process.pid())
	if err != nil {
		return nil, cost{}, err
	}
	running, stop := context.WithTimeout(ctx, span)
	defer stop()
	r, err = load.Run(running)
	if err != nil {
		return nil, cost{}, err
	}
	after, err := usageOf(s.process.pid())
	b.toggleProfile(b.systems[0], s.process)
	if len(r.Refused) > 0 || r.Unanswered > 0 {
		return nil, cost{}, fmt.Errorf("refused %v, not answered %d", r.Refused, r.Unanswered)
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(r.Acknowledged) }
	return r, cost{each(after.cpu - before.cpu), each(after.waited - before.waited)}, err
}

// smppMessages returns the messages of the load. Each session has one, in which the
// number changes: the load needs the same cores as what it measures.
func smppMessages() func(n int) *smpp.ShortMessage {
	var sessions [smppConnections]*smpp.ShortMessage
	for i := range sessions {
		sessions[i] = esme.Text(smppSource, number(0), smppText, true)
	}
	return func(n int) *smpp.ShortMessage {
		m := sessions[n%smppConnections]
		m.Destination.Addr = strconv.AppendInt(m.Destination.Addr[:0], int64(firstNumber+n), 10)
		return m
	}
}

// smppServer is a viestid with an SMPP port.
type smppServer struct {
	dir, address, secret string
	process              *process
}

// openSMPP starts a viestid with an account for the load.
func (b *bench) openSMPP(ctx context.Context, setting smppSetting, profile string) (*smppServer, error) {
	b.runs++
	s := &smppServer{dir: filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs))}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if s.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	interval := "0s"
	if setting.interval > 0 {
		interval = setting.interval.String()
	}
	conf := filepath.Join(s.dir, "viesti.yaml")
	text := fmt.Sprintf("host: bench\nstate: %s\nnats:\n  embedded:\n    sync_interval: %s\nsmpp:\n  listeners:\n    - address: %s\n",
		filepath.Join(s.dir, "state"), interval, s.address)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	v := *b.systems[0]
	v.arguments = func(_, conf string) []string { return []string{"--config", conf} }
	if s.process, err = v.start(s.dir, conf, profile); err != nil {
		return nil, err
	}
	if s.secret, err = s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.process.stop())
	}
	return s, nil
}

// ready waits until the account can be made and used.
func (s *smppServer) ready(ctx context.Context) (string, error) {
	if err := said(ctx, s.process, s.dir, "viestid is running", 1); err != nil {
		return "", err
	}
	phrase := secret.New()
	if err := s.addAccount(ctx, phrase); err != nil {
		return "", err
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		c, err := esme.Dial(ctx, esme.Config{Addr: s.address, SystemID: smppAccount, Password: phrase})
		if err == nil {
			return phrase, c.Unbind(ctx)
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-s.process.done:
			return "", s.process.died(s.dir)
		case <-look.C:
		}
	}
}

// addAccount gives the load an account that may do everything.
func (s *smppServer) addAccount(ctx context.Context, phrase string) error {
	const binds = 20000
	nc, opened, err := openBus(s.dir)
	if err != nil {
		return err
	}
	defer nc.Close()
	everything := []string{account.Any}
	return opened.PutAccount(ctx, &account.Account{
		Name: smppAccount, SecretHash: secret.Hash(phrase), Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Modes: account.KnownModes, Sources: everything, Destinations: everything, Codings: account.KnownCodings,
		Commands: account.KnownCommands, Window: smppWindow, MaxBinds: binds,
	})
}

// openBus connects to the viestid that works in dir, as its operator.
func openBus(dir string) (*nats.Conn, *bus.Bus, error) {
	nc, err := bus.Dial(bus.Target{Context: filepath.Join(dir, "state", "context.json")}, nats.Name("bench"))
	if err != nil {
		return nil, nil, err
	}
	opened, err := bus.New(nc, bus.Options{Space: subject.Default()})
	if err != nil {
		nc.Close()
	}
	return nc, opened, err
}

// freeAddress is an address on loopback that nobody used a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
