package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/secret"
)

// policyOf is the policy that a gateway has.
func (g *gateway) policyOf(t *testing.T) *policy.Policy {
	t.Helper()
	p, err := g.Policy(bounded(t))
	must(t, err)
	return p
}

// verify reports whether a secret is that of an account.
func (g *gateway) verify(t *testing.T, name, plain string) bool {
	t.Helper()
	ok, err := secret.NewVerifier(1).Verify(bounded(t), name, g.policyOf(t).Account(name).SecretHash, plain)
	must(t, err)
	return ok
}

var allRules = []string{
	"--cidr", "192.0.2.0/24,2001:db8::1", "--mode", "transceiver", "--source", "Shop,358*", "--destination", "358,s1", "--coding", "gsm,ucs2",
	"--class", "0,1", "--command", "submit_sm,query_sm", "--window", "10", "--rate", "2.5", "--burst", "20", "--daily-quota", "1000",
	"--max-binds", "3", "--max-parts", "4", "--max-validity", "48h", "--expires", "2027-01-31", "--receipt-form", "data_sm",
	"--time-zone", "Europe/Helsinki", "--alternate", "358402,30m", "--deduplicate", "24h", "--default-coding", "latin1", "--default-source", "16000",
	"--country", "358", "--service-type", "CMT", "--protocol-id", "64",
}

func TestAccount(t *testing.T) {
	g := newGateway(t)
	out := prints(t, "", append([]string{"account", "add", "acme"}, allRules...)...)
	found := regexp.MustCompile(`(?m)^password   (\S{8})$`).FindStringSubmatch(out)
	if found == nil || !strings.Contains(out, "system_id  acme\n") || !g.verify(t, "acme", found[1]) {
		t.Fatalf("add says:\n%s", out)
	}
	if a := g.policyOf(t).Account("acme"); a.Window != 10 || len(a.Networks) != 2 || a.MaxValidity != 48*time.Hour || strings.Contains(a.SecretHash, found[1]) {
		t.Errorf("%+v", a)
	}
	want := `# active
name: acme
cidrs:
  - 192.0.2.0/24
  - 2001:db8::1/128
bind_modes:
  - transceiver
source_addresses:
  - "Shop"
  - "358*"
destination_prefixes:
  - "358"
  - "s1"
codings:
  - gsm
  - ucs2
classes:
  - 0
  - 1
commands:
  - submit_sm
  - query_sm
window: 10
rate: 2.5
burst: 20
daily_quota: 1000
max_binds: 3
max_parts: 4
max_validity: 48h0m0s
expires_at: "2027-01-31T00:00:00Z"
receipt_form: data_sm
time_zone: Europe/Helsinki
deduplicate: 24h0m0s
default_coding: latin1
default_source: "16000"
country: "358"
service_types:
  - CMT
protocol_ids:
  - 64
alternates:
  - recipient: "358402"
    after: 30m0s
`
	if d := cmp.Diff(want, prints(t, "", "account", "show", "acme")); d != "" {
		t.Errorf("show (-want +got):\n%s", d)
	}
	var shown map[string]any
	must(t, json.Unmarshal([]byte(prints(t, "", "account", "show", "--json", "acme")), &shown))
	if shown["name"] != "acme" || shown["window"] != float64(10) {
		t.Errorf("show --json: %v", shown)
	}
	for _, wrong := range [][]string{
		{"account", "add", "acme"}, {"account", "add", "spool-x"}, {"account", "add", "x", "--cidr", "10.0.0.1/8"}, {"account", "add", "x", "--mode", "any"},
		{"account", "add", "x", "--expires", "soon"}, {"account", "add", "x", "--alternate", "1,soon"}, {"account", "show", "x"}, {"account", "disable", "x"},
		{"account", "rotate", "x"}, {"account", "remove", "x"}, {"account", "change", "acme"}, {"account", "change", "acme", "--window", "99999"},
	} {
		if out, err := run(t, "", wrong...); err == nil {
			t.Errorf("%q succeeds, and says:\n%s", wrong, out)
		}
	}
	if g.policyOf(t).Account("x") != nil {
		t.Error("a refused account is there")
	}
}

