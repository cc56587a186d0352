package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

func (e *env) account() *cobra.Command {
	cmd := &cobra.Command{
		Use: "account", Short: "give accounts to SMPP clients, and take them away",
		Long: "account looks after the accounts of SMPP clients.\n\n" +
			"An account may do nothing that it was not given. Secrets are made here, shown once, and\n" +
			"kept as argon2id alone. Changes have effect at once, on all hosts, and are in the audit.",
	}
	cmd.AddCommand(e.accountAdd(), e.accountChange(), e.accountList(), e.accountShow(),
		e.accountEnable("enable", "let an account bind again", false), e.accountEnable("disable", "end an account's sessions, and let it bind no more", true),
		e.accountRotate(), e.accountRemove())
	return cmd
}

// ruleFlags are the flags for the rules of an account.
type ruleFlags struct {
	policyfile.Account
	sources, destinations, alternates []string
	classes, protocols                []uint
	validity, deduplicate             time.Duration
	expires, defaultSource, country   string
	// given are the names of those that were on the command line.
	given []string
}

func (f *ruleFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringSliceVar(&f.CIDRs, "cidr", nil, "networks or addresses from which it binds")
	fl.StringSliceVar(&f.BindModes, "mode", nil, "transmitter, receiver, transceiver")
	fl.StringSliceVar(&f.sources, "source", nil, "senders allowed; one that ends in * stands for all that begin so")
	fl.StringSliceVar(&f.destinations, "destination", nil, "prefixes of numbers allowed; * stands for all")
	fl.StringSliceVar(&f.Codings, "coding", nil, strings.Join(accounts.KnownCodings, ", "))
	fl.UintSliceVar(&f.classes, "class", nil, "message classes, 0 to 3")
	fl.StringSliceVar(&f.Commands, "command", nil, strings.Join(accounts.KnownCommands, ", "))
	fl.Uint32Var(&f.Window, "window", 0, "requests that may be unanswered (default 100)")
	fl.Float64Var(&f.Rate, "rate", 0, "messages a second; 0: no limit")
	fl.Uint32Var(&f.Burst, "burst", 0, "messages that may come at once (default the window)")
	fl.Uint64Var(&f.DailyQuota, "daily-quota", 0, "messages a day of UTC; 0: no limit")
	fl.Uint32Var(&f.MaxBinds, "max-binds", 0, "sessions, on all hosts together (default 2)")
	fl.Uint32Var(&f.MaxParts, "max-parts", 0, "parts of a message; 0: as many as fit")
	spanFlag(cmd, &f.validity, "max-validity", 0, "the longest validity, such as 48h; 0: no limit")
	fl.StringVar(&f.expires, "expires", "", "when the account ends: a day, or a time as in RFC 3339")
	fl.StringVar(&f.ReceiptForm, "receipt-form", "", "deliver_sm (the default) or data_sm")
	fl.StringVar(&f.TimeZone, "time-zone", "", "time zone of receipts, such as Europe/Helsinki (default UTC)")
	spanFlag(cmd, &f.deduplicate, "deduplicate", 0, "how long a message with a user_message_reference that comes again is not sent again, such as 24h")
	fl.StringVar(&f.DefaultCoding, "default-coding", "", "the coding that data_coding 0 stands for (default gsm)")
	fl.StringVar(&f.defaultSource, "default-source", "", "stands in for an absent source address")
	fl.StringVar(&f.country, "country", "", "country code that replaces the zero of national numbers")
	fl.StringSliceVar(&f.ServiceTypes, "service-type", nil, "service types known (default those of SMPP 3.4)")
	fl.UintSliceVar(&f.protocols, "protocol-id", nil, "protocol_ids allowed although they act unseen, such as 64")
	fl.StringArrayVar(&f.alternates, "alternate", nil, "NUMBER or NUMBER,SPAN: whom to try when a message does not arrive; repeat it for a chain")
}

// take completes the rules from the flags, and remembers which were given.
func (f *ruleFlags) take(cmd *cobra.Command) error {
	for _, name := range slices.Sorted(maps.Keys(ruleNames)) {
		if cmd.Flags().Changed(name) {
			f.given = append(f.given, name)
		}
	}
	f.SourceAddresses, f.DestinationPrefixes = written(f.sources), written(f.destinations)
	f.MaxValidity, f.ExpiresAt, f.Deduplicate = config.Duration(f.validity), config.Text(f.expires), config.Duration(f.deduplicate)
	f.DefaultSource, f.Country = config.Text(f.defaultSource), config.Text(f.country)
	f.Classes, f.ProtocolIDs = octets(f.classes), octets(f.protocols)
	chain, err := parseAlternates(f.alternates)
	for _, a := range chain {
		f.Alternates = append(f.Alternates, policyfile.Alternate{Recipient: config.Text(a.Recipient.Reveal()), After: config.Duration(a.After)})
	}
	return err
}

