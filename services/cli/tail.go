package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

func (e *env) tail() *cobra.Command {
	var full, asJSON bool
	cmd := &cobra.Command{
		Use: "tail", Short: "show events as they happen", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.runTail(cmd.Context(), full, asJSON) },
	}
	cmd.Flags().BoolVar(&full, "full", false, "show whole numbers and PDUs")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

func (e *env) runTail(ctx context.Context, full, asJSON bool) error {
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	return b.Tail(ctx, func(ev *life.Event) {
		if asJSON {
			_ = e.writeJSON(eventFor(ev, full))
			return
		}
		fmt.Fprintln(e.stdout, ev.ID+"  "+line(ev, full))
	})
}
