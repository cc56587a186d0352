package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func (e *env) modem() *cobra.Command {
	cmd := &cobra.Command{Use: "modem", Short: "talk to one modem"}
	var timeout time.Duration
	at := &cobra.Command{
		Use: "at NAME COMMAND", Short: "give an AT command and print the answer", Args: cobra.ExactArgs(2),
		Example: "  viesti modem at SIM1 AT+CSQ",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.runAT(cmd.Context(), args[0], args[1], timeout)
		},
	}
	at.Flags().DurationVar(&timeout, "timeout", 10*time.Second, "how long to wait for the answer")
	cmd.AddCommand(append(e.modemService(), at, e.ussd(), e.ports())...)
	return cmd
}

func (e *env) runAT(ctx context.Context, name, command string, timeout time.Duration) error {
	reply, err := e.command(ctx, name, wire.Command{Verb: wire.VerbAT, Argument: command, Timeout: timeout})
	for _, l := range reply.Lines {
		fmt.Fprintln(e.stdout, l)
	}
	return err
}

// command asks the worker of a modem. What the modem refuses is an error, with the
// lines of its answer.
func (e *env) command(ctx context.Context, name string, c wire.Command) (reply wire.Reply, err error) {
	err = e.withBus(ctx, c.Timeout+patience, func(ctx context.Context, b *bus.Bus) error {
		host, err := hostOf(ctx, b, name)
		if err != nil {
			return err
		}
		reply, err = b.Command(ctx, host, name, c)
		if err == nil && reply.Error != "" {
			err = fmt.Errorf("modem %s: %s", name, reply.Error)
		}
		return err
	})
	return reply, err
}

// errModem says that a modem cannot be found by its name.
var errModem = errors.New("finding the modem")

// hostOf returns the host that a modem is on.
func hostOf(ctx context.Context, b *bus.Bus, name string) (string, error) {
	modems, err := b.Modems(ctx)
	if err != nil {
		return "", err
	}
	found := ""
	for _, m := range modems {
		if m.Identity.Name != name {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("%w: %s is on several hosts, %s and %s", errModem, name, found, m.Identity.Host)
		}
		found = m.Identity.Host
	}
	if found == "" {
		return "", fmt.Errorf("%w: no modem of the name %s is alive; viesti status lists them", errModem, name)
	}
	return found, nil
}
