package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func TestCancel(t *testing.T) {
	g := newGateway(t)
	ids := strings.Fields(prints(t, "", "send", "358401234567", "358407654321", "Hello"))
	if out := prints(t, "", "cancel", strings.ToUpper(ids[0])); out != "message "+ids[0]+": cancelled\n" {
		t.Errorf("cancel says %q", out)
	}
	if out := prints(t, "", "message", ids[0]); !strings.HasPrefix(out, "message "+ids[0]+": cancelled\n") {
		t.Errorf("message says:\n%s", out)
	}
	w, err := g.Find(bounded(t), "", ids[1])
	must(t, err)
	_, err = g.Attempt(bounded(t), &life.Event{
		ID: ids[1], Account: w.Submission.Account, Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting},
	}, 0)
	must(t, err)
	if _, err := run(t, "", "cancel", ids[1]); !errors.Is(err, bus.ErrTooLate) {
		t.Errorf("cancelling what is being sent: %v", err)
	}
	if _, err := run(t, "", "cancel", "unknown"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("cancelling what there is not: %v", err)
	}
}
