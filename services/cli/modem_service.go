package cli

import (
	"context"
	"fmt"
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
	}, "suspended", func() wire.Command { return wire.Command{Verb: wire.VerbSuspend, Argument: reason} })
	suspend.Flags().StringVar(&reason, "reason", "", "what viesti status shows about it")
	return []*cobra.Command{
		suspend,
		e.modemOrder(&cobra.Command{Use: "resume NAME", Short: "end a suspension, or the pause after trouble"}, "resumed",
			func() wire.Command { return wire.Command{Verb: wire.VerbResume} }),
		e.modemOrder(&cobra.Command{Use: "reset NAME", Short: "finish the part in hand, then open and initialise the modem anew"}, "begins anew",
			func() wire.Command { return wire.Command{Verb: wire.VerbReset} }),
	}
}

// modemOrder completes a command that a modem carries out and that has no answer.
func (e *env) modemOrder(cmd *cobra.Command, done string, order func() wire.Command) *cobra.Command {
	var timeout time.Duration
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c := order()
		c.Timeout = timeout
		return e.runOrder(cmd.Context(), args[0], done, c)
	}
	cmd.Flags().DurationVar(&timeout, "timeout", endTime, "how long to wait for the part in hand")
	return cmd
}

func (e *env) runOrder(ctx context.Context, name, done string, c wire.Command) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout+patience)
	defer cancel()
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	host, err := hostOf(ctx, b, name)
	if err != nil {
		return err
	}
	reply, err := b.Command(ctx, host, name, c)
	if err != nil {
		return err
	}
	if reply.Error != "" {
		return fmt.Errorf("modem %s: %s", name, reply.Error)
	}
	fmt.Fprintf(e.stdout, "modem %s: %s\n", name, done)
	return nil
}