// octets are numbers as octets; what is too large stays too large for any rule.
func octets(in []uint) (out []uint8) {
	for _, n := range in {
		out = append(out, uint8(min(n, math.MaxUint8)))
	}
	return out
}

func written(in []string) (out []config.Text) {
	for _, t := range in {
		out = append(out, config.Text(t))
	}
	return out
}

// ruleNames says what each flag sets.
var ruleNames = map[string]func(to, from *accounts.Account){
	"cidr":           func(to, from *accounts.Account) { to.Networks = from.Networks },
	"mode":           func(to, from *accounts.Account) { to.Modes = from.Modes },
	"source":         func(to, from *accounts.Account) { to.Sources = from.Sources },
	"destination":    func(to, from *accounts.Account) { to.Destinations = from.Destinations },
	"coding":         func(to, from *accounts.Account) { to.Codings = from.Codings },
	"class":          func(to, from *accounts.Account) { to.Classes = from.Classes },
	"command":        func(to, from *accounts.Account) { to.Commands = from.Commands },
	"window":         func(to, from *accounts.Account) { to.Window = from.Window },
	"rate":           func(to, from *accounts.Account) { to.Rate = from.Rate },
	"burst":          func(to, from *accounts.Account) { to.Burst = from.Burst },
	"daily-quota":    func(to, from *accounts.Account) { to.DailyQuota = from.DailyQuota },
	"max-binds":      func(to, from *accounts.Account) { to.MaxBinds = from.MaxBinds },
	"max-parts":      func(to, from *accounts.Account) { to.MaxParts = from.MaxParts },
	"max-validity":   func(to, from *accounts.Account) { to.MaxValidity = from.MaxValidity },
	"expires":        func(to, from *accounts.Account) { to.ExpiresAt = from.ExpiresAt },
	"receipt-form":   func(to, from *accounts.Account) { to.ReceiptForm = from.ReceiptForm },
	"time-zone":      func(to, from *accounts.Account) { to.TimeZone = from.TimeZone },
	"deduplicate":    func(to, from *accounts.Account) { to.Deduplicate = from.Deduplicate },
	"default-coding": func(to, from *accounts.Account) { to.DefaultCoding = from.DefaultCoding },
	"default-source": func(to, from *accounts.Account) { to.DefaultSource = from.DefaultSource },
	"country":        func(to, from *accounts.Account) { to.Country = from.Country },
	"service-type":   func(to, from *accounts.Account) { to.ServiceTypes = from.ServiceTypes },
	"protocol-id":    func(to, from *accounts.Account) { to.ProtocolIDs = from.ProtocolIDs },
	"alternate":      func(to, from *accounts.Account) { to.Alternates = from.Alternates },
}

func (e *env) accountAdd() *cobra.Command {
	f, asJSON := &ruleFlags{}, false
	cmd := &cobra.Command{
		Use: "add NAME", Short: "make an account, and print its secret once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Name = args[0]
			if err := f.take(cmd); err != nil {
				return err
			}
			return e.runAccountAdd(cmd.Context(), f, asJSON)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (e *env) runAccountAdd(ctx context.Context, f *ruleFlags, asJSON bool) error {
	a, err := f.Account.Account()
	if err != nil {
		return err
	}
	plain := secret.New()
	a.SecretHash = secret.Hash(plain)
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		if err := b.PutAccount(ctx, a); err != nil {
			return err
		}
		e.showSecret(a.Name, plain, asJSON)
		if !asJSON {
			for _, warning := range (&policy.Policy{Accounts: []*accounts.Account{a}}).Warnings() {
				fmt.Fprintln(e.stdout, "note:", warning)
			}
		}
		return recordChange(ctx, b, audit.Account, a.Name, "added")
	})
}

// showSecret prints a secret, which nothing will print again.
func (e *env) showSecret(name, plain string, asJSON bool) {
	if asJSON {
		data, _ := json.Marshal(map[string]string{"name": name, "secret": plain})
		fmt.Fprintln(e.stdout, string(data))
		return
	}
	fmt.Fprintf(e.stdout, "system_id  %s\npassword   %s\nThe password is shown this once; viesti account rotate makes another one.\n", name, plain)
}

func (e *env) accountChange() *cobra.Command {
	f := &ruleFlags{}
	cmd := &cobra.Command{
		Use: "change NAME", Short: "change rules of an account: those that are given", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Name = args[0]
			if err := f.take(cmd); err != nil {
				return err
			}
			if len(f.given) == 0 {
				return errors.New("give at least one rule to change")
			}
			return e.runAccountChange(cmd.Context(), f)
		},
	}
	f.add(cmd)
	return cmd
}

