package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	spanFlag(at, &timeout, "timeout", 10*time.Second, "how long to wait for the answer")
	cmd.AddCommand(append(e.modemService(), at, e.ussd(), e.ports())...)
	return cmd
}

// errNoAT says that a modem would take a line for noise.
var errNoAT = errors.New("no AT command")

func (e *env) runAT(ctx context.Context, name, command string, timeout time.Duration) error {
	if len(command) < 2 || !strings.EqualFold(command[:2], "AT") {
		return fmt.Errorf("%w: it must begin with AT, as AT+CSQ does; a modem would not answer anything else", errNoAT)
	}
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
		host, err := b.ModemHost(ctx, name)
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
