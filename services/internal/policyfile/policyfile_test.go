package policyfile

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

const whole = `# everything
version: 7
queues:
  - name: fi
    prefixes: ["358", "s"]
  - name: rest
lists:
  deny: [0900, s666]
  allow:
    - prefix: 358
      queue: fi
    - prefix: "49"
  allow_only: true
inbound:
  - account: acme
    modem: SIM1
    queue: fi
    destination: +358401
    keyword: 4711
quiet_hours:
  - name: German nights
    queues: [rest]
    prefixes: [49, s]
    days: [mon, Friday]
    from: 22:30
    to: 07:00
    zone: Europe/Berlin
  - name: sundays
    days: [sun]
    from: "00:00"
    to: "24:00"
    zone: UTC
accounts:
  - name: acme
    cidrs: [192.0.2.0/24, 2001:db8::1]
    bind_modes: [transceiver]
    source_addresses: [Shop, 358*]
    destination_prefixes: ["*"]
    codings: [gsm, ucs2]
    classes: [0, 1]
    commands: [submit_sm, query_sm]
    window: 10
    rate: 2.5
    burst: 20
    daily_quota: 1000
    max_binds: 3
    max_parts: 4
    max_validity: 48h
    expires_at: 2027-01-31
    receipt_form: data_sm
    time_zone: Europe/Helsinki
    deduplicate: 24h
    default_coding: latin1
    default_source: 16000
    country: 358
    service_types: [CMT]
    protocol_ids: [64]
    alternates:
      - recipient: 358402
        after: 30m
`

func wanted() *policy.Policy {
	return &policy.Policy{
		Version: 7,
		Routes:  route.Policy{Queues: []route.Queue{{Name: "fi", Prefixes: []string{"358", "s"}}, {Name: "rest"}}},
		Lists:   policy.Lists{Deny: []string{"0900", "s666"}, Allow: route.List{{Prefix: "358", Queue: "fi"}, {Prefix: "49"}}, AllowOnly: true},
		Inbound: []policy.Inbound{{Account: "acme", Modem: "SIM1", Queue: "fi", Destination: "+358401", Keyword: "4711"}},
		Quiet: []policy.QuietHours{
			{Name: "German nights", Queues: []string{"rest"}, Prefixes: []string{"49", "s"}, Days: []time.Weekday{time.Monday, time.Friday}, From: 22*60 + 30, To: 7 * 60, Zone: "Europe/Berlin"},
			{Name: "sundays", Days: []time.Weekday{time.Sunday}, To: 24 * 60, Zone: "UTC"},
		},
		Accounts: []*account.Account{{
			Name: "acme", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")},
			Modes: []account.Mode{account.Transceiver}, Sources: []string{"Shop", "358*"}, Destinations: []string{"*"}, Codings: []string{"gsm", "ucs2"},
			Classes: []uint8{0, 1}, Commands: []string{"submit_sm", "query_sm"}, Window: 10, Rate: 2.5, Burst: 20, DailyQuota: 1000, MaxBinds: 3,
			MaxParts: 4, MaxValidity: 48 * time.Hour, ExpiresAt: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), ReceiptForm: "data_sm",
			TimeZone: "Europe/Helsinki", Deduplicate: 24 * time.Hour, DefaultCoding: "latin1", DefaultSource: "16000", Country: "358",
			ServiceTypes: []string{"CMT"}, ProtocolIDs: []uint8{64}, Alternates: []message.Alternate{{Recipient: message.NewAddress("358402"), After: 30 * time.Minute}},
		}},
	}
}

var exactly = cmp.Options{
	cmpopts.EquateComparable(netip.Prefix{}), cmp.Comparer(func(a, b message.Address) bool { return a == b }),
}

func TestParse(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(wanted(), p, exactly); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestEncode: what is written can be read again, and holds no secret.
func TestEncode(t *testing.T) {
	t.Parallel()
	p := wanted()
	p.Accounts[0].SecretHash = "$argon2id$secret"
	data, err := Encode(p)
	if err != nil || strings.Contains(string(data), "argon2id") {
		t.Fatalf("%v:\n%s", err, data)
	}
	got, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(wanted(), got, exactly); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
}

// TestProblems: all are told at once, each with its line.
func TestProblems(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(`queues:
  - name: a
  - name: a
lists:
  deny: ["1", " 2"]
inbound:
  - account: inbox
accounts:
  - name: ok
  - name: bad name
    cidrs: [10.0.0.1/8, nowhere]
    expires_at: tomorrow
    time_zone: Atlantis
  - name: spool-x
quiet_hours:
  - name: q
    days: [someday]
    from: 25:00
    to: 7
    zone: Atlantis
  - name: q
    from: 22:00
    to: 00:00
`))
	if !errors.Is(err, policy.ErrInvalid) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"line 3: invalid policy: queues[1]: ", "line 5: invalid policy: lists.deny[1]: ", "line 7: invalid policy: inbound[0]: ",
		"line 10: invalid policy: accounts[1]: cidrs: \"nowhere\"", "line 10: invalid policy: accounts[1]: expires_at: ",
		"line 10: invalid policy: accounts[1]: time_zone: ", "line 10: invalid policy: accounts[1]: invalid account: name: ",
		"line 10: invalid policy: accounts[1]: invalid account: cidrs: 10.0.0.1/8", "line 14: invalid policy: accounts[2]: ",
		"line 16: invalid policy: quiet_hours[0]: days: \"someday\"", "line 16: invalid policy: quiet_hours[0]: from: \"25:00\"",
		"line 16: invalid policy: quiet_hours[0]: to: \"7\"", "line 16: invalid policy: quiet_hours[0]: zone: ",
		"line 21: invalid policy: quiet_hours[1]: the name", "line 21: invalid policy: quiet_hours[1]: zone is missing",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q in:\n%v", want, err)
		}
	}
	if _, err := Parse([]byte("queues:\n  - nam: x\n")); !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), "2 |") {
		t.Errorf("a key that there is not: %v", err)
	}
}
