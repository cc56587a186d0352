package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func (e *env) ussd() *cobra.Command {
	var timeout time.Duration
	var cancel bool
	cmd := &cobra.Command{
		Use: "ussd NAME [CODE]", Short: "send a USSD request and print the answer", Args: cobra.RangeArgs(1, 2),
		Example: "  viesti modem ussd SIM1 '*100#'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 2) == cancel {
				return errors.New("give a code, like '*100#', or --cancel")
			}
			code := ""
			if !cancel {
				code = args[1]
			}
			return e.runUSSD(cmd, args[0], code, timeout)
		},
	}
	spanFlag(cmd, &timeout, "timeout", 30*time.Second, "how long to wait for the answer")
	cmd.Flags().BoolVar(&cancel, "cancel", false, "end a dialogue")
	return cmd
}

func (e *env) runUSSD(cmd *cobra.Command, name, code string, timeout time.Duration) error {
	reply, err := e.command(cmd.Context(), name, wire.Command{Verb: wire.VerbUSSD, Argument: code, Timeout: timeout})
	if err != nil {
		return err
	}
	if reply.Text != "" {
		fmt.Fprintln(e.stdout, reply.Text)
	}
	for _, line := range reply.Lines {
		if a, err := atline.ParseCUSD(line); err == nil && a.Status == atline.USSDOpen {
			fmt.Fprintf(cmd.ErrOrStderr(), "The network waits for an answer: viesti modem ussd %s ANSWER, or --cancel\n", name)
		}
	}
	return nil
}
