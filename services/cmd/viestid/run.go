package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/kit/process"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

// run runs what the configuration asks for until ctx ends; load reads it anew on
// SIGHUP. ready, if not nil, is called when everything is running.
func run(ctx context.Context, cfg *boot.Config, load func() (*boot.Config, error), ready func(broker string)) error {
	hangups := lifecycle.Hangups(ctx)
	l, err := log.Open(cfg.Log)
	if err != nil {
		return err
	}
	defer l.Close()
	removePID, err := process.WritePID(cfg.PIDFile)
	if err != nil {
		return err
	}
	defer removePID()
	if os.Geteuid() == 0 {
		l.Warn("running as root; give user in the configuration, or User in the systemd unit")
	}
	nc, broker, stop, err := connect(cfg, l.Logger)
	if err != nil {
		return err
	}
	defer stop()
	b, err := boot.Bus(ctx, nc, broker.bounded(cfg))
	if err != nil {
		return err
	}
	if cfg.NATS.IsZero() {
		if err := reclaim(ctx, b, l.Logger); err != nil {
			return err
		}
	}
	// On a broker that others share, a file without rules says nothing about them.
	given := cfg.Policy()
	ownsPolicy := cfg.NATS.IsZero() || given.HasRules()
	if ownsPolicy {
		if err := b.ApplyFile(ctx, cfg.Host, given); err != nil {
			return err
		}
	}
	s := &boot.Supervisor{Config: cfg, Bus: b, Log: l, Load: load, OwnsPolicy: ownsPolicy, Hangups: hangups, Beside: cfg.Beside(l.Logger)}
	if cfg.NATS.IsZero() {
		s.Beside = append(s.Beside, lifecycle.Service{Name: "broker", Run: watchdog(b)})
	}
	if err := cfg.Begin(ctx, l.Logger); err != nil {
		return err
	}
	l.Info("viestid is running", zap.String("version", boot.Version), zap.String("host", cfg.Host), zap.String("broker", broker.url),
		log.Smsd(log.Critical, "viestid is running, version %s started.", boot.Version))
	if ready != nil {
		ready(broker.url)
	}
	return s.Run(ctx)
}

// reclaim takes back what the process before this one had in hand: its broker was this
// one's, and its modems were in it, so that nobody works on that any more.
func reclaim(ctx context.Context, b *bus.Bus, logger *zap.Logger) error {
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	n, err := b.Reclaim(ctx)
	if n > 0 {
		logger.Info("messages that modems had in hand, or that waited for another attempt, are taken up again", zap.Int("messages", n))
	}
	return err
}

// errStuck ends a process whose own broker does not work any more: a new one may.
var errStuck = errors.New("the embedded broker takes nothing any more (is the disk full?); ending, to be started again")

// watchdog ends the process when the embedded broker has refused something for
// long: after a full disk it does not recover by itself.
func watchdog(b *bus.Bus) func(context.Context) error {
	const interval, patience = 5 * time.Second, 90 * time.Second
	return func(ctx context.Context) error {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				if b.Stalled() > patience && !b.Full() {
					return errStuck
				}
			}
		}
	}
}

// broker is the one that the process works with.
type broker struct {
	url string
	// room is how many octets may wait in the embedded one; 0: it is another one.
	room uint64
}

// bounded is the configuration with the bound of what may wait.
func (k broker) bounded(cfg *boot.Config) *boot.Config {
	with := *cfg
	if with.NATS.MaxQueued == 0 {
		with.NATS.MaxQueued = k.room
	}
	return &with
}

// farewell is how long the embedded broker may take to read the last words.
const farewell = 5 * time.Second

// connect connects to the broker that is named, or starts one.
func connect(cfg *boot.Config, logger *zap.Logger) (nc *nats.Conn, k broker, stop func(), err error) {
	opts := bus.ConnectOptions("viestid@"+cfg.Host, boot.Notify(logger))
	if !cfg.NATS.IsZero() {
		nc, err := bus.Dial(cfg.NATS.Target, opts...)
		if err != nil {
			return nil, k, nil, err
		}
		return nc, broker{url: nc.ConnectedUrlRedacted()}, nc.Close, nil
	}
	e := cfg.NATS.Embedded
	server, err := natsd.Start(natsd.Config{
		Dir: filepath.Join(cfg.State, "nats"), Name: cfg.Host, Listen: e.Listen, SyncInterval: time.Duration(e.SyncInterval),
		MaxStore: e.MaxStore, Log: log.Server{Logger: logger.Named("nats").Sugar()},
	})
	if err != nil {
		return nil, k, nil, err
	}
	withdraw, err := announce(cfg, server)
	if err != nil {
		server.Close()
		return nil, k, nil, err
	}
	nc, err = server.Connect(opts...)
	if err != nil {
		withdraw()
		server.Close()
		return nil, k, nil, fmt.Errorf("connecting to the embedded broker: %w", err)
	}
	k = broker{url: server.URL(), room: uint64(server.MaxStore()) / 3 * 2}
	return nc, k, func() { withdraw(); _ = nc.FlushTimeout(farewell); nc.Close(); server.Close() }, nil
}

// announce lets the command line of this machine find the broker.
func announce(cfg *boot.Config, server *natsd.Server) (func(), error) {
	seed, err := filepath.Abs(server.SeedFile())
	if err != nil {
		return nil, err
	}
	return bus.Announce(cfg.State, bus.Endpoint{Description: "viestid on " + cfg.Host, URL: server.URL(), NKey: seed})
}
