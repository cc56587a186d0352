package policyfile

import (
	"bytes"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Encode writes a policy as Parse reads it, without the secrets of the accounts: they
// keep those that they have.
func Encode(p *policy.Policy) ([]byte, error) {
	f := File{Version: p.Version, Rules: Rules{Lists: Lists{AllowOnly: p.Lists.AllowOnly}}}
	for _, q := range p.Routes.Queues {
		f.Queues = append(f.Queues, Queue(q))
	}
	for _, prefix := range p.Lists.Deny {
		f.Lists.Deny = append(f.Lists.Deny, config.Text(prefix))
	}
	for _, e := range p.Lists.Allow {
		f.Lists.Allow = append(f.Lists.Allow, Allow{Prefix: config.Text(e.Prefix), Queue: e.Queue})
	}
	for _, in := range p.Inbound {
		f.Inbound = append(f.Inbound, Inbound{
			Account: in.Account, Modem: in.Modem, Queue: in.Queue, Destination: config.Text(in.Destination), Keyword: config.Text(in.Keyword),
		})
	}
	for i := range p.Quiet {
		f.QuietHours = append(f.QuietHours, FromQuietHours(&p.Quiet[i]))
	}
	for _, a := range p.Accounts {
		f.Accounts = append(f.Accounts, FromAccount(a))
	}
	return config.Encode(&f)
}

// FromAccount is an account as people write it, without its secret.
func FromAccount(a *account.Account) Account {
	out := Account{
		Name: a.Name, SourceAddresses: fromTexts(a.Sources), DestinationPrefixes: fromTexts(a.Destinations), Codings: a.Codings,
		Classes: a.Classes, Commands: a.Commands, Window: a.Window, Rate: a.Rate, Burst: a.Burst, DailyQuota: a.DailyQuota,
		MaxBinds: a.MaxBinds, MaxParts: a.MaxParts, MaxValidity: config.Duration(a.MaxValidity), ReceiptForm: a.ReceiptForm,
		TimeZone: a.TimeZone, Deduplicate: config.Duration(a.Deduplicate), DefaultCoding: a.DefaultCoding,
		DefaultSource: config.Text(a.DefaultSource), Country: config.Text(a.Country), ServiceTypes: a.ServiceTypes, ProtocolIDs: a.ProtocolIDs,
		Disabled: a.Disabled,
	}
	if !a.ExpiresAt.IsZero() {
		out.ExpiresAt = config.Text(a.ExpiresAt.UTC().Format(time.RFC3339))
	}
	for _, n := range a.Networks {
		out.CIDRs = append(out.CIDRs, n.String())
	}
	for _, m := range a.Modes {
		out.BindModes = append(out.BindModes, string(m))
	}
	for _, alt := range a.Alternates {
		out.Alternates = append(out.Alternates, Alternate{Recipient: config.Text(alt.Recipient.Reveal()), After: config.Duration(alt.After)})
	}
	return out
}

func fromTexts(in []string) (out []config.Text) {
	for _, t := range in {
		out = append(out, config.Text(t))
	}
	return out
}

// JSON is a value of this package as JSON, with the keys of the file.
func JSON(v any) ([]byte, error) {
	data, err := config.Encode(v)
	if err != nil {
		return nil, err
	}
	out, err := yaml.YAMLToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimSpace(out), nil
}

// YAML is a value of this package as in the file.
func YAML(v any) ([]byte, error) { return config.Encode(v) }
