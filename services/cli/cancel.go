package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) cancel() *cobra.Command {
	return &cobra.Command{
		Use: "cancel ID...", Short: "take messages back that no modem has begun to send", Args: cobra.MinimumNArgs(1),
		Long: "cancel takes messages back that wait in a queue or for their time.\n\n" +
			"One that a modem has begun to send, or that has ended, stays as it is, and cancel says so.\n" +
			"Of one that was sent and has alternates, those who were not tried yet are not tried any more.",
		RunE: func(cmd *cobra.Command, args []string) error { return e.runCancel(cmd.Context(), args) },
	}
}

func (e *env) runCancel(ctx context.Context, ids []string) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		for _, id := range ids {
			id = strings.ToLower(id)
			said, err := cancelOne(ctx, b, id)
			if err != nil {
				return fmt.Errorf("cancelling %s: %w", id, err)
			}
			fmt.Fprintf(e.stdout, "message %s: %s\n", id, said)
		}
		return nil
	})
}

// cancelOne takes one message back or, if it was sent, ends its chain of recipients.
func cancelOne(ctx context.Context, b *bus.Bus, id string) (said string, err error) {
	by := "cli-" + host()
	err = b.Cancel(ctx, "", id, by)
	if !errors.Is(err, bus.ErrTooLate) {
		return "cancelled", err
	}
	stopped, stopErr := b.StopChain(ctx, "", id, by, "cancelled by "+by)
	switch {
	case stopErr != nil:
		return "", stopErr
	case !stopped:
		return "", err
	default:
		return "a modem has it or had it; nobody else is tried", nil
	}
}
