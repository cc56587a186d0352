package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

// run runs what the configuration asks for until ctx ends. ready, if not nil, is
// called when everything is running.
func run(ctx context.Context, cfg *boot.Config, ready func(broker string)) error {
	logger, flush, err := log.New(cfg.Log)
	if err != nil {
		return err
	}
	defer flush()
	removePID, err := writePID(cfg.PIDFile)
	if err != nil {
		return err
	}
	defer removePID()
	nc, broker, stop, err := connect(cfg, logger)
	if err != nil {
		return err
	}
	defer stop()
	b, err := boot.Bus(ctx, nc, cfg)
	if err != nil {
		return err
	}
	// On a broker that others share, a file without queues says nothing about them.
	if cfg.NATS.IsZero() || len(cfg.Queues) > 0 {
		if err := b.SetPolicy(ctx, cfg.Policy()); err != nil {
			return err
		}
	}
	services, err := boot.Services(cfg, b, logger)
	if err != nil {
		return err
	}
	if cfg.NATS.IsZero() {
		services = append(services, lifecycle.Service{Name: "broker", Run: watchdog(b)})
	}
	logger.Info("viestid is running", zap.String("version", boot.Version), zap.String("host", cfg.Host), zap.String("broker", broker))
	if ready != nil {
		ready(broker)
	}
	return lifecycle.Run(ctx, services...)
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

// connect connects to the broker that is named, or starts one.
func connect(cfg *boot.Config, logger *zap.Logger) (nc *nats.Conn, broker string, stop func(), err error) {
	opts := bus.ConnectOptions("viestid@"+cfg.Host, boot.Notify(logger))
	if !cfg.NATS.IsZero() {
		nc, err := bus.Dial(cfg.NATS.Target, opts...)
		if err != nil {
			return nil, "", nil, err
		}
		return nc, nc.ConnectedUrlRedacted(), nc.Close, nil
	}
	e := cfg.NATS.Embedded
	server, err := natsd.Start(natsd.Config{
		Dir: filepath.Join(cfg.State, "nats"), Name: cfg.Host, Listen: e.Listen, SyncInterval: time.Duration(e.SyncInterval),
		MaxStore: e.MaxStore, Log: log.Server{Logger: logger.Named("nats").Sugar()},
	})
	if err != nil {
		return nil, "", nil, err
	}
	withdraw, err := announce(cfg, server)
	if err != nil {
		server.Close()
		return nil, "", nil, err
	}
	if cfg.NATS.MaxQueued == 0 {
		cfg.NATS.MaxQueued = uint64(server.MaxStore()) / 3 * 2
	}
	nc, err = server.Connect(opts...)
	if err != nil {
		withdraw()
		server.Close()
		return nil, "", nil, fmt.Errorf("connecting to the embedded broker: %w", err)
	}
	return nc, server.URL(), func() { withdraw(); nc.Close(); server.Close() }, nil
}

// announce lets the command line of this machine find the broker.
func announce(cfg *boot.Config, server *natsd.Server) (func(), error) {
	seed, err := filepath.Abs(server.SeedFile())
	if err != nil {
		return nil, err
	}
	return bus.Announce(cfg.State, bus.Endpoint{Description: "viestid on " + cfg.Host, URL: server.URL(), NKey: seed})
}

func writePID(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("writing the pid file: %w", err)
	}
	return func() { _ = os.Remove(path) }, nil
}
