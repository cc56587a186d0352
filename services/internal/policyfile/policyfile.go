// Package policyfile is the shared policy as people write it: in the configuration
// file of viestid, and in the files of viesti policy apply. It is strict, tells all
// that is wrong at once, and with the line.
package policyfile

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// File is a file of viesti policy apply.
type File struct {
	// Version is that of the policy which the file changes; 0 changes any.
	Version uint64 `yaml:"version"`
	Rules   `yaml:",inline"`
}

// Rules are the parts of a policy.
type Rules struct {
	// Queues are the provider queues, in order.
	Queues []Queue `yaml:"queues"`
	// Lists allow and deny destinations.
	Lists Lists `yaml:"lists"`
	// Inbound says which account gets what arrives, in order.
	Inbound []Inbound `yaml:"inbound"`
	// QuietHours are hours at which messages wait.
	QuietHours []QuietHours `yaml:"quiet_hours"`
	// Accounts are the clients.
	Accounts []Account `yaml:"accounts"`
}

// Queue is a provider queue.
type Queue struct {
	Name string `yaml:"name"`
	// Prefixes of the numbers that the queue takes; none: it takes everything.
	Prefixes []string `yaml:"prefixes"`
}

// Lists allow and deny destinations.
type Lists struct {
	// Deny are prefixes of numbers to which nothing is sent.
	Deny []config.Text `yaml:"deny"`
	// Allow are prefixes of numbers to which something is sent.
	Allow []Allow `yaml:"allow"`
	// AllowOnly says that nothing is sent to other numbers than those.
	AllowOnly bool `yaml:"allow_only"`
}

// Allow is an entry of the allow list.
type Allow struct {
	Prefix config.Text `yaml:"prefix"`
	// Queue is the queue that it selects, if any.
	Queue string `yaml:"queue"`
}

// Inbound is an inbound route.
type Inbound struct {
	Account string `yaml:"account"`
	// Modem is its name, or its host, "/" and its name.
	Modem string `yaml:"modem"`
	// Queue is one that the modem serves.
	Queue string `yaml:"queue"`
	// Destination is the number of the SIM.
	Destination config.Text `yaml:"destination"`
	// Keyword is the first word of the text.
	Keyword config.Text `yaml:"keyword"`
}

// Account is a client.
type Account struct {
	// Name is the system_id, of at most 15 characters.
	Name string `yaml:"name"`
	// SecretHash is the secret as argon2id in PHC string form; without one, the
	// account keeps the one that it has.
	SecretHash string `yaml:"secret_hash"`
	// CIDRs are the networks from which it binds; none: it does not bind.
	CIDRs []string `yaml:"cidrs"`
	// BindModes are transmitter, receiver and transceiver.
	BindModes []string `yaml:"bind_modes"`
	// SourceAddresses are the senders allowed; one that ends in * stands for all that
	// begin so.
	SourceAddresses []config.Text `yaml:"source_addresses"`
	// DestinationPrefixes are the numbers allowed; * stands for all.
	DestinationPrefixes []config.Text `yaml:"destination_prefixes"`
	// Codings are gsm, ascii, latin1, utf8, cyrillic, hebrew, ucs2 and binary.
	Codings []string `yaml:"codings"`
	// Classes are message classes, 0 to 3.
	Classes []uint8 `yaml:"classes"`
	// Commands are submit_sm, submit_multi, data_sm, query_sm, cancel_sm and replace_sm.
	Commands []string `yaml:"commands"`
	// Window is how many requests may be unanswered; default 100.
	Window uint32 `yaml:"window"`
	// Rate is in messages a second, Burst how many may come at once.
	Rate  float64 `yaml:"rate"`
	Burst uint32  `yaml:"burst"`
	// DailyQuota is in messages a day of UTC.
	DailyQuota uint64 `yaml:"daily_quota"`
	// MaxBinds is for all hosts together; default 2.
	MaxBinds uint32 `yaml:"max_binds"`
	// MaxParts is how many parts a message may have.
	MaxParts uint32 `yaml:"max_parts"`
	// MaxValidity limits the validity asked for.
	MaxValidity config.Duration `yaml:"max_validity"`
	// ExpiresAt is when the account ends: a day, or a time as in RFC 3339.
	ExpiresAt config.Text `yaml:"expires_at"`
	// ReceiptForm is deliver_sm, the default, or data_sm.
	ReceiptForm string `yaml:"receipt_form"`
	// TimeZone is that of receipts, such as Europe/Helsinki; default UTC.
	TimeZone string `yaml:"time_zone"`
	// Deduplicate is how long a message with a user_message_reference that comes again
	// is recognised, and not sent again; 0: not at all.
	Deduplicate config.Duration `yaml:"deduplicate"`
	// DefaultCoding is the coding that data_coding 0 stands for; default gsm.
	DefaultCoding string `yaml:"default_coding"`
	// DefaultSource stands in for an absent source address.
	DefaultSource config.Text `yaml:"default_source"`
	// Country is the country code that replaces the zero of national numbers.
	Country config.Text `yaml:"country"`
	// ServiceTypes are those known; default those of SMPP 3.4.
	ServiceTypes []string `yaml:"service_types"`
	// ProtocolIDs are allowed although they act on the phone or SIM without being seen.
	ProtocolIDs []uint8 `yaml:"protocol_ids"`
	Disabled    bool    `yaml:"disabled"`
	// Alternates are tried when a message does not reach its recipient.
	Alternates []Alternate `yaml:"alternates"`
}

// Alternate is another recipient.
type Alternate struct {
	Recipient config.Text     `yaml:"recipient"`
	After     config.Duration `yaml:"after"`
}