func TestAccountChanges(t *testing.T) {
	g := newGateway(t)
	var added map[string]string
	must(t, json.Unmarshal([]byte(prints(t, "", "account", "add", "--json", "acme")), &added))
	if added["name"] != "acme" || !g.verify(t, "acme", added["secret"]) {
		t.Fatalf("%v", added)
	}
	prints(t, "", "account", "change", "acme", "--window", "7", "--cidr", "192.0.2.1")
	prints(t, "", "account", "disable", "acme")
	a := g.policyOf(t).Account("acme")
	if !a.Disabled || a.Window != 7 || a.Networks[0] != netip.MustParsePrefix("192.0.2.1/32") || a.Rate != 0 {
		t.Errorf("%+v", a)
	}
	if out := prints(t, "", "account", "list"); !strings.Contains(out, "acme     disabled  192.0.2.1/32  -      2      -     -      -") {
		t.Errorf("list says:\n%s", out)
	}
	prints(t, "", "account", "enable", "acme")
	rotated := prints(t, "", "account", "rotate", "acme")
	if g.verify(t, "acme", added["secret"]) || !g.verify(t, "acme", regexp.MustCompile(`password   (\S+)`).FindStringSubmatch(rotated)[1]) {
		t.Errorf("rotate says:\n%s", rotated)
	}
	var listed struct{ Accounts []map[string]any }
	must(t, json.Unmarshal([]byte(prints(t, "", "account", "list", "--json")), &listed))
	if len(listed.Accounts) != 1 || listed.Accounts[0]["secret_hash"] != nil {
		t.Errorf("list --json: %v", listed)
	}
	prints(t, "", "account", "remove", "acme")
	if g.policyOf(t).Account("acme") != nil {
		t.Error("it is still there")
	}
	var details []string
	must(t, g.AuditTrail(bounded(t), bus.AuditQuery{Account: "acme"}, func(e *audit.Event) error {
		if e.By == "" || e.Version == 0 || e.Kind != audit.Account {
			t.Errorf("%+v", e)
		}
		details = append(details, e.Detail)
		return nil
	}))
	want := []string{"added", "changed: cidr, window", "disabled", "enabled", "secret rotated", "removed"}
	if d := cmp.Diff(want, details); d != "" {
		t.Errorf("audit (-want +got):\n%s", d)
	}
	if out := prints(t, "", "audit", "--account", "acme", "--since", "1h"); strings.Count(out, "\n") != 6 || !strings.Contains(out, `account   acme  detail="changed: cidr, window"  by=`) {
		t.Errorf("audit says:\n%s", out)
	}
}

const policyText = `queues:
  - name: fi
    prefixes: ["358"]
  - name: rest
lists:
  deny: ["35899"]
  allow:
    - prefix: "358"
    - prefix: "49"
      queue: rest
    - prefix: "46"
      queue: nowhere
  allow_only: true
inbound:
  - account: acme
    keyword: vote
`

func TestPolicyApply(t *testing.T) {
	g := newGateway(t)
	file := filepath.Join(t.TempDir(), "policy.yaml")
	write := func(text string) {
		t.Helper()
		must(t, os.WriteFile(file, []byte(text), 0o600))
	}
	write(policyText)
	if out := prints(t, "", "policy", "check", "-f", file); !strings.Contains(out, "2 queues, 1 denied and 3 allowed prefixes, 1 inbound routes, 0 quiet hours, 0 accounts") ||
		!strings.Contains(out, "note: lists.allow[2]: there is no queue \"nowhere\"") || !strings.Contains(out, "note: inbound[0]: there is no account \"acme\"") {
		t.Errorf("check says:\n%s", out)
	}
	if g.policyOf(t).HasRules() {
		t.Fatal("check has changed something")
	}
	if out := prints(t, "", "policy", "apply", "-f", file); !strings.HasPrefix(out, "version ") {
		t.Errorf("apply says:\n%s", out)
	}
	if out := prints(t, "", "policy", "apply", "-f", file); out != "nothing to change\n" {
		t.Errorf("apply again says:\n%s", out)
	}
	must(t, g.PutAccount(bounded(t), &accounts.Account{Name: "acme", SecretHash: "hash"}))
	shown := prints(t, "", "policy", "show")
	write(strings.Replace(shown, "name: acme", "name: acme\n    window: 9", 1))
	prints(t, "", "policy", "apply", "-f", file)
	if a := g.policyOf(t).Account("acme"); a.Window != 9 || a.SecretHash != "hash" || strings.Contains(shown, "hash") {
		t.Errorf("%+v, shown as:\n%s", a, shown)
	}
	if _, err := run(t, "", "policy", "apply", "-f", file); !errors.Is(err, bus.ErrChanged) { // its version is an old one
		t.Errorf("%v", err)
	}
	write("queues:\n  - name: a\n  - name: a\n")
	if _, err := run(t, "", "policy", "apply", "-f", file); !errors.Is(err, policy.ErrInvalid) || !strings.Contains(err.Error(), file+": line 3: ") {
		t.Errorf("%v", err)
	}
	if out := prints(t, "", "policy", "check"); !strings.Contains(out, "1 accounts") {
		t.Errorf("check says:\n%s", out)
	}
}

