package boot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// part is a service that a process may consist of.
type part struct {
	name  string
	build Build
	// section is what it depends on of the configuration; nil: there is no need of it.
	section func(*Config) any
}

// parts are all services, in the order in which they are started.
var parts = []part{
	{"scheduler", Scheduler, func(c *Config) any { return c.SchedulerConfig() }},
	{"spool", Spool, func(c *Config) any {
		if c.Spool == nil {
			return nil
		}
		return *c.Spool
	}},
	{"smpp", SMPP, func(c *Config) any {
		if c.SMPP == nil {
			return nil
		}
		return *c.SMPP
	}},
	{"stats", Stats, func(c *Config) any {
		if c.Stats == nil {
			return nil
		}
		return *c.Stats
	}},
	{"modem", Modem, func(c *Config) any {
		if len(c.Modems) == 0 {
			return nil
		}
		return c.ModemConfig()
	}},
}

// Supervisor runs the services of a process, and changes them while they run.
type Supervisor struct {
	Config *Config
	Bus    *bus.Bus
	Log    *log.Log
	// Load reads the configuration anew, as at start.
	Load func() (*Config, error)
	// OwnsPolicy says that the shared policy of the file is that of the broker.
	OwnsPolicy bool
	// Beside runs with the services and is never changed.
	Beside []lifecycle.Service
	// Hangups bring the wish to read the configuration anew.
	Hangups <-chan os.Signal

	parts []part
	// running are the parts by name; failed brings the first that could not go on.
	running map[string]*instance
	failed  chan error
}

// instance is a part that runs.
type instance struct {
	stop context.CancelFunc
	done chan struct{}
}

// Run runs everything until ctx ends or a service cannot go on.
func (s *Supervisor) Run(ctx context.Context) error {
	if s.parts == nil {
		s.parts = parts
	}
	s.running, s.failed = map[string]*instance{}, make(chan error, len(s.parts)+len(s.Beside))
	ctx, cancel := context.WithCancel(ctx)
	defer s.wait()
	defer cancel()
	for _, service := range s.Beside {
		s.start(ctx, service.Name, service)
	}
	for _, p := range s.parts {
		if err := s.begin(ctx, p, s.Config); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-s.failed:
			return err
		case <-s.Hangups:
			if err := s.reload(ctx); err != nil {
				return err
			}
		}
	}
}

// begin starts a part, if the configuration wants it.
func (s *Supervisor) begin(ctx context.Context, p part, cfg *Config) error {
	if p.section(cfg) == nil {
		return nil
	}
	service, err := p.build(cfg, s.Bus, s.Log.Logger)
	if err != nil {
		return err
	}
	s.start(ctx, p.name, service)
	return nil
}

func (s *Supervisor) start(ctx context.Context, name string, service lifecycle.Service) {
	ctx, stop := context.WithCancel(ctx)
	i := &instance{stop, make(chan struct{})}
	s.running[name] = i
	go func() {
		defer close(i.done)
		if err := service.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.failed <- fmt.Errorf("%s: %w", service.Name, err)
		}
	}()
}

// wait waits until nothing runs any more.
func (s *Supervisor) wait() {
	for _, i := range s.running {
		<-i.done
	}
}

// end ends a part: it finishes what it has in hand.
func (s *Supervisor) end(name string) {
	if i := s.running[name]; i != nil {
		i.stop()
		<-i.done
		delete(s.running, name)
	}
}

// reload opens the log anew, reads the configuration again, and starts those
// services anew whose sections have changed. A configuration that is wrong changes
// nothing. An error means that the process cannot go on.
func (s *Supervisor) reload(ctx context.Context) error {
	cfg, err := s.read()
	if err != nil {
		reopen := s.Log.Reopen(s.Config.Log)
		s.Log.Error("the configuration cannot be used; everything stays as it was", zap.Error(errors.Join(err, reopen)))
		return nil
	}
	if err := s.Log.Reopen(cfg.Log); err != nil {
		s.Log.Error("the log cannot be opened; it stays as it was", zap.Error(err))
	}
	late := restartNeeded(s.Config, cfg)
	cfg.stay(s.Config)
	s.Log.Info("the configuration is read anew", zap.Strings("anew", s.changed(cfg)), zap.Strings("only after a restart", late))
	if given := cfg.Policy(); s.OwnsPolicy && !reflect.DeepEqual(given, s.Config.Policy()) {
		if err := s.Bus.ApplyFile(ctx, cfg.Host, given); err != nil {
			s.Log.Error("the shared policy stays as it was", zap.Error(err))
		}
	}
	for _, p := range s.parts {
		if reflect.DeepEqual(p.section(s.Config), p.section(cfg)) {
			continue
		}
		s.end(p.name)
		if err := s.begin(ctx, p, cfg); err != nil {
			return err
		}
	}
	s.Config = cfg
	return nil
}

// read reads the configuration and checks it as at the start.
func (s *Supervisor) read() (*Config, error) {
	cfg, err := s.Load()
	if err != nil {
		return nil, err
	}
	// The broker's address may have come from elsewhere than the file.
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// changed are the parts whose sections differ.
func (s *Supervisor) changed(cfg *Config) (names []string) {
	for _, p := range s.parts {
		if !reflect.DeepEqual(p.section(s.Config), p.section(cfg)) {
			names = append(names, p.name)
		}
	}
	return names
}

// stay keeps from before what services know a process by.
func (c *Config) stay(before *Config) {
	c.Host, c.State = before.Host, before.State
	if c.Spool != nil {
		c.Spool.Host = before.Host
	}
}

// restartNeeded are the keys whose change has no effect before a restart.
func restartNeeded(before, after *Config) (keys []string) {
	for _, k := range []struct {
		name          string
		before, after any
	}{
		{"host", before.Host, after.Host}, {"state", before.State, after.State}, {"nats", before.NATS, after.NATS},
		{"user", before.User, after.User}, {"group", before.Group, after.Group}, {"umask", before.Umask, after.Umask},
		{"start", before.Start, after.Start}, {"child", before.Child, after.Child},
		{"pidfile", before.PIDFile, after.PIDFile}, {"log.format", before.Log.Format, after.Log.Format},
		{"log.time_format", before.Log.TimeFormat, after.Log.TimeFormat},
		{"log.modems", slices.Sorted(maps.Keys(before.Log.Modems)), slices.Sorted(maps.Keys(after.Log.Modems))},
	} {
		if !reflect.DeepEqual(k.before, k.after) {
			keys = append(keys, k.name)
		}
	}
	return keys
}
