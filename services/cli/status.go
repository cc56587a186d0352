package cli

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) status() *cobra.Command {
	var asLetters, asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "show modems, queues and counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asLetters {
				return e.runLetters(cmd.Context(), letterInterval)
			}
			return e.runStatus(cmd.Context(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asLetters, "letters", false, "print one letter for each modem, as smsd -s does, again whenever one changes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.MarkFlagsMutuallyExclusive("letters", "json")
	return cmd
}

func (e *env) runStatus(ctx context.Context, asJSON bool) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error { return e.showStatus(ctx, b, asJSON) })
}

func (e *env) showStatus(ctx context.Context, b *bus.Bus, asJSON bool) error {
	modems, err := b.Modems(ctx)
	if err != nil {
		return err
	}
	queues, err := b.Queues(ctx)
	if err != nil {
		return err
	}
	counts, err := b.Counts(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(statusFor(modems, queues, counts))
	}
	e.showModems(modems)
	e.showQueues(queues, modems)
	fmt.Fprintf(e.stdout, "\n%d queued, %d deferred, %d events and records of the last three days\n",
		counts.Queued, counts.Deferred, counts.Events)
	return nil
}

func (e *env) showModems(modems []life.ModemStatus) {
	byName(modems)
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MODEM\tHOST\tSTATE\tSINCE\tNETWORK\tSIGNAL\tSENT\tFAILED\tRECEIVED\tRESETS\tQUEUES\tREMARK")
	for _, m := range modems {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", m.Identity.Name, m.Identity.Host, m.State,
			e.now().Sub(m.Since).Round(time.Second), network(m), signal(m), m.Sent, m.Failed, m.Received, resets(m), strings.Join(m.Queues, ","), m.Reason)
	}
	_ = w.Flush()
	if len(modems) == 0 {
		fmt.Fprintln(e.stdout, "(no modem is alive)")
	}
}

// resets is how often the modem was reset in any way since its worker began.
func resets(m life.ModemStatus) (n uint64) {
	for _, count := range m.Resets {
		n += count
	}
	return n
}

// registrations are the <stat> of 3GPP TS 27.007 §7.2.
var registrations = map[int]string{
	0: "not searching", 1: "home", 2: "searching", 3: "denied", 5: "roaming", 6: "home, SMS only", 7: "roaming, SMS only",
}

func network(m life.ModemStatus) string {
	reg := registrations[m.Registration]
	switch {
	case reg == "":
		return "-"
	case m.Operator != "":
		return m.Operator + " (" + reg + ")"
	default:
		return reg
	}
}

func signal(m life.ModemStatus) string {
	if m.SignalDBm == 0 {
		return "-"
	}
	return fmt.Sprintf("%d dBm", m.SignalDBm)
}

// servedBy counts the modems that take messages from each queue.
func servedBy(modems []life.ModemStatus) map[string]int {
	served := map[string]int{}
	for _, m := range modems {
		if m.State == life.ModemSuspended || m.State == life.ModemStopped {
			continue
		}
		for _, q := range m.Queues {
			served[q]++
		}
	}
	return served
}

// byQueue sorts queues by name and priority.
func byQueue(queues []bus.Queue) {
	sort.Slice(queues, func(i, j int) bool {
		if queues[i].Name != queues[j].Name {
			return queues[i].Name < queues[j].Name
		}
		return queues[i].Priority < queues[j].Priority
	})
}

func (e *env) showQueues(queues []bus.Queue, modems []life.ModemStatus) {
	served := servedBy(modems)
	byQueue(queues)
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nQUEUE\tPRIORITY\tWAITING\tIN HAND\tMODEMS")
	for _, q := range queues {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\n", q.Name, priorityWords[q.Priority], q.Waiting, q.InHand, served[q.Name])
	}
	_ = w.Flush()
}
