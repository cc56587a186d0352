package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func (e *env) why() *cobra.Command {
	return &cobra.Command{
		Use: "why ID", Short: "say why a message waits, and for whom", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return e.runWhy(cmd.Context(), args[0]) },
	}
}

func (e *env) runWhy(ctx context.Context, id string) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		lines, err := reasons(ctx, b, strings.ToLower(id))
		for _, l := range lines {
			fmt.Fprintln(e.stdout, l)
		}
		return err
	})
}

// reasons are why a message waits or, when it does not wait any more, how it ended.
func reasons(ctx context.Context, b *bus.Bus, id string) ([]string, error) {
	lines, err := waits(ctx, b, id)
	if errors.Is(err, bus.ErrNotFound) {
		return ended(ctx, b, id)
	}
	return lines, err
}

// waits are why a message waits; bus.ErrNotFound says that it does not wait.
func waits(ctx context.Context, b *bus.Bus, id string) ([]string, error) {
	w, err := b.Find(ctx, "", id)
	if err != nil {
		return nil, err
	}
	modems, err := b.Modems(ctx)
	if err != nil {
		return nil, err
	}
	queues, err := b.Queues(ctx)
	if err != nil {
		return nil, err
	}
	events, err := b.History(ctx, id)
	if err != nil && !errors.Is(err, bus.ErrNotFound) {
		return nil, err
	}
	return (&waiting{w.Submission, w.Until, modems, queues, events, time.Now()}).reasons(), nil
}

// explainWaiting adds to the history of a message why it waits, if it does.
func (e *env) explainWaiting(ctx context.Context, b *bus.Bus, id string) error {
	lines, err := waits(ctx, b, id)
	for _, l := range lines {
		fmt.Fprintln(e.stdout, l)
	}
	if errors.Is(err, bus.ErrNotFound) {
		return nil
	}
	return err
}

// ended tells of a message that is in no queue.
func ended(ctx context.Context, b *bus.Bus, id string) ([]string, error) {
	events, err := history(ctx, b, id)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("It does not wait: %s. viesti message %s shows what happened.", life.Fold(events), id)}, nil
}

// waiting is a message that waits, and what may be the reason.
type waiting struct {
	sub *message.Submission
	// until is what it waits for before it can be sent; zero: it is ready.
	until  time.Time
	modems []life.ModemStatus
	queues []bus.Queue
	events []life.Event
	now    time.Time
}

// reasons are sentences, the most important first.
func (w *waiting) reasons() []string {
	if !w.until.IsZero() {
		return w.deferred()
	}
	if m := w.holder(); m != nil {
		return []string{fmt.Sprintf("Modem %s on %s has it in hand, since %s.", m.Identity.Name, m.Identity.Host, m.Since.Local().Format(clock))}
	}
	if begun := w.begun(); begun != "" {
		return []string{begun}
	}
	serving := w.serving()
	lines := []string{fmt.Sprintf("It has waited in the queue %s, with %s priority, for %s.", w.sub.Queue, w.sub.Priority, w.now.Sub(w.sub.AcceptedAt).Round(time.Second))}
	if k, ok := w.postponed(); ok && k.Until.After(w.now) {
		lines = append(lines, fmt.Sprintf("Modems do not send it before %s, the end of the quiet hours %q; no scheduler has put it aside until then.",
			k.Until.Local().Format(clock), k.Quiet))
	}
	switch {
	case len(serving) == 0:
		lines = append(lines, "No modem that is alive serves this queue: give a modem the queue in its setting queues, or start its worker.")
	case !slices.ContainsFunc(serving, working):
		lines = append(lines, "No modem that serves this queue can take it now:")
	default:
		lines = append(lines, "Modems that serve this queue:")
	}
	for _, m := range serving {
		lines = append(lines, "  "+w.modem(m))
	}
	lines = append(lines, w.crowd()...)
	if last := w.lastAttempt(); last != "" {
		lines = append(lines, last)
	}
	if !w.sub.ExpiresAt.IsZero() {
		lines = append(lines, fmt.Sprintf("It is not sent after %s, when its validity ends.", w.sub.ExpiresAt.Local().Format(clock)))
	}
	return lines
}

