// Command viestid is all of Viesti in one process: the broker, unless one is
// named, the spool ingress, the modem worker and the scheduler.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main("viestid", os.Stderr, func(ctx context.Context) error {
		return command(os.Stdout, os.Stderr).ExecuteContext(ctx)
	}))
}

// flags are the command line.
type flags struct {
	config, smsdConf, state string
	demo, check             bool
	// trace is what --trace-at does to the configuration.
	trace func(*boot.Config)
}

// errChoose says that the command line does not say what to run.
var errChoose = errors.New("say what to run: --config FILE, --smsd-conf FILE --state DIR, or --demo")

func command(stdout, stderr io.Writer) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "viestid", Short: "Viesti in one process: an SMS gateway with its broker", Version: boot.Version,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return start(cmd.Context(), f, stdout, stderr) },
	}
	cmd.Flags().StringVar(&f.config, "config", "", "configuration file (YAML)")
	cmd.Flags().StringVar(&f.smsdConf, "smsd-conf", "", "run an smsd.conf of SMS Server Tools 3, unchanged")
	cmd.Flags().StringVar(&f.state, "state", "", "state directory")
	cmd.Flags().BoolVar(&f.demo, "demo", false, "run with two simulated modems and say what to try")
	cmd.Flags().BoolVar(&f.check, "check-config", false, "check the configuration and exit")
	f.trace = boot.TraceAT(cmd)
	cmd.MarkFlagsMutuallyExclusive("config", "smsd-conf", "demo")
	return cmd
}

func start(ctx context.Context, f flags, stdout, stderr io.Writer) error {
	if f.demo {
		return demo(ctx, f.state, stdout, f.trace)
	}
	load := func() (*boot.Config, error) {
		cfg, err := configuration(f, stderr)
		if err == nil {
			f.trace(cfg)
		}
		return cfg, err
	}
	cfg, err := load()
	if err != nil {
		return err
	}
	if err := errors.Join(cfg.Assume(), cfg.Check(), cfg.CheckPrograms()); err != nil || f.check {
		return err
	}
	return run(ctx, cfg, load, nil)
}

func configuration(f flags, stderr io.Writer) (cfg *boot.Config, err error) {
	switch {
	case f.config != "":
		cfg, err = boot.Load(f.config)
	case f.smsdConf != "":
		cfg, err = boot.FromSmsd(f.smsdConf, stderr)
	default:
		return nil, errChoose
	}
	if err != nil {
		return nil, err
	}
	if f.state != "" {
		cfg.State = f.state
	}
	if cfg.State == "" && cfg.NATS.IsZero() {
		return nil, fmt.Errorf("%w: give a state directory: state in the configuration, or --state DIR", boot.ErrConfig)
	}
	return cfg, cfg.Complete()
}
