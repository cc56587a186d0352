package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Version is set by the linker.
var Version = "development"

// patience is how long a program waits for its broker when it starts.
const patience = 30 * time.Second

// Bus opens JetStream on a connection and sets up what is missing there.
func Bus(ctx context.Context, nc *nats.Conn, cfg *Config) (*bus.Bus, error) {
	space, err := subject.New(cfg.NATS.Prefix)
	if err != nil {
		return nil, fmt.Errorf("%w: nats.prefix: %w", ErrConfig, err)
	}
	b, err := bus.New(nc, bus.Options{Space: space, Replicas: cfg.NATS.Replicas, MaxQueued: cfg.NATS.MaxQueued})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b, b.Ensure(ctx)
}

// Notify logs what becomes of a connection.
func Notify(logger *zap.Logger) func(bool, error) {
	return func(connected bool, err error) {
		switch {
		case !connected:
			logger.Warn("connection to the broker lost; trying to get it back", zap.Error(err))
		case bus.Refused(err):
			logger.Error("the broker does not permit that; set up its streams first, or see the permissions of this user in its configuration", zap.Error(err))
		case err != nil:
			logger.Error("the broker complains", zap.Error(err))
		default:
			logger.Info("connection to the broker is back")
		}
	}
}

// Build makes the service of a program.
type Build func(cfg *Config, b *bus.Bus, logger *zap.Logger) (lifecycle.Service, error)

// Single runs a program that is one service against a broker of its own.
func Single(program, short string, build Build, options ...Option) int {
	var path string
	var check bool
	cmd := &cobra.Command{
		Use: program, Short: short, Version: Version, Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
	}
	cmd.Flags().StringVar(&path, "config", "", "configuration file (YAML); nats must name a broker")
	cmd.Flags().BoolVar(&check, "check-config", false, "check the configuration and exit")
	var changes []func(*Config)
	for _, option := range options {
		changes = append(changes, option(cmd))
	}
	return lifecycle.Main(program, os.Stderr, func(ctx context.Context) error {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			load := func() (*Config, error) {
				cfg, err := single(path)
				if err != nil {
					return nil, err
				}
				for _, change := range changes {
					change(cfg)
				}
				return cfg, nil
			}
			cfg, err := load()
			if err != nil {
				return err
			}
			if err := errors.Join(cfg.Assume(), cfg.Check()); err != nil || check {
				return err
			}
			return runSingle(cmd.Context(), program, cfg, build, load)
		}
		return cmd.ExecuteContext(ctx)
	})
}

func single(path string) (*Config, error) {
	if path == "" {
		return nil, errors.New("give a configuration file with --config")
	}
	cfg, err := Load(path)
	if err != nil {
		return nil, err
	}
	if cfg.NATS.Target.IsZero() {
		return nil, fmt.Errorf("%w: %s: nats names no broker; give nats.url or nats.context (viestid alone brings its own)", ErrConfig, path)
	}
	return cfg, cfg.Complete()
}

func runSingle(ctx context.Context, program string, cfg *Config, build Build, load func() (*Config, error)) error {
	hangups := lifecycle.Hangups(ctx)
	l, err := log.Open(cfg.Log)
	if err != nil {
		return err
	}
	defer l.Close()
	// A broker that is still starting is waited for, like one that restarts later.
	opts := append(bus.ConnectOptions(program+"@"+cfg.Host, Notify(l.Logger)), nats.RetryOnFailedConnect(true))
	nc, err := bus.Dial(cfg.NATS.Target, opts...)
	if err != nil {
		return err
	}
	defer nc.Close()
	b, err := Bus(ctx, nc, cfg)
	if err != nil {
		return err
	}
	// The one service is asked for, whatever the file says; it changes with all of it.
	only := part{program, build, func(c *Config) any {
		rest := *c
		rest.Log = log.Config{} // is changed without it
		return rest
	}}
	s := &Supervisor{Config: cfg, Bus: b, Log: l, Load: load, Hangups: hangups, parts: []part{only}}
	return s.Run(ctx)
}