// deferred says what a message waits for that is not to be sent yet.
func (w *waiting) deferred() []string {
	until, in := w.until.Local().Format(clock), w.until.Sub(w.now).Round(time.Second)
	lines := []string{fmt.Sprintf("It is to be sent at %s, in %s.", until, in)}
	if hours := w.quiet(); hours != "" {
		lines = []string{
			fmt.Sprintf("It waits for the end of the quiet hours %q, at %s, in %s.", hours, until, in),
			fmt.Sprintf("viesti replace %s --at now puts it back into its queue, should these have changed.", w.sub.ID),
		}
	}
	if !w.sub.ExpiresAt.IsZero() && w.sub.ExpiresAt.Before(w.until) {
		lines = append(lines, fmt.Sprintf("Its validity ends before that, at %s: it will not be sent.", w.sub.ExpiresAt.Local().Format(clock)))
	}
	return lines
}

// quiet are the quiet hours that a message waits for; empty: its submitter chose the time.
func (w *waiting) quiet() string {
	if k, ok := w.postponed(); ok && k.Until.Equal(w.until) {
		return k.Quiet
	}
	return ""
}

// postponed is what held the message up last.
func (w *waiting) postponed() (life.Postponed, bool) {
	for i := range slices.Backward(w.events) {
		if k, ok := w.events[i].Kind.(life.Postponed); ok {
			return k, true
		}
	}
	return life.Postponed{}, false
}

// holder is the modem that works on the message; nil: none says so.
func (w *waiting) holder() *life.ModemStatus {
	for i, m := range w.modems {
		if m.MessageID == w.sub.ID {
			return &w.modems[i]
		}
	}
	return nil
}

// serving are the modems of the queue.
func (w *waiting) serving() []life.ModemStatus {
	var found []life.ModemStatus
	for _, m := range w.modems {
		if slices.Contains(m.Queues, w.sub.Queue) {
			found = append(found, m)
		}
	}
	return found
}

// working reports whether a modem takes messages.
func working(m life.ModemStatus) bool {
	return m.State == life.ModemIdle || m.State == life.ModemSending || m.State == life.ModemReceiving
}

func (w *waiting) modem(m life.ModemStatus) string {
	text := fmt.Sprintf("%s on %s is %s", m.Identity.Name, m.Identity.Host, m.State)
	if m.Reason != "" {
		text += ": " + m.Reason
	}
	if m.MessageID != "" {
		text += ", with message " + m.MessageID
	}
	if !m.Until.IsZero() {
		text += ", until " + m.Until.Local().Format(clock)
	}
	return text
}

// crowd tells what else waits in the queue.
func (w *waiting) crowd() []string {
	priority := bus.PriorityOf(w.sub)
	var same, urgent uint64
	inHand := 0
	for _, q := range w.queues {
		if q.Name != w.sub.Queue {
			continue
		}
		switch q.Priority {
		case priority:
			same, inHand = q.Waiting, q.InHand
		case subject.High:
			urgent = q.Waiting
		}
	}
	lines := []string{fmt.Sprintf("In the queue %d of its priority wait, and %d more are with modems or rest after a failed attempt.", same, inHand)}
	if urgent > 0 {
		lines = append(lines, fmt.Sprintf("%d messages of high priority go first.", urgent))
	}
	return lines
}

// freshness is how long an attempt without an outcome is taken for one that goes
// on: the state of a modem is shown a moment later than its attempt.
const freshness = time.Minute

// begun tells of an attempt that goes on, if there is one.
func (w *waiting) begun() string {
	e, a := w.attempt()
	if e == nil || a.State != life.Attempting || w.now.Sub(e.Time) > freshness {
		return ""
	}
	return fmt.Sprintf("Part %d of %d is being sent%s, since %s.", a.Part, a.Total, through(e), e.Time.Local().Format(clock))
}

// lastAttempt tells how the last attempt ended, if there was one.
func (w *waiting) lastAttempt() string {
	e, a := w.attempt()
	if e == nil {
		return ""
	}
	return fmt.Sprintf("The last attempt, number %d for part %d of %d, was at %s: %s%s.",
		a.Number, a.Part, a.Total, e.Time.Local().Format(clock), word(a), through(e))
}

// attempt returns the last attempt; nil: there was none.
func (w *waiting) attempt() (*life.Event, life.Attempt) {
	for i := range slices.Backward(w.events) {
		if a, ok := w.events[i].Kind.(life.Attempt); ok && a.State != life.Replaced {
			return &w.events[i], a
		}
	}
	return nil, life.Attempt{}
}

// through names the modem of an event.
func through(e *life.Event) string {
	if e.Modem == nil {
		return ""
	}
	return " (modem " + e.Modem.Name + " on " + e.Modem.Host + ")"
}
