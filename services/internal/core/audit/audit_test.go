package audit

import (
	"errors"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/core/account"
)

// TestReasonsOfRefusals: each refusal of an account has a reason of its own.
func TestReasonsOfRefusals(t *testing.T) {
	t.Parallel()
	seen := map[Reason]account.Refusal{}
	for r := account.Refusal(1); r < 64; r++ {
		if r.Error() == account.Refusal(0).Error() {
			continue // there is none of that number
		}
		reason := ReasonOf(r)
		if other, twice := seen[reason]; twice || reason == "" {
			t.Errorf("%v has the reason %q, as %v", r, reason, other)
		}
		seen[reason] = r
	}
	if len(seen) < 10 || ReasonOf(errors.New("x")) != "" {
		t.Errorf("%d reasons", len(seen))
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		if k.String() == "unknown" {
			t.Errorf("%d has no name", k)
		}
	}
	if Kind(0).String() != "unknown" || len(Kinds()) != len(kinds) {
		t.Error("kinds that are not listed")
	}
}

// TestBlames: a firewall must not shut out who can do nothing for it.
func TestBlames(t *testing.T) {
	t.Parallel()
	for _, r := range []Reason{Secret, NoAccount, NotBind, Malformed, Slow} {
		if !r.Blames() {
			t.Errorf("%s blames nobody", r)
		}
	}
	for _, r := range []Reason{Draining, Broker, Binds, Disabled, Expired, Crowded, NotListed} {
		if r.Blames() {
			t.Errorf("%s blames the client", r)
		}
	}
}
