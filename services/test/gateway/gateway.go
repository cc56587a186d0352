// Package gateway starts whole gateways for tests: in this process, on an
// embedded broker, with simulated modems.
package gateway

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// Patience bounds every wait of a test.
const Patience = time.Minute

// Gateway is a running gateway.
type Gateway struct {
	Config *boot.Config
	Bus    *bus.Bus
	stop   func()
}

// Start runs all services of cfg until the test ends or Stop is called.
func Start(t testing.TB, cfg *boot.Config) *Gateway {
	t.Helper()
	if err := cfg.Complete(); err != nil {
		t.Fatal(err)
	}
	server, err := natsd.Start(natsd.Config{Dir: filepath.Join(t.TempDir(), "nats"), Name: cfg.Host, SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	nc, err := server.Connect(bus.ConnectOptions("test", func(bool, error) {})...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b, err := boot.Bus(ctx, nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.ApplyFile(ctx, cfg.Host, cfg.Policy()); err != nil {
		t.Fatal(err)
	}
	services, err := boot.Services(cfg, b, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- lifecycle.Run(ctx, services...) }()
	g := &Gateway{Config: cfg, Bus: b}
	stopped := false
	g.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("running the gateway: %v", err)
		}
		closeAll(nc, server)
	}
	t.Cleanup(g.stop)
	return g
}

func closeAll(nc *nats.Conn, server *natsd.Server) {
	nc.Close()
	server.Close()
}

// Stop ends the gateway.
func (g *Gateway) Stop() { g.stop() }

// Modem starts a simulated modem on a serial port at path.
func Modem(t testing.TB, path string, cfg sim.Config) *sim.Modem {
	t.Helper()
	m := sim.New(cfg)
	l, err := m.ListenPTY(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return m
}

// Wait waits until what holds holds, and fails the test when it never does. The longer it
// takes the more rarely it looks, so as not to keep others from their work.
func Wait(t testing.TB, what string, holds func() bool) {
	t.Helper()
	const often, rarely = 2 * time.Millisecond, 25 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	look := time.NewTimer(often)
	defer look.Stop()
	for pause := often; !holds(); pause = min(pause*5/4, rarely) {
		look.Reset(pause)
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-look.C:
		}
	}
}

// Drop puts a file into a spool directory the way producers should: whole.
func Drop(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	temp := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+"-drop")
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// Files returns the files of a directory by name, without temporary ones.
func Files(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || e.Name()[0] == '.' {
			continue
		}
		if data, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			files[e.Name()] = string(data)
		}
	}
	return files
}

// Shared returns the folder of recorded truth that stands beside the repository.
func Shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.work above the working directory")
	return ""
}
