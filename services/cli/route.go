package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

func (e *env) route() *cobra.Command {
	var queue, path, at string
	test := &cobra.Command{
		Use: "test NUMBER", Short: "tell which queue a number takes, and why, and for which quiet hours it waits", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number := smsfile.NormaliseNumber([]byte(args[0]))
			if number == "" {
				return fmt.Errorf("%w: the number is none: digits, and + or s before them", errSend)
			}
			when, err := e.routeTime(at)
			if err != nil {
				return err
			}
			to := message.NewAddress(number)
			if path != "" {
				p, err := policyfile.Load(path)
				if err != nil {
					return err
				}
				return e.explainRoute(p, queue, to, when)
			}
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				return e.explainRoute(p, queue, to, when)
			})
		},
	}
	test.Flags().StringVar(&queue, "queue", "", "what the message asks for")
	test.Flags().StringVar(&at, "at", "", "when it is to be sent, for the quiet hours: 2026-12-24 18:00, 18:00, or a span like 2h; without it, now")
	test.Flags().StringVarP(&path, "file", "f", "", "ask a file (YAML) instead of the policy in force")
	cmd := &cobra.Command{Use: "route", Short: "ask where messages go"}
	cmd.AddCommand(test)
	return cmd
}

// routeTime is the time that the flag --at means.
func (e *env) routeTime(at string) (time.Time, error) {
	if at == "" {
		return e.now(), nil
	}
	return parseAt(at, e.now())
}

// explainRoute prints what becomes of a message that is to be sent at some time; the
// error is why it goes nowhere.
func (e *env) explainRoute(p *policy.Policy, asked string, to message.Address, at time.Time) error {
	d := p.Decide(asked, to)
	number := to.Reveal()
	switch {
	case d.Denied != "":
		fmt.Fprintf(e.stdout, "%s: refused: it begins with %s of the deny list\n", number, d.Denied)
		return d.Err
	case errors.Is(d.Err, policy.ErrNotAllowed):
		fmt.Fprintf(e.stdout, "%s: refused: no entry of the allow list matches\n", number)
		return d.Err
	}
	if d.Allowed != "" {
		fmt.Fprintf(e.stdout, "%s: allowed: it begins with %s of the allow list\n", number, d.Allowed)
	}
	switch {
	case errors.Is(d.Err, route.ErrQueue):
		fmt.Fprintf(e.stdout, "%s: refused: there is no queue for %q\n", number, d.Asked)
	case d.Err != nil:
		fmt.Fprintf(e.stdout, "%s: refused: no queue has a prefix that it begins with\n", number)
	default:
		fmt.Fprintf(e.stdout, "%s: queue %s: %s\n", number, d.Queue, whyQueue(p, d, asked))
		return e.explainQuiet(p, d.Queue, to, at)
	}
	return d.Err
}

// explainQuiet prints until when quiet hours keep a message back, or that none do then.
func (e *env) explainQuiet(p *policy.Policy, queue string, to message.Address, at time.Time) error {
	s, err := p.Silence()
	m := &message.Submission{Queue: queue, Recipient: to}
	names := s.Concerning(m)
	for i, name := range names {
		names[i] = strconv.Quote(name)
	}
	until, name := s.Until(m, at)
	switch {
	case len(names) == 0:
	case until.IsZero():
		fmt.Fprintf(e.stdout, "%s: does not wait at %s: the quiet hours %s are at other times\n", to.Reveal(), at.Local().Format(clock), strings.Join(names, ", "))
	default:
		fmt.Fprintf(e.stdout, "%s: waits from %s until %s, the end of the quiet hours %q; a message of high priority does not wait\n",
			to.Reveal(), at.Local().Format(clock), until.Local().Format(clock), name)
	}
	return err
}

func whyQueue(p *policy.Policy, d policy.Decision, asked string) string {
	who := "the entry of the allow list asks for it"
	if asked != "" {
		who = "the message asks for it"
	}
	switch {
	case len(p.Routes.Queues) == 0:
		return "there are no queues, so that everything goes there"
	case d.Asked == d.Queue:
		return who
	case d.Asked != "":
		return fmt.Sprintf("%s, by the number %s, which begins with its prefix %s", who, d.Asked, d.Prefix)
	case slices.ContainsFunc(p.Routes.Queues, func(q route.Queue) bool { return q.Name == d.Queue && len(q.Prefixes) == 0 }):
		return "no queue before it takes the number, and it has no prefixes, so that it takes all"
	default:
		return fmt.Sprintf("it is the first one with a prefix that it begins with: %s", d.Prefix)
	}
}
