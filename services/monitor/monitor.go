// Package monitor writes the files by which programs watch smsd: the status of the
// modems of this host, their counters, and statistics (smstools spec §8.7).
//
// It only watches: nothing waits for it, and what happens while it does not run is
// not counted.
package monitor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

// Monitor is the service.
type Monitor struct {
	cfg     Config
	bus     *bus.Bus
	log     *zap.Logger
	now     func() time.Time
	started time.Time

	mu sync.Mutex
	// tally is what was counted since period began.
	tally  tally
	period time.Time
	// counters are the parts that each modem ever sent; changed are those to be written.
	counters map[string]uint64
	changed  map[string]bool

	// What follows belongs to the loop alone.

	// seen is what the modems were doing at the last look, and ready since when each
	// is initialised.
	seen   map[string]life.ModemStatus
	ready  map[string]time.Time
	looked time.Time
	status string
	// complained is what the log was told last, so that it is told once.
	complained string
}

// New makes a Monitor; Config.Check tells before whether it can work.
func New(cfg Config, b *bus.Bus, logger *zap.Logger) *Monitor {
	return &Monitor{
		cfg: cfg, bus: b, log: logger.Named("stats"), now: time.Now, counters: map[string]uint64{}, changed: map[string]bool{},
		seen: map[string]life.ModemStatus{}, ready: map[string]time.Time{},
	}
}

// Run works until ctx ends.
func (m *Monitor) Run(ctx context.Context) error {
	m.log.Info("running", zap.String("directory", m.cfg.Directory))
	defer m.log.Info("stopped")
	m.started = m.now()
	m.resume()
	return lifecycle.Run(ctx,
		lifecycle.Service{Name: "events", Run: func(ctx context.Context) error { return m.bus.Tail(ctx, m.count) }},
		lifecycle.Service{Name: "files", Run: m.write})
}

// write looks after the files until ctx ends.
func (m *Monitor) write(ctx context.Context) error {
	tick := time.NewTicker(time.Duration(m.cfg.StatusInterval))
	defer tick.Stop()
	defer m.suspend()
	for {
		m.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look writes what has changed, and statistics when they are due.
func (m *Monitor) look(ctx context.Context) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	modems, err := m.bus.Modems(ctx)
	if err != nil {
		return // the process says what is wrong with the broker
	}
	now := m.now()
	m.watch(modems, now)
	m.complain(errors.Join(m.writeStatus(now), m.writeCounters(), m.writeStatistics(now)))
}

// watch notes what the modems of this host are doing.
func (m *Monitor) watch(modems []life.ModemStatus, now time.Time) {
	current := map[string]life.ModemStatus{}
	for _, s := range modems {
		if s.Identity.Host == m.cfg.Host {
			current[s.Identity.Name] = s
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range m.cfg.Modems {
		before, s := m.seen[name], current[name]
		if works(s.State) && !works(before.State) {
			m.ready[name] = now
		}
		if s.State == life.ModemBlocked && before.State != life.ModemBlocked {
			m.tally.modem(name).Blocked++
		}
		if s.State == life.ModemReceiving && !m.looked.IsZero() {
			m.tally.modem(name).Receiving += now.Sub(m.looked)
		}
	}
	m.seen, m.looked = current, now
}

// works reports whether a modem in this state is initialised.
func works(s life.ModemState) bool {
	return s == life.ModemIdle || s == life.ModemSending || s == life.ModemReceiving
}

// complain logs an error once, until another one comes or it is over.
func (m *Monitor) complain(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && text != m.complained {
		m.log.Error("writing the files of status and statistics, will be tried again", zap.Error(err))
	}
	m.complained = text
}

// replace writes a file so that readers see it whole.
func (m *Monitor) replace(name, content string) error {
	path := filepath.Join(m.cfg.Directory, name)
	temp := filepath.Join(m.cfg.Directory, "."+name+".new")
	if err := os.WriteFile(temp, []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
