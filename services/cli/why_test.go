package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestReasons: what is said in each situation that makes a message wait.
func TestReasons(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.Local)
	sub := &message.Submission{ID: "m1", Queue: "fi", AcceptedAt: now.Add(-90 * time.Second)}
	modem := func(state life.ModemState, reason string, queues ...string) life.ModemStatus {
		return life.ModemStatus{State: state, Reason: reason, Queues: queues, Identity: life.Modem{Host: "h", Name: "SIM1"}}
	}
	inHand := modem(life.ModemSending, "", "fi")
	inHand.MessageID = "m1"
	blocked := modem(life.ModemBlocked, "too many troubles", "fi")
	blocked.Until = now.Add(time.Hour)
	later := *sub
	later.DeliverAt = now.Add(2 * time.Hour)
	expiring := *sub
	expiring.ExpiresAt = now.Add(time.Hour)
	quiet := []life.Event{{Time: now.Add(-time.Minute), Kind: life.Postponed{Until: now.Add(2 * time.Hour), Quiet: "nights"}}}
	for name, c := range map[string]struct {
		w    waiting
		want []string
		not  string
	}{
		"for its time":     {waiting{sub: &later, until: later.DeliverAt}, []string{"at 2026-01-02 14:00:00, in 2h0m0s"}, "queue"},
		"quiet hours":      {waiting{sub: sub, until: now.Add(2 * time.Hour), events: quiet}, []string{`end of the quiet hours "nights", at 2026-01-02 14:00:00, in 2h0m0s`, "viesti replace m1 --at now"}, "It is to be sent"},
		"too short for it": {waiting{sub: &expiring, until: now.Add(2 * time.Hour), events: quiet}, []string{"ends before that, at 2026-01-02 13:00:00: it will not be sent"}, "queue fi"},
		"no scheduler":     {waiting{sub: sub, events: quiet}, []string{"waited in the queue fi", `not send it before 2026-01-02 14:00:00, the end of the quiet hours "nights"; no scheduler`}, "replace"},
		"another time":     {waiting{sub: &later, until: now.Add(3 * time.Hour), events: quiet}, []string{"at 2026-01-02 15:00:00, in 3h0m0s"}, "quiet"},
		"quiet hours over": {
			waiting{sub: sub, now: now.Add(3 * time.Hour), events: append(quiet[:1:1], life.Event{Time: now, Kind: life.Attempt{Part: 1, Total: 1, State: life.Replaced, Revision: 1}})},
			[]string{"waited in the queue fi"}, "last attempt",
		},
		"with a modem":     {waiting{sub: sub, modems: []life.ModemStatus{inHand}}, []string{"SIM1 on h has it in hand"}, "waited"},
		"nobody serves it": {waiting{sub: sub, modems: []life.ModemStatus{modem(life.ModemIdle, "", "de")}}, []string{"waited in the queue fi, with normal priority, for 1m30s", "No modem that is alive serves"}, "SIM1"},
		"nobody can":       {waiting{sub: sub, modems: []life.ModemStatus{blocked}}, []string{"can take it now", "SIM1 on h is blocked: too many troubles, until 2026-01-02 13:00:00"}, ""},
		"others first": {
			waiting{sub: sub, modems: []life.ModemStatus{modem(life.ModemIdle, "", "fi")}, queues: []bus.Queue{
				{Name: "fi", Priority: subject.Normal, Waiting: 7, InHand: 2}, {Name: "fi", Priority: subject.High, Waiting: 3}, {Name: "de", Priority: subject.Normal, Waiting: 99},
			}},
			[]string{"SIM1 on h is idle", "7 of its priority wait, and 2 more", "3 messages of high priority go first"}, "99",
		},
		"being sent": {
			waiting{sub: sub, modems: []life.ModemStatus{modem(life.ModemIdle, "", "fi")}, events: []life.Event{
				{Time: now.Add(-time.Second), Kind: life.Attempt{Part: 2, Total: 2, Number: 1, State: life.Attempting}, Modem: &life.Modem{Host: "h", Name: "SIM1"}},
			}},
			[]string{"Part 2 of 2 is being sent (modem SIM1 on h), since 2026-01-02 11:59:59."}, "waited",
		},
		"begun by a modem that is gone": {
			waiting{sub: sub, events: []life.Event{
				{Time: now.Add(-time.Hour), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting}},
			}},
			[]string{"waited", "was at 2026-01-02 11:00:00: attempt."}, "being sent",
		},
		"after a failure": {
			waiting{sub: &expiring, events: []life.Event{
				{Time: now.Add(-time.Minute), Kind: life.Attempt{Part: 1, Total: 2, Number: 3, State: life.Refused}, Modem: &life.Modem{Host: "h2", Name: "SIM2"}},
				{Time: now, Kind: life.Report{}},
			}},
			[]string{"number 3 for part 1 of 2, was at 2026-01-02 11:59:00: refused (modem SIM2 on h2).", "not sent after 2026-01-02 13:00:00"}, "",
		},
	} {
		if c.w.now.IsZero() {
			c.w.now = now
		}
		got := strings.Join(c.w.reasons(), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, got)
			}
		}
		if c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s says %q:\n%s", name, c.not, got)
		}
	}
}

func TestWhy(t *testing.T) {
	g := newGateway(t)
	id := strings.TrimSpace(prints(t, "", "send", "358401234567", "Hello"))
	if out := prints(t, "", "why", strings.ToUpper(id)); !strings.Contains(out, "No modem that is alive serves this queue") {
		t.Errorf("a message that nobody serves:\n%s", out)
	}
	if out := prints(t, "", "message", id); !strings.Contains(out, "No modem that is alive serves this queue") {
		t.Errorf("the history of a message that nobody serves:\n%s", out)
	}
	w, err := g.Find(bounded(t), "", id)
	must(t, err)
	must(t, g.Withdraw(bounded(t), w, &life.Event{ID: id, Account: w.Submission.Account, Time: time.Now(), Kind: life.Cancelled{By: "test"}}))
	if out := prints(t, "", "why", id); !strings.Contains(out, "It does not wait: cancelled") {
		t.Errorf("a message that has ended:\n%s", out)
	}
	if _, err := run(t, "", "why", "unknown"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("a message that is not known: %v", err)
	}
}