// Load reads a file. All that is wrong is told with its line.
func Load(path string) (*policy.Policy, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	p, err := Parse(data)
	if err != nil {
		return nil, prefixed(path, err)
	}
	return p, nil
}

// Parse is Load of what was read.
func Parse(data []byte) (*policy.Policy, error) {
	var f File
	if err := config.Decode(data, &f); err != nil {
		return nil, err
	}
	p, err := f.Policy()
	if err != nil {
		return nil, located(data, err)
	}
	p.Version = f.Version
	return p, nil
}

// Policy makes a policy of the rules, and checks it. All problems are told, as
// *policy.Problem.
func (r *Rules) Policy() (*policy.Policy, error) {
	p := &policy.Policy{Lists: r.Lists.lists()}
	var problems []error
	for _, q := range r.Queues {
		p.Routes.Queues = append(p.Routes.Queues, route.Queue(q))
	}
	for _, in := range r.Inbound {
		p.Inbound = append(p.Inbound, policy.Inbound{
			Account: in.Account, Modem: in.Modem, Queue: in.Queue, Destination: string(in.Destination), Keyword: string(in.Keyword),
		})
	}
	wrong := func(list string, i int, err error) {
		if err == nil {
			return
		}
		for _, one := range policy.Each(err) {
			problems = append(problems, &policy.Problem{Place: fmt.Sprintf("%s[%d]", list, i), Err: one})
		}
	}
	for i := range r.QuietHours {
		q, err := r.QuietHours[i].Hours()
		wrong("quiet_hours", i, err)
		p.Quiet = append(p.Quiet, q)
	}
	for i := range r.Accounts {
		a, err := r.Accounts[i].Account()
		wrong("accounts", i, err)
		p.Accounts = append(p.Accounts, a)
	}
	return p, errors.Join(append(problems, p.Validate())...)
}

func (l *Lists) lists() policy.Lists {
	out := policy.Lists{Deny: texts(l.Deny), AllowOnly: l.AllowOnly}
	for _, e := range l.Allow {
		out.Allow = append(out.Allow, route.Entry{Prefix: string(e.Prefix), Queue: e.Queue})
	}
	return out
}

// Account makes an account of what is written; what cannot be read is left out, and
// told.
func (a *Account) Account() (*account.Account, error) {
	out := &account.Account{
		Name: a.Name, SecretHash: a.SecretHash, Sources: texts(a.SourceAddresses), Destinations: texts(a.DestinationPrefixes),
		Codings: a.Codings, Classes: a.Classes, Commands: a.Commands, Window: a.Window, Rate: a.Rate, Burst: a.Burst,
		DailyQuota: a.DailyQuota, MaxBinds: a.MaxBinds, MaxParts: a.MaxParts, MaxValidity: time.Duration(a.MaxValidity),
		ReceiptForm: a.ReceiptForm, TimeZone: a.TimeZone, Deduplicate: time.Duration(a.Deduplicate), DefaultCoding: a.DefaultCoding,
		DefaultSource: string(a.DefaultSource), Country: string(a.Country), ServiceTypes: a.ServiceTypes, ProtocolIDs: a.ProtocolIDs,
		Disabled: a.Disabled,
	}
	for _, m := range a.BindModes {
		out.Modes = append(out.Modes, account.Mode(m))
	}
	for _, alt := range a.Alternates {
		out.Alternates = append(out.Alternates, message.Alternate{Recipient: message.NewAddress(string(alt.Recipient)), After: time.Duration(alt.After)})
	}
	var errs []error
	for _, text := range a.CIDRs {
		n, err := Network(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out.Networks = append(out.Networks, n)
	}
	var err error
	if out.ExpiresAt, err = Moment(string(a.ExpiresAt)); err != nil {
		errs = append(errs, err)
	}
	if _, err := time.LoadLocation(a.TimeZone); err != nil {
		errs = append(errs, fmt.Errorf("time_zone: there is no %q", a.TimeZone))
	}
	return out, errors.Join(errs...)
}

// Network reads a network, or an address that stands for itself alone.
func Network(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()), nil
	}
	n, err := netip.ParsePrefix(text)
	if err != nil {
		return n, fmt.Errorf("cidrs: %q is no network like 192.0.2.0/24, and no address", text)
	}
	return n, nil
}

// Moment reads a day, which begins at midnight of UTC, or a time; empty: the zero time.
func Moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("expires_at: %q is no day like 2027-01-31, and no time like 2027-01-31T12:00:00Z", text)
}

func texts(in []config.Text) (out []string) {
	for _, t := range in {
		out = append(out, string(t))
	}
	return out
}

// located adds the line to each problem that has a place.
func located(data []byte, err error) error {
	file, parseErr := parser.ParseBytes(data, 0)
	if parseErr != nil {
		return err
	}
	var out []error
	for _, one := range policy.Each(err) {
		var problem *policy.Problem
		if errors.As(one, &problem) {
			path, pathErr := yaml.PathString("$." + problem.Place)
			if pathErr == nil {
				if node, nodeErr := path.FilterFile(file); nodeErr == nil && node.GetToken() != nil {
					one = fmt.Errorf("line %d: %w", node.GetToken().Position.Line, one)
				}
			}
		}
		out = append(out, one)
	}
	return errors.Join(out...)
}

// prefixed puts the name of the file before each problem.
func prefixed(path string, err error) error {
	var out []error
	for _, one := range policy.Each(err) {
		out = append(out, fmt.Errorf("%s: %w", path, one))
	}
	return errors.Join(out...)
}
