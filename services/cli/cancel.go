package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) cancel() *cobra.Command {
	return &cobra.Command{
		Use: "cancel ID...", Short: "take messages back that no modem has begun to send", Args: cobra.MinimumNArgs(1),
		Long: "cancel takes messages back that wait in a queue or for their time.\n\n" +
			"One that a modem has begun to send, or that has ended, stays as it is, and cancel says so.",
		RunE: func(cmd *cobra.Command, args []string) error { return e.runCancel(cmd.Context(), args) },
	}
}

func (e *env) runCancel(ctx context.Context, ids []string) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		for _, id := range ids {
			id = strings.ToLower(id)
			if err := b.Cancel(ctx, "", id, "cli-"+host()); err != nil {
				return fmt.Errorf("cancelling %s: %w", id, err)
			}
			fmt.Fprintf(e.stdout, "message %s: cancelled\n", id)
		}
		return nil
	})
}
