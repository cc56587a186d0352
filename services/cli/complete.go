package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/firewall"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// completionPatience bounds how long somebody who presses the tab key waits.
const completionPatience = 2 * time.Second

// flagValues are the values that flags may have, for the shell to complete.
var flagValues = map[string][]string{
	"priority": {"normal", "high"}, "on-unknown": {"resend", "hold"}, "step": steps, "receipt-form": {"deliver_sm", "data_sm"},
	"format":    {string(firewall.NFT), string(firewall.IPTables), string(firewall.Firewalld), string(firewall.Ansible)},
	"direction": {"auto", "mo", "mt"}, "alphabet": {"auto", "latin", "gsm", "ucs2", "binary"},
	"mode": {"transmitter", "receiver", "transceiver"}, "coding": accounts.KnownCodings, "default-coding": accounts.KnownCodings,
	"command": accounts.KnownCommands,
}

// names asks the broker for what may stand in a place of the command line.
type names func(ctx context.Context, b *bus.Bus) ([]string, error)

// complete gives cmd and the commands below it what the shell completes. Without it a
// shell proposes the files of the directory for everything.
func (e *env) complete(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		e.complete(c)
	}
	for name, values := range flagValues {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	for name, ask := range map[string]names{"account": accountNames, "queue": queueNames} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, e.proposes(ask))
		}
	}
	if cmd.ValidArgsFunction == nil && cmd.Name() != "migrate" { // that takes a file
		cmd.ValidArgsFunction = e.argumentsOf(cmd)
	}
}

// argumentsOf is what completes the arguments of a command: the first one may be a name.
func (e *env) argumentsOf(cmd *cobra.Command) cobra.CompletionFunc {
	_, words, _ := strings.Cut(cmd.Use, " ")
	if !strings.HasPrefix(words, "NAME") || cmd.Name() == "add" {
		return cobra.NoFileCompletions
	}
	ask := map[string]names{"modem": modemNames, "account": accountNames, "job": jobNames}[cmd.Parent().Name()]
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 || ask == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return e.proposes(ask)(cmd, args, begun)
	}
}

// proposes completes with names that the broker knows; without a broker there are none.
func (e *env) proposes(ask names) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begun string) (found []string, _ cobra.ShellCompDirective) {
		_ = e.withBus(cmd.Context(), completionPatience, func(ctx context.Context, b *bus.Bus) error {
			all, err := ask(ctx, b)
			for _, name := range all {
				if strings.HasPrefix(name, begun) {
					found = append(found, name)
				}
			}
			slices.Sort(found)
			return err
		})
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

func modemNames(ctx context.Context, b *bus.Bus) (all []string, err error) {
	modems, err := b.Modems(ctx)
	for _, m := range modems {
		all = append(all, m.Identity.Name)
	}
	return all, err
}

func accountNames(ctx context.Context, b *bus.Bus) (all []string, err error) {
	p, err := b.Policy(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range p.Accounts {
		all = append(all, a.Name)
	}
	return all, nil
}

func queueNames(ctx context.Context, b *bus.Bus) (all []string, err error) {
	p, err := b.Policy(ctx)
	if err != nil {
		return nil, err
	}
	for _, q := range p.Routes.Queues {
		all = append(all, q.Name)
	}
	return all, nil
}

func jobNames(ctx context.Context, b *bus.Bus) (all []string, err error) {
	jobs, err := b.Jobs(ctx)
	for _, d := range jobs {
		all = append(all, d.Name)
	}
	return all, err
}
