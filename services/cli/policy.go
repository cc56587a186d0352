package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

func (e *env) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "show, check and change the shared policy: queues, lists, inbound routes, quiet hours, accounts",
		Long: "policy looks after what all services share: queues, lists, inbound routes,\nquiet hours and accounts.\n\n" +
			"show prints it as apply reads it. Its version keeps two people from undoing each other's work:\n" +
			"apply refuses a file whose version is not the one in force; without a version it overwrites.",
	}
	cmd.AddCommand(e.policyApply(), e.policyShow(), e.policyCheck())
	return cmd
}

func (e *env) policyApply() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "apply -f FILE", Short: "make a file the policy of all services", Args: cobra.NoArgs,
		Long: "apply makes the queues, lists, inbound routes and quiet hours of a file the policy of all services,\n" +
			"and puts its accounts into place. Accounts that the file does not name stay as they are, and so do secrets.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := policyfile.Load(path)
			if err != nil {
				return err
			}
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error { return e.applyPolicy(ctx, b, p) })
		},
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "the file (YAML)")
	_ = cmd.MarkFlagRequired("file")
	return cmd
}

func (e *env) applyPolicy(ctx context.Context, b *bus.Bus, p *policy.Policy) error {
	changed, err := b.ApplyPolicy(ctx, p)
	if errors.Is(err, bus.ErrChanged) {
		return fmt.Errorf("%w; look with viesti policy show, and apply it again with the new version", err)
	}
	if err != nil {
		return err
	}
	if !changed {
		fmt.Fprintln(e.stdout, "nothing to change")
		return nil
	}
	now, err := b.Policy(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "version %d is in force\n", now.Version)
	e.showWarnings(now)
	return recordChange(ctx, b, audit.Policy, "", fmt.Sprintf("applied: %d queues, %d inbound routes, %d quiet hours, %d accounts",
		len(p.Routes.Queues), len(p.Inbound), len(p.Quiet), len(p.Accounts)))
}

func (e *env) showWarnings(p *policy.Policy) {
	for _, warning := range p.Warnings() {
		fmt.Fprintln(e.stdout, "note:", warning)
	}
}

func (e *env) policyShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "print the policy in force, as apply reads it; without secrets", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				data, err := policyfile.Encode(p)
				if err != nil {
					return err
				}
				_, err = e.stdout.Write(data)
				return errors.Join(err, broken(p))
			})
		},
	}
}

// broken are the entries that cannot be read.
func broken(p *policy.Policy) error { return errors.Join(p.Problems...) }

func (e *env) policyCheck() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "check [-f FILE]", Short: "check a file, or the policy in force", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path != "" {
				p, err := policyfile.Load(path)
				if err != nil {
					return err
				}
				return e.sayChecked(p)
			}
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				return errors.Join(e.sayChecked(p), broken(p))
			})
		},
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "the file (YAML); without it, what is in force")
	return cmd
}

func (e *env) sayChecked(p *policy.Policy) error {
	fmt.Fprintf(e.stdout, "%d queues, %d denied and %d allowed prefixes, %d inbound routes, %d quiet hours, %d accounts\n",
		len(p.Routes.Queues), len(p.Lists.Deny), len(p.Lists.Allow), len(p.Inbound), len(p.Quiet), len(p.Accounts))
	e.showWarnings(p)
	return nil
}
