// Command viesti-sim offers simulated GSM modems, over TCP or as serial ports, so that
// programs can be tested without a modem, a SIM or a network; and it is a simulated SMPP
// client, so that a port can be tried out without a partner.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main("viesti-sim", os.Stderr, func(ctx context.Context) error {
		return command(os.Stdout).ExecuteContext(ctx)
	}))
}

// flags are the command line.
type flags struct {
	listen, pty, rules, fates, record, pin, puk string
	modems                                      int
	seed                                        uint64
	rough                                       float64
	latency, delivery, report                   time.Duration
}

func command(stdout io.Writer) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "viesti-sim", Short: "Simulated GSM modems, over TCP or as serial ports", Version: boot.Version,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), f, stdout) },
	}
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:7001", "address of the first modem; the others have the ports that follow, and port 0 is any free one")
	cmd.Flags().StringVar(&f.pty, "pty", "", "offer serial ports in this directory in place of TCP")
	cmd.Flags().IntVar(&f.modems, "modems", 1, "number of modems, all on one network")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "seed of everything random")
	cmd.Flags().Float64Var(&f.rough, "rough", 0, "let each kind of fault happen with this probability")
	cmd.Flags().StringVar(&f.rules, "rules", "", "file of rules that make the modems misbehave (JSON)")
	cmd.Flags().StringVar(&f.fates, "fates", "", "file of what the network makes of messages (JSON)")
	cmd.Flags().StringVar(&f.record, "record", "", "write every message that reaches a modem to this file")
	cmd.Flags().StringVar(&f.pin, "pin", "", "PIN that the SIMs want")
	cmd.Flags().StringVar(&f.puk, "puk", "", "PUK that they want after three wrong PINs")
	cmd.Flags().DurationVar(&f.latency, "latency", 0, "how long the network takes to accept a message")
	cmd.Flags().DurationVar(&f.delivery, "delivery", time.Second, "how long it takes to deliver a message between modems")
	cmd.Flags().DurationVar(&f.report, "report", 2*time.Second, "how long it takes to report on a message")
	cmd.AddCommand(esmeCommand(stdout))
	return cmd
}
