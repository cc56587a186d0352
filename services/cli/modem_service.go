package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/wire"
)

// endTime is how long a modem may take to finish what it has in hand, unless
// --timeout says otherwise: the network may take a minute for a part.
const endTime = 90 * time.Second

// modemService are the commands that take a modem out of service and back.
func (e *env) modemService() []*cobra.Command {
	var reason string
	suspend := e.modemOrder(&cobra.Command{
		Use: "suspend NAME", Short: "finish the part in hand, close the port, and stay away until resumed",
		Example: "  viesti modem suspend SIM1 --reason 'new antenna'",
	}, "suspended", func() (wire.Command, error) { return wire.Command{Verb: wire.VerbSuspend, Argument: reason}, nil })
	suspend.Flags().StringVar(&reason, "reason", "", "what viesti status shows about it")
	var step string
	reset := e.modemOrder(&cobra.Command{
		Use: "reset NAME", Short: "finish the part in hand, then open and initialise the modem anew, or restart it",
		Example: "  viesti modem reset SIM1 --step vendor",
	}, "begins anew", func() (wire.Command, error) {
		n, err := stepOf(step)
		return wire.Command{Verb: wire.VerbReset, Step: n}, err
	})
	reset.Flags().StringVar(&step, "step", "open", "what to begin with: open, radio, vendor, usb or command")
	return []*cobra.Command{
		suspend,
		e.modemOrder(&cobra.Command{Use: "resume NAME", Short: "end a suspension, or the pause after trouble"}, "resumed",
			func() (wire.Command, error) { return wire.Command{Verb: wire.VerbResume}, nil }),
		reset,
	}
}

// steps are those of a reset, the gentlest first.
var steps = []string{"open", "radio", "vendor", "usb", "command"}

// stepOf returns the number of a step.
func stepOf(name string) (uint32, error) {
	i := slices.Index(steps, name)
	if i < 0 {
		return 0, fmt.Errorf("--step is %q: want one of %s", name, strings.Join(steps, ", "))
	}
	return uint32(i), nil
}

// modemOrder completes a command that a modem carries out and that has no answer.
func (e *env) modemOrder(cmd *cobra.Command, done string, order func() (wire.Command, error)) *cobra.Command {
	var timeout time.Duration
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := order()
		if err != nil {
			return err
		}
		c.Timeout = timeout
		return e.runOrder(cmd.Context(), args[0], done, c)
	}
	spanFlag(cmd, &timeout, "timeout", endTime, "how long to wait for the part in hand")
	return cmd
}

func (e *env) runOrder(ctx context.Context, name, done string, c wire.Command) error {
	if _, err := e.command(ctx, name, c); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "modem %s: %s\n", name, done)
	return nil
}
