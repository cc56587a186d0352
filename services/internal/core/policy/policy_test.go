package policy

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func acme(change func(*account.Account)) *account.Account {
	a := &account.Account{Name: "acme", SecretHash: "x", Networks: prefixes("192.0.2.0/24")}
	if change != nil {
		change(a)
	}
	return a
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	p := &Policy{Accounts: []*account.Account{
		{Name: "a", Networks: prefixes("192.0.2.64/26", "2001:db8::/32")},
		{Name: "b", Networks: prefixes("192.0.2.0/24", "10.0.0.1/32", "2001:db8:1::/48")},
		{Name: "c", Networks: prefixes("0.0.0.0/0"), Disabled: true},
	}}
	var got []string
	for _, n := range p.Networks() {
		got = append(got, n.String())
	}
	if d := cmp.Diff([]string{"10.0.0.1/32", "192.0.2.0/24", "2001:db8::/32"}, got); d != "" {
		t.Error(d)
	}
	if p.Account("c") == nil || p.Account("d") != nil {
		t.Error("accounts are found by name, disabled or not")
	}
}

// TestNetworksCoverWhatAccountsDo: an address is in the union if, and only if, it is in
// a network of an account that is not disabled.
func TestNetworksCoverWhatAccountsDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p Policy
		for i := range rapid.IntRange(0, 4).Draw(t, "accounts") {
			a := &account.Account{Name: string(rune('a' + i)), Disabled: rapid.Bool().Draw(t, "disabled")}
			for range rapid.IntRange(0, 4).Draw(t, "networks") {
				ip := netip.AddrFrom4([4]byte{10, 0, rapid.Byte().Draw(t, "c") % 4, rapid.Byte().Draw(t, "d")})
				a.Networks = append(a.Networks, netip.PrefixFrom(ip, rapid.IntRange(20, 32).Draw(t, "bits")).Masked())
			}
			p.Accounts = append(p.Accounts, a)
		}
		union := p.Networks()
		ip := netip.AddrFrom4([4]byte{10, 0, rapid.Byte().Draw(t, "c") % 4, rapid.Byte().Draw(t, "d")})
		want := slices.ContainsFunc(p.Accounts, func(a *account.Account) bool { return !a.Disabled && account.Within(a.Networks, ip) })
		if got := account.Within(union, ip); got != want {
			t.Fatalf("%v in %v: %v, want %v", ip, union, got, want)
		}
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	p := &Policy{
		Routes: route.Policy{Queues: []route.Queue{{Name: "fi", Prefixes: []string{"358"}}, {Name: "de", Prefixes: []string{"49", "s"}}, {Name: "rest"}}},
		Lists:  Lists{Deny: []string{"35899", "s666"}, AllowOnly: true, Allow: route.List{{Prefix: "358"}, {Prefix: "4917", Queue: "rest"}, {Prefix: "1", Queue: "nowhere"}}},
	}
	for _, c := range []struct {
		asked, to string
		want      Decision
	}{
		{"", "358401", Decision{Queue: "fi", Allowed: "358", Prefix: "358"}},
		{"", "358991", Decision{Err: ErrDenied, Denied: "35899"}},
		{"", "s6661", Decision{Err: ErrDenied, Denied: "s666"}},
		{"", "4618", Decision{Err: ErrNotAllowed}},
		{"", "49171", Decision{Queue: "rest", Allowed: "4917", Asked: "rest"}},
		{"de", "49171", Decision{Queue: "de", Allowed: "4917", Asked: "de"}},
		{"49", "358401", Decision{Queue: "de", Allowed: "358", Asked: "49", Prefix: "49"}},
		{"", "12", Decision{Err: route.ErrQueue, Allowed: "1", Asked: "nowhere"}},
		{"", "s12", Decision{Err: route.ErrQueue, Allowed: "1", Asked: "nowhere"}}, // the first entry that matches, as in smsd
	} {
		got := p.Decide(c.asked, message.NewAddress(c.to))
		if !errors.Is(got.Err, c.want.Err) {
			t.Errorf("%q to %s: %v, want %v", c.asked, c.to, got.Err, c.want.Err)
		}
		got.Err, c.want.Err = nil, nil
		if got != c.want {
			t.Errorf("%q to %s: %+v, want %+v", c.asked, c.to, got, c.want)
		}
	}
	var empty Policy
	if queue, err := empty.Choose("", message.NewAddress("1")); queue != message.DefaultQueue || err != nil {
		t.Errorf("without rules: %s, %v", queue, err)
	}
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	p := &Policy{
		Accounts: []*account.Account{acme(nil), {Name: "votes", Disabled: true}, {Name: "sim"}},
		Inbound: []Inbound{
			{Account: "gone", Keyword: "vote"},
			{Account: "votes", Keyword: "Vote"},
			{Account: "acme", Modem: "h/SIM1", Queue: "fi"},
			{Account: "sim", Destination: "+358 40 1"},
			{Account: "spool-other", Modem: "SIM2"},
		},
	}
	for name, c := range map[string]struct {
		a    Arrival
		want string
	}{
		"keyword":         {Arrival{Text: " vOTE! for me"}, "votes"},
		"no keyword":      {Arrival{Text: "voter"}, ""},
		"modem and queue": {Arrival{Host: "h", Modem: "SIM1", Queues: []string{"fi"}}, "acme"},
		"modem, other":    {Arrival{Host: "h", Modem: "SIM1", Queues: []string{"de"}}, ""},
		"other host":      {Arrival{Host: "i", Modem: "SIM1", Queues: []string{"fi"}}, ""},
		"number":          {Arrival{Number: "00358401"}, "sim"},
		"host's spool":    {Arrival{Host: "i", Modem: "SIM2"}, "spool-other"},
		"nothing":         {Arrival{}, ""},
	} {
		if got, ok := p.Receiver(c.a); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", name, got, ok, c.want)
		}
	}
	if !p.ByKeyword(Arrival{Host: "i"}) {
		t.Error("a keyword may decide")
	}
	p.Inbound = p.Inbound[2:]
	if p.ByKeyword(Arrival{}) {
		t.Error("no keyword decides")
	}
}

func TestFirstWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", " \t": "", "STOP": "STOP", "\nstop, now": "stop", "*1# x": "*1#", "«ÄÖ» x": "ÄÖ"} {
		if got := FirstWord(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestValidate: all problems are told at once, each with its place.
func TestValidate(t *testing.T) {
	t.Parallel()
	good := &Policy{
		Routes:   route.Policy{Queues: []route.Queue{{Name: "a", Prefixes: []string{"1"}}}},
		Lists:    Lists{Deny: []string{"s1"}, Allow: route.List{{Prefix: "1", Queue: "a"}}, AllowOnly: true},
		Accounts: []*account.Account{acme(nil)}, Inbound: []Inbound{{Account: "acme", Queue: "a", Keyword: "stop", Destination: "1"}, {Account: "spool-h"}},
	}
	if err := good.Validate(); err != nil || len(good.Warnings()) > 0 {
		t.Errorf("%v, %v", err, good.Warnings())
	}
	bad := &Policy{
		Routes:   route.Policy{Queues: []route.Queue{{Name: ""}, {Name: "a", Prefixes: []string{""}}, {Name: "a"}}},
		Lists:    Lists{Deny: []string{" 1"}, Allow: route.List{{}}},
		Accounts: []*account.Account{acme(nil), acme(nil), {Name: "Spool-h"}, {Name: "cli-h"}},
		Inbound:  []Inbound{{}, {Account: "inbox"}, {Account: "acme", Keyword: "two words"}, {Account: "acme", Queue: "b"}, {Account: "acme", Destination: "x"}},
	}
	err := bad.Validate()
	if !errors.Is(err, ErrInvalid) || !errors.Is(err, account.ErrInvalid) {
		t.Fatal(err)
	}
	for _, place := range []string{
		"queues[0]", "queues[1]", "queues[2]", "lists.deny[0]", "lists.allow[0]", "accounts[1]", "accounts[2]", "accounts[3]",
		"inbound[0]", "inbound[1]", "inbound[2]", "inbound[3]", "inbound[4]",
	} {
		if n := strings.Count(err.Error(), place+": "); n != 1 {
			t.Errorf("%s is named %d times, want once", place, n)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	p := &Policy{
		Routes: route.Policy{Queues: []route.Queue{{Name: "a"}}}, Lists: Lists{Allow: route.List{{Prefix: "1", Queue: "b"}}},
		Accounts: []*account.Account{{Name: "closed"}, acme(func(a *account.Account) { a.Networks = prefixes("::/0") })},
		Inbound:  []Inbound{{Account: "gone"}, {Account: "acme", Modem: "m"}},
	}
	got := strings.Join(p.Warnings(), "\n")
	for _, want := range []string{"no queue \"b\"", "not in force", "no account \"gone\"", "inbound[0] matches everything", "closed: no cidrs", "closed: no secret", "::/0 is everywhere"} {
		if !strings.Contains(got, want) {
			t.Errorf("no warning about %s in:\n%s", want, got)
		}
	}
	if !p.HasRules() || (&Policy{}).HasRules() {
		t.Error("which policy has rules?")
	}
}

// TestReservedNames are those of the contract.
func TestReservedNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{subject.Inbox, subject.System, "spool-h", "cli-h", "INBOX"} {
		if !Reserved(name) {
			t.Errorf("%s is free", name)
		}
	}
	if Reserved("spool") || Reserved("acme") {
		t.Error("a name that is nobody's is taken")
	}
}