func TestRouteTest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	must(t, os.WriteFile(file, []byte(policyText), 0o600))
	for _, c := range []struct {
		args []string
		want string
		err  error
	}{
		{[]string{"+358 401"}, "358401: allowed: it begins with 358 of the allow list\n358401: queue fi: it is the first one with a prefix that it begins with: 358\n", nil},
		{[]string{"35899123"}, "35899123: refused: it begins with 35899 of the deny list\n", policy.ErrDenied},
		{[]string{"1234"}, "1234: refused: no entry of the allow list matches\n", policy.ErrNotAllowed},
		{[]string{"4912"}, "4912: allowed: it begins with 49 of the allow list\n4912: queue rest: the entry of the allow list asks for it\n", nil},
		{[]string{"--queue", "fi", "4912"}, "4912: allowed: it begins with 49 of the allow list\n4912: queue fi: the message asks for it\n", nil},
		{[]string{"--queue", "3581", "4912"}, "4912: allowed: it begins with 49 of the allow list\n4912: queue fi: the message asks for it, by the number 3581, which begins with its prefix 358\n", nil},
		{[]string{"4612"}, "4612: allowed: it begins with 46 of the allow list\n4612: refused: there is no queue for \"nowhere\"\n", route.ErrQueue},
	} {
		out, err := run(t, "", append([]string{"route", "test", "-f", file}, c.args...)...)
		if out != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %v, says:\n%s", c.args, err, out)
		}
	}
	g := newGateway(t)
	if out := prints(t, "", "route", "test", "--state", g.state, "1234"); out != "1234: queue default: there are no queues, so that everything goes there\n" {
		t.Errorf("without rules:\n%s", out)
	}
}

func TestSessionsAndAudit(t *testing.T) {
	g := newGateway(t)
	if out := prints(t, "", "sessions"); out != "no session is live\n" {
		t.Errorf("sessions says:\n%s", out)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	must(t, g.ShowSession(bounded(t), &accounts.Session{
		Host: "h", ID: "1", Account: "acme", Mode: accounts.Receiver, Remote: netip.MustParseAddrPort("[2001:db8::1]:4000"), TLS: "1.3",
		Since: at, InterfaceVersion: 0x34, Accepted: 5, Awaited: 2,
	}))
	want := "ACCOUNT  HOST  REMOTE              MODE      TLS  VERSION  SINCE                HEARD  ACCEPTED  REJECTED  DELIVERED  REFUSED  OPEN\n" +
		"acme     h     [2001:db8::1]:4000  receiver  1.3  3.4      2026-03-01 12:00:00  -      5         0         0          0        0/2\n"
	if d := cmp.Diff(want, prints(t, "", "sessions")); d != "" {
		t.Error(d)
	}
	if out := prints(t, "", "sessions", "--json"); !strings.Contains(out, `"account":"acme"`) || !strings.Contains(out, `"remote":"[2001:db8::1]:4000"`) {
		t.Errorf("sessions --json:\n%s", out)
	}
	must(t, g.Audit(bounded(t), &audit.Event{
		Time: at, Kind: audit.Refused, SystemID: "x\n\xff", Remote: netip.MustParseAddrPort("192.0.2.1:1"), Reason: audit.Secret, Count: 3, Host: "h",
	}))
	const line = `2026-03-01 12:00:00  refused   -  system_id="x\n\xff"  from=192.0.2.1:1  reason=secret  host=h  times=3` + "\n"
	if d := cmp.Diff(line, prints(t, "", "audit")); d != "" {
		t.Error(d)
	}
	if out := prints(t, "", "audit", "--json"); !strings.Contains(out, `"reason":"secret"`) || !strings.Contains(out, `"count":3`) {
		t.Errorf("audit --json:\n%s", out)
	}
	ctx, cancel := context.WithCancel(bounded(t))
	seen := &cancelling{cancel: cancel}
	cmd := Command("v", strings.NewReader(""), seen)
	cmd.SetArgs([]string{"audit", "--follow"})
	must(t, cmd.ExecuteContext(ctx))
	if d := cmp.Diff(line, seen.String()); d != "" {
		t.Error(d)
	}
}

// cancelling ends what writes to it.
type cancelling struct {
	strings.Builder
	cancel func()
}

func (c *cancelling) Write(p []byte) (int, error) {
	defer c.cancel()
	return c.Builder.Write(p)
}
