package bus

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

// versionless compares policies by what they say.
var versionless = cmp.Options{cmpopts.IgnoreFields(policy.Policy{}, "Version"), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}

func queues(names ...string) *policy.Policy {
	p := &policy.Policy{}
	for _, name := range names {
		p.Routes.Queues = append(p.Routes.Queues, route.Queue{Name: name, Prefixes: []string{"1", "s"}})
	}
	return p
}

func client(name string) *accounts.Account {
	return &accounts.Account{Name: name, SecretHash: "hash of " + name, Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
}

func setPolicy(t *testing.T, b *Bus, p *policy.Policy) (changed bool) {
	t.Helper()
	changed, err := b.SetPolicy(bounded(t), p)
	must(t, err)
	return changed
}

func getPolicy(t *testing.T, b *Bus) *policy.Policy {
	t.Helper()
	p, err := b.Policy(bounded(t))
	must(t, err)
	return p
}

func wantPolicy(t *testing.T, got, want *policy.Policy) {
	t.Helper()
	if d := cmp.Diff(want, got, versionless); d != "" {
		t.Errorf("policy (-want +got):\n%s", d)
	}
}

// watchPolicies returns the policies that a watch hands over.
func watchPolicies(t *testing.T, b *Bus) <-chan *policy.Policy {
	t.Helper()
	changes := make(chan *policy.Policy, 1000)
	follow(t, func(ctx context.Context) error { return b.WatchPolicy(ctx, func(p *policy.Policy) { changes <- p }) })
	return changes
}

// until takes policies until one holds what holds.
func until(t *testing.T, changes <-chan *policy.Policy, holds func(*policy.Policy) bool) *policy.Policy {
	t.Helper()
	for {
		if p := receive(t, changes); holds(p) {
			return p
		}
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	wantPolicy(t, getPolicy(t, b), &policy.Policy{})
	changes := watchPolicies(t, b)
	wantPolicy(t, receive(t, changes), &policy.Policy{})

	first := queues("a", "b")
	if !setPolicy(t, b, first) || setPolicy(t, b, first) {
		t.Error("a new policy is written once, and the same one not again")
	}
	must(t, b.PutAccount(bounded(t), client("acme")))
	wantError(t, b.PutAccount(bounded(t), client("acme")), ErrAccountExists)
	want := queues("a", "b")
	want.Accounts = []*accounts.Account{client("acme")}
	wantPolicy(t, getPolicy(t, b), want)
	wantPolicy(t, until(t, changes, func(p *policy.Policy) bool { return len(p.Accounts) == 1 }), want)

	// Rules and accounts change by themselves.
	second := queues("c")
	setPolicy(t, b, second)
	must(t, b.UpdateAccount(bounded(t), "acme", func(a *accounts.Account) error { a.Disabled = true; return nil }))
	now := until(t, changes, func(p *policy.Policy) bool { return len(p.Accounts) == 1 && p.Accounts[0].Disabled })
	if now.Routes.Queues[0].Name != "c" || now.Version != getPolicy(t, b).Version {
		t.Errorf("%+v", now)
	}
	must(t, b.DeleteAccount(bounded(t), "acme"))
	wantError(t, b.DeleteAccount(bounded(t), "acme"), ErrNoAccount)
	wantError(t, b.UpdateAccount(bounded(t), "acme", func(*accounts.Account) error { return nil }), ErrNoAccount)
	gone := until(t, changes, func(p *policy.Policy) bool { return len(p.Accounts) == 0 })
	if gone.Version <= now.Version {
		t.Errorf("version %d after %d", gone.Version, now.Version)
	}
	must(t, b.PutAccount(bounded(t), client("acme"))) // the name is free again
}

func TestPolicyRefused(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	_, err := b.SetPolicy(bounded(t), &policy.Policy{Routes: route.Policy{Queues: []route.Queue{{}}}})
	wantError(t, err, policy.ErrInvalid)
	for _, name := range []string{"spool-host", "inbox", "a.b", ""} {
		wantError(t, b.PutAccount(bounded(t), client(name)), accounts.ErrInvalid)
	}
	must(t, b.PutAccount(bounded(t), client("acme")))
	wantError(t, b.UpdateAccount(bounded(t), "acme", func(a *accounts.Account) error { a.Name = "other"; return nil }), accounts.ErrInvalid)
	setPolicy(t, b, queues("a"))
	stale := getPolicy(t, b)
	setPolicy(t, b, queues("b"))
	_, err = b.SetPolicy(bounded(t), stale)
	wantError(t, err, ErrChanged)
	fresh := getPolicy(t, b)
	fresh.Lists.Deny = []string{"49"}
	setPolicy(t, b, fresh)
}

// TestAccountsAreNotOverwritten: of many who change an account at once none undoes
// what another one did.
func TestAccountsAreNotOverwritten(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.PutAccount(bounded(t), client("acme")))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := b.UpdateAccount(bounded(t), "acme", func(a *accounts.Account) error { a.Window++; return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := getPolicy(t, b).Account("acme").Window; got != 20 {
		t.Errorf("window %d, want 20", got)
	}
}

// TestBrokenEntries: what cannot be read leaves in force what was before it, in a
// watch that saw that and in one that did not, and is named.
func TestBrokenEntries(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	setPolicy(t, b, queues("good"))
	must(t, b.PutAccount(bounded(t), client("acme")))
	changes := watchPolicies(t, b)
	receive(t, changes)
	kv, err := b.js.KeyValue(bounded(t), b.space.BucketConfig())
	must(t, err)
	for _, key := range []string{subject.KeyPolicy, subject.AccountKey("acme"), subject.AccountKey("new")} {
		_, err := kv.Put(bounded(t), key, []byte{0xff})
		must(t, err)
	}
	broken := func(p *policy.Policy) bool { return len(p.Problems) == 3 }
	for name, p := range map[string]*policy.Policy{"watch": until(t, changes, broken), "read": getPolicy(t, b), "new watch": receive(t, watchPolicies(t, b))} {
		if !broken(p) || p.Routes.Queues[0].Name != "good" || p.Account("acme") == nil || p.Account("new") != nil {
			t.Errorf("%s: %+v", name, p)
		}
		for i, key := range []string{"account.acme", "account.new", "policy"} {
			if !reason(p.Problems[i], "entry "+key+" ") {
				t.Errorf("%s: problem %d is %v, want that of %s", name, i, p.Problems[i], key)
			}
		}
	}
	setPolicy(t, b, queues("better"))
	must(t, b.ChangeAccount(bounded(t), "acme", func(*accounts.Account) (*accounts.Account, error) { return client("acme"), nil }))
	must(t, b.DeleteAccount(bounded(t), "new"))
	until(t, changes, func(p *policy.Policy) bool { return len(p.Problems) == 0 && p.Routes.Queues[0].Name == "better" })
}

// TestNoPolicyToBeginWith: rules that never could be read are no rules to send by.
func TestNoPolicyToBeginWith(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	kv, err := b.js.KeyValue(bounded(t), b.space.BucketConfig())
	must(t, err)
	_, err = kv.Put(bounded(t), subject.KeyPolicy, []byte{0xff})
	must(t, err)
	_, err = b.Policy(bounded(t))
	wantError(t, err, errNoPolicy)
	wantError(t, b.WatchPolicy(bounded(t), func(*policy.Policy) { t.Error("a policy") }), errNoPolicy)
}

// TestPolicyAfterRestart: a watch goes on when its broker comes back.
func TestPolicyAfterRestart(t *testing.T) {
	t.Parallel()
	broker, b := restartable(t, func(bool) {})
	setPolicy(t, b, queues("before"))
	changes := watchPolicies(t, b)
	until(t, changes, func(p *policy.Policy) bool { return len(p.Routes.Queues) == 1 })
	broker.restart(t)
	setPolicy(t, b, queues("after"))
	until(t, changes, func(p *policy.Policy) bool { return p.Routes.Queues[0].Name == "after" })
}

// TestApplyFile: a file has effect when it is new or edited, and not at each start.
func TestApplyFile(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	file := queues("file")
	file.Accounts = []*accounts.Account{client("acme"), {Name: "nosecret"}}
	apply := func() {
		t.Helper()
		must(t, b.ApplyFile(bounded(t), "h", file))
	}
	apply()
	must(t, b.PutAccount(bounded(t), client("other")))
	must(t, b.UpdateAccount(bounded(t), "acme", func(a *accounts.Account) error { a.Disabled = true; return nil }))
	must(t, b.UpdateAccount(bounded(t), "nosecret", func(a *accounts.Account) error { a.SecretHash = "made here"; return nil }))
	setPolicy(t, b, queues("by hand"))
	before := getPolicy(t, b).Version
	apply() // as it was
	if p := getPolicy(t, b); p.Version != before || !p.Account("acme").Disabled || p.Routes.Queues[0].Name != "by hand" {
		t.Errorf("an unchanged file was applied: %+v", p)
	}
	file.Accounts[1].Window = 7
	apply() // edited
	p := getPolicy(t, b)
	if len(p.Accounts) != 3 || p.Account("acme").Disabled || p.Routes.Queues[0].Name != "file" {
		t.Errorf("an edited file was not applied: %+v", p)
	}
	if a := p.Account("nosecret"); a.Window != 7 || a.SecretHash != "made here" {
		t.Errorf("an account without a secret in the file: %+v", a)
	}
	changes := 0
	must(t, b.AuditTrail(bounded(t), AuditQuery{}, func(e *audit.Event) error {
		if e.Kind == audit.Policy && e.Host == "h" && e.Version > 0 {
			changes++
		}
		return nil
	}))
	if changes != 2 {
		t.Errorf("%d changes in the audit, want 2", changes)
	}
	bad := queues("")
	if err := b.ApplyFile(bounded(t), "h", bad); !errors.Is(err, policy.ErrInvalid) {
		t.Errorf("%v", err)
	}
}
