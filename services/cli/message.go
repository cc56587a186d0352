package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) message() *cobra.Command {
	var full, asJSON bool
	cmd := &cobra.Command{
		Use: "message ID", Short: "show what became of a message", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.runMessage(cmd.Context(), args[0], full, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.Flags().BoolVar(&full, "full", false, "show whole numbers and PDUs")
	return cmd
}

func (e *env) runMessage(ctx context.Context, id string, full, asJSON bool) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		events, err := history(ctx, b, strings.ToLower(id))
		if err != nil {
			return err
		}
		if asJSON {
			lines, err := waits(ctx, b, events[0].ID)
			if err != nil && !errors.Is(err, bus.ErrNotFound) {
				return err
			}
			return e.writeJSON(messageFor(events, lines, full))
		}
		fmt.Fprintf(e.stdout, "message %s: %s\n", events[0].ID, life.Fold(events))
		for i := range events {
			fmt.Fprintln(e.stdout, line(&events[i], full))
		}
		if err := e.showChain(ctx, b, events, full); err != nil {
			return err
		}
		return e.explainWaiting(ctx, b, events[0].ID)
	})
}

// history returns the events of a message, and says what may be the reason when
// there are none.
func history(ctx context.Context, b *bus.Bus, id string) ([]life.Event, error) {
	events, err := b.History(ctx, id)
	if errors.Is(err, bus.ErrNotFound) {
		return nil, fmt.Errorf("%w: %s; events are kept for three days", err, id)
	}
	return events, err
}

// clock is how times are shown.
const clock = "2006-01-02 15:04:05"

// line shows one event.
func line(ev *life.Event, full bool) string {
	parts := []string{ev.Time.Local().Format(clock + ".000"), word(ev.Kind)}
	if detail := describe(ev, full); detail != "" {
		parts = append(parts, detail)
	}
	if ev.Modem != nil {
		parts = append(parts, "modem "+ev.Modem.Name+" on "+ev.Modem.Host)
	}
	return strings.Join(parts, "  ")
}

func word(k life.Kind) string {
	switch k := k.(type) {
	case life.Accepted:
		return "accepted"
	case life.Attempt:
		return map[life.AttemptState]string{
			life.Attempting: "attempt", life.Refused: "refused", life.Withdrawn: "withdrawn", life.Unanswered: "no answer", life.Replaced: "replaced",
		}[k.State]
	case life.PartDone:
		return "part sent"
	case life.Sent:
		return "sent"
	case life.Failed:
		return "failed"
	case life.Rejected:
		return "rejected"
	case life.Expired:
		return "expired"
	case life.Cancelled:
		return "cancelled"
	case life.Report:
		return "report"
	case life.Received:
		return "received"
	case life.Call:
		return "call"
	case life.ModemStatus:
		return "modem"
	case life.Alarm:
		return "alarm"
	case life.Escalation:
		return "escalation"
	case life.JobRan:
		return "job"
	case life.Postponed:
		return "postponed"
	default:
		return "event"
	}
}

// describe tells what matters about an event.
func describe(ev *life.Event, full bool) string {
	switch k := ev.Kind.(type) {
	case life.Accepted:
		return acceptance(ev, k, full)
	case life.Attempt:
		if k.State == life.Replaced {
			return fmt.Sprintf("revision %d waits in its place", k.Revision)
		}
		if k.Number == 0 {
			return fmt.Sprintf("part %d of %d", k.Part, k.Total) // it was not attempted
		}
		return fmt.Sprintf("part %d of %d, attempt %d", k.Part, k.Total, k.Number)
	case life.PartDone:
		return part(k, full)
	case life.Sent:
		return sent(k, full)
	case life.Failed:
		return k.Reason
	case life.Rejected:
		return k.Reason
	case life.Expired:
		return "its validity ended at " + k.ExpiresAt.Local().Format(clock)
	case life.Cancelled:
		return k.By
	case life.Report:
		return report(k, full)
	case life.Received:
		return "from " + number(k.Originator, full)
	case life.Call:
		return "from " + number(k.Caller, full)
	case life.ModemStatus:
		return k.State.String() + " " + k.Reason
	case life.Alarm:
		return k.Text
	case life.Escalation:
		return escalated(k, full)
	case life.Postponed:
		return fmt.Sprintf("until %s, the end of the quiet hours %q", k.Until.Local().Format(clock), k.Quiet)
	case life.JobRan:
		return k.Job + " " + ranText(k)
	default:
		return ""
	}
}

func acceptance(ev *life.Event, k life.Accepted, full bool) string {
	text := "from " + ev.Account
	if s := ev.Subject; s != nil {
		text += ", to " + number(s.Recipient, full) + ", queue " + s.Queue
		if s.Priority == message.High {
			text += ", high priority"
		}
	}
	if !k.DeliverAt.IsZero() {
		text += ", to be sent at " + k.DeliverAt.Local().Format(clock)
	}
	if !k.ExpiresAt.IsZero() {
		text += ", valid until " + k.ExpiresAt.Local().Format(clock)
	}
	return text
}

func part(k life.PartDone, full bool) string {
	text := fmt.Sprintf("part %d of %d", k.Part, k.Total)
	if k.Reference >= 0 {
		text += fmt.Sprintf(", TP-MR %d", k.Reference)
	}
	if full {
		text += ", PDU " + k.PDU
	}
	return text
}

func sent(k life.Sent, full bool) string {
	var parts []string
	for _, p := range k.Parts {
		parts = append(parts, part(p, full))
	}
	if k.MaybeDuplicated {
		parts = append(parts, "the recipient may have it twice")
	}
	return strings.Join(parts, "; ")
}

func report(k life.Report, full bool) string {
	outcome := map[life.Outcome]string{
		life.Delivered: "delivered", life.StillTrying: "the network is still trying", life.Undeliverable: "not delivered",
	}[k.Outcome]
	text := fmt.Sprintf("%s, status %d", outcome, k.Status)
	if k.Part == 0 {
		return text + ", about no known message to " + number(k.Recipient, full)
	}
	return text + fmt.Sprintf(", part %d of %d", k.Part, k.Total)
}

func number(a message.Address, full bool) string {
	if full {
		return a.Reveal()
	}
	return a.String()
}