func (e *env) runAccountChange(ctx context.Context, f *ruleFlags) error {
	given, err := f.Account.Account()
	if err != nil {
		return err
	}
	return e.changeAccount(ctx, f.Name, "changed: "+strings.Join(f.given, ", "), func(a *accounts.Account) {
		for _, name := range f.given {
			ruleNames[name](a, given)
		}
	})
}

// changeAccount changes an account that there is, and says so in the audit.
func (e *env) changeAccount(ctx context.Context, name, what string, change func(*accounts.Account)) error {
	return e.withBus(ctx, patience, func(ctx context.Context, b *bus.Bus) error {
		err := b.UpdateAccount(ctx, name, func(a *accounts.Account) error {
			change(a)
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "account %s: %s\n", name, what)
		return recordChange(ctx, b, audit.Account, name, what)
	})
}

func (e *env) accountEnable(use, short string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " NAME", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.changeAccount(cmd.Context(), args[0], use+"d", func(a *accounts.Account) { a.Disabled = disabled })
		},
	}
}

func (e *env) accountRotate() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "rotate NAME", Short: "make a new secret for an account, and print it once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plain, name := secret.New(), args[0]
			hash := secret.Hash(plain)
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				err := b.UpdateAccount(ctx, name, func(a *accounts.Account) error {
					a.SecretHash = hash
					return nil
				})
				if err != nil {
					return err
				}
				e.showSecret(name, plain, asJSON)
				return recordChange(ctx, b, audit.Account, name, "secret rotated")
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (e *env) accountRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "remove an account; what waits of it is still sent", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				if err := b.DeleteAccount(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(e.stdout, "account %s: removed\n", args[0])
				return recordChange(ctx, b, audit.Account, args[0], "removed")
			})
		},
	}
}

func (e *env) accountList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "list the accounts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					all := policyfile.Rules{Accounts: []policyfile.Account{}}
					for _, a := range p.Accounts {
						all.Accounts = append(all.Accounts, policyfile.FromAccount(a))
					}
					return e.printJSON(&all)
				}
				e.showAccounts(p.Accounts)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (e *env) showAccounts(all []*accounts.Account) {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ACCOUNT\tSTATE\tNETWORKS\tMODES\tBINDS\tRATE\tQUOTA\tEXPIRES")
	for _, a := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", a.Name, e.accountState(a), list(a.Networks), list(a.Modes), a.BindLimit(),
			limit(a.Rate, "/s"), limit(float64(a.DailyQuota), "/day"), day(a.ExpiresAt))
	}
	_ = w.Flush()
}

func (e *env) accountState(a *accounts.Account) string {
	switch {
	case a.Disabled:
		return "disabled"
	case !a.ExpiresAt.IsZero() && !e.now().Before(a.ExpiresAt):
		return "expired"
	case a.SecretHash == "":
		return "no secret"
	default:
		return "active"
	}
}

func list[T any](all []T) string {
	if len(all) == 0 {
		return "-"
	}
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(all), "[]"), " ", ",")
}

func limit(n float64, unit string) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + unit
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

func (e *env) accountShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show NAME", Short: "show the rules of an account, as the file has them", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withBus(cmd.Context(), patience, func(ctx context.Context, b *bus.Bus) error {
				p, err := b.Policy(ctx)
				if err != nil {
					return err
				}
				a := p.Account(args[0])
				if a == nil {
					return fmt.Errorf("%w: %s", bus.ErrNoAccount, args[0])
				}
				rules := policyfile.FromAccount(a)
				if asJSON {
					return e.printJSON(&rules)
				}
				data, err := policyfile.YAML(&rules)
				if err != nil {
					return err
				}
				fmt.Fprintf(e.stdout, "# %s\n%s", e.accountState(a), data)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (e *env) printJSON(v any) error {
	data, err := policyfile.JSON(v)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, string(data))
	return nil
}

// recordChange says in the audit who changed what.
func recordChange(ctx context.Context, b *bus.Bus, kind audit.Kind, account, what string) error {
	p, err := b.Policy(ctx)
	if err == nil {
		err = b.Audit(ctx, &audit.Event{
			Time: time.Now().UTC(), Kind: kind, Host: host(), Service: "cli", Account: account, Detail: what, By: operator(), Version: p.Version,
		})
	}
	if err != nil {
		return fmt.Errorf("the change is made, but is not in the audit: %w", err)
	}
	return nil
}

// operator is who runs the command, and where.
func operator() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return name + "@" + host()
}
