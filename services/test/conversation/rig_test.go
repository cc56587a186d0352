// Package conversation_test holds what is said with a modem against what the
// specifications want: the initialisation of smsd, command by command, and the
// quirks of real modems.
package conversation_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait.
const patience = time.Minute

// newBus starts a broker for one test.
func newBus(t *testing.T) *bus.Bus {
	t.Helper()
	server, err := natsd.Start(natsd.Config{Dir: filepath.Join(t.TempDir(), "nats"), Name: "test", SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{AckWait: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// journal is the command lines that a simulated modem was given.
type journal struct{ *sim.CommandLog }

func newJournal() *journal { return &journal{sim.NewCommandLog()} }

// wait waits until a command that begins so was given n times.
func (j *journal) wait(t *testing.T, prefix string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := j.Wait(ctx, prefix, n); err != nil {
		t.Fatal(err)
	}
}

// bench is a simulated modem, a worker for it, and what was said.
type bench struct {
	*journal
	sim    *sim.Modem
	device modem.Device
	stop   func()
}

// run starts a worker for a simulated modem, by the lines of smsd.conf that its
// section has.
func run(t *testing.T, b *bus.Bus, cfg sim.Config, lines []string, change func(*modem.Device)) *bench {
	t.Helper()
	return runLogged(t, b, cfg, lines, change, zap.NewNop())
}

// runLogged is run with a log.
func runLogged(t *testing.T, b *bus.Bus, cfg sim.Config, lines []string, change func(*modem.Device), logger *zap.Logger) *bench {
	t.Helper()
	dir, j := t.TempDir(), newJournal()
	if cfg.Name == "" {
		cfg.Name = "GSM1"
	}
	cfg.OnCommand = j.Add
	if cfg.Network == nil {
		cfg.Network = sim.NewNetwork(sim.NetworkConfig{Fates: []sim.Fate{{Never: true}}})
	}
	m := sim.New(cfg)
	port := filepath.Join(dir, "ttyUSB0")
	l, err := m.ListenPTY(port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	d := fromSmsd(t, dir, cfg.Name, port, lines)
	d.OpenSleep = config.Duration(100 * time.Millisecond)
	if change != nil {
		change(&d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	s := modem.New(modem.Config{Host: "h", State: filepath.Join(dir, "state"), Modems: []modem.Device{d}}, b, logger, nil)
	go func() { defer close(done); _ = s.Run(ctx) }()
	stop := func() { cancel(); <-done }
	t.Cleanup(stop)
	return &bench{journal: j, sim: m, device: d, stop: stop}
}

// fromSmsd makes the configuration of a modem of lines of its section in smsd.conf.
func fromSmsd(t *testing.T, dir, name, port string, lines []string) modem.Device {
	t.Helper()
	var global, own []string
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "global: "); ok {
			global = append(global, rest)
		} else {
			own = append(own, line)
		}
	}
	text := fmt.Sprintf("devices = %s\noutgoing = %s\nerrorsleeptime = 0\n%s\n[%s]\ndevice = %s\nstartsleeptime = 0\n%s\n",
		name, dir, strings.Join(global, "\n"), name, port, strings.Join(own, "\n"))
	path := filepath.Join(dir, "smsd.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var problems strings.Builder
	cfg, err := boot.FromSmsd(path, &problems)
	ignored := strings.Count(problems.String(), "has no effect") - strings.Count(problems.String(), "setting loglevel has no effect")
	if err != nil || ignored > 0 {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	return cfg.Modems[0]
}
