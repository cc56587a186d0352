package bus

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := accounts.Session{
		Host: "h", ID: "1", Account: "acme", Mode: accounts.Transceiver, Remote: netip.MustParseAddrPort("192.0.2.1:4000"), Since: time.Unix(1, 0).UTC(),
	}
	must(t, b.ShowSession(bounded(t), &s))
	s.Accepted = 7
	must(t, b.ShowSession(bounded(t), &s))
	got, err := b.Sessions(bounded(t))
	must(t, err)
	if d := cmp.Diff([]accounts.Session{s}, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); d != "" {
		t.Errorf("sessions (-want +got):\n%s", d)
	}
	must(t, b.HideSession(bounded(t), "h", "acme", "1"))
	must(t, b.HideSession(bounded(t), "h", "acme", "never"))
	if got, err := b.Sessions(bounded(t)); err != nil || len(got) != 0 {
		t.Errorf("after its end: %v, %v", got, err)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	write := func(account string, kind audit.Kind, detail string) {
		t.Helper()
		must(t, b.Audit(bounded(t), &audit.Event{Time: time.Now().UTC(), Kind: kind, Account: account, Detail: detail, SystemID: "\xff"}))
	}
	write("acme", audit.Bound, "one")
	write("", audit.Refused, "two")
	write("other", audit.Bound, "three")
	_, err := b.js.Publish(bounded(t), b.space.Audit("acme", "newer"), []byte{0xff})
	must(t, err) // of a version to come
	read := func(q AuditQuery) (details []string) {
		t.Helper()
		must(t, b.AuditTrail(bounded(t), q, func(e *audit.Event) error {
			details = append(details, e.Detail)
			return nil
		}))
		return details
	}
	if d := cmp.Diff([]string{"one", "two", "three"}, read(AuditQuery{})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"one"}, read(AuditQuery{Account: "acme"})); d != "" {
		t.Error(d)
	}
	if got := read(AuditQuery{Since: time.Now().Add(time.Hour)}); len(got) > 0 {
		t.Errorf("of the future: %v", got)
	}
	seen := make(chan string, 10)
	follow(t, func(ctx context.Context) error {
		return b.FollowAudit(ctx, AuditQuery{}, func(e *audit.Event) error { seen <- e.Detail; return nil })
	})
	for _, want := range []string{"one", "two", "three"} {
		if got := receive(t, seen); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	write("acme", audit.Unbound, "four")
	if got := receive(t, seen); got != "four" {
		t.Errorf("%s, want four", got)
	}
	enough := errors.New("enough")
	wantError(t, b.AuditTrail(bounded(t), AuditQuery{}, func(*audit.Event) error { return enough }), enough)
}

// TestAuditIsAppendOnly: nobody takes an entry out, be it who may do anything else.
func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	must(t, b.Audit(bounded(t), &audit.Event{Kind: audit.Bound, Account: "acme"}))
	s, err := b.js.Stream(bounded(t), b.space.StreamAudit())
	must(t, err)
	if err := s.DeleteMsg(bounded(t), 1); err == nil {
		t.Error("an entry was deleted")
	}
	if err := s.Purge(bounded(t)); err == nil {
		t.Error("the audit was purged")
	}
	if n := stored(t, b, b.space.StreamAudit()); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}
