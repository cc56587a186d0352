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
	chained := strings.TrimSpace(prints(t, "", "send", "--alternate", "358400000001", "--alternate", "358400000002,5m", "358401234567", "Hello"))
	w, err = g.Find(bounded(t), "", chained)
	must(t, err)
	_, err = g.Attempt(bounded(t), &life.Event{
		ID: chained, Account: w.Submission.Account, Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting},
	}, 0)
	must(t, err)
	must(t, g.Publish(bounded(t), &life.Event{
		ID: chained, Account: w.Submission.Account, Time: time.Now(), Subject: life.SubjectOf(w.Submission), Kind: life.Sent{Report: true},
	}))
	if out := prints(t, "", "cancel", chained); !strings.HasSuffix(out, "nobody else is tried\n") {
		t.Errorf("cancelling what was sent and has alternates says %q", out)
	}
	if _, err := run(t, "", "cancel", chained); !errors.Is(err, bus.ErrTooLate) {
		t.Errorf("cancelling it once more: %v", err)
	}
	if out := prints(t, "", "message", chained); !strings.Contains(out, "escalation  nobody else is tried: cancelled by cli-") {
		t.Errorf("message says:\n%s", out)
	}
	if _, err := run(t, "", "cancel", "unknown"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("cancelling what there is not: %v", err)
	}
}
