package scheduler

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// TestAlarmMessages: everybody in the list is sent one urgent message about an alarm,
// whoever is named for its modem in their place; nobody about what is not severe, and
// about one that is handled twice only one.
func TestAlarmMessages(t *testing.T) {
	t.Parallel()
	r := newJobRig(t)
	alarms := DefaultAlarms()
	alarms.To = []config.Text{"+358 40 111", "358402222"}
	alarms.ModemTo = map[string][]config.Text{"GSM2": {"358403333"}, "GSM3": {}}
	must(t, (&Config{Alarms: alarms}).Check())
	s := New(Config{Host: "h", Alarms: alarms}, r.bus, zap.NewNop())
	at := time.Now()
	alarm := func(id, modem string, severity int, text string) *life.Event {
		e := &life.Event{ID: id, Account: subject.System, Time: at, Kind: life.Alarm{Severity: severity, Code: "c", Text: text}}
		if modem != "" {
			e.Modem = &life.Modem{Host: "far", Name: modem}
		}
		return e
	}
	for _, e := range []*life.Event{
		alarm("1", "", 4, "a handler fails"), alarm("1", "", 4, "a handler fails"), alarm("2", "", 5, "not severe"),
		alarm("3", "GSM2", 3, "limit reached"), alarm("4", "GSM3", 2, "nobody wants to know"), alarm("5", "GSM1", 3, "GSM1 is "+strings.Repeat("x", 300)),
	} {
		must(t, s.alarmed(t.Context(), e))
	}
	long := "Viesti: GSM1 is " + strings.Repeat("x", 141) + "..."
	want := map[string]bool{
		"35840111 Viesti: a handler fails": true, "358402222 Viesti: a handler fails": true, "358403333 Viesti: GSM2: limit reached": true,
		"35840111 " + long: true, "358402222 " + long: true,
	}
	got := map[string]bool{}
	taker, err := r.bus.Taker(t.Context(), []string{message.DefaultQueue})
	must(t, err)
	for range len(want) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		w, err := taker.Take(ctx)
		cancel()
		must(t, err)
		sub := w.Submission
		got[sub.Recipient.Reveal()+" "+string(sub.Body.Reveal())] = true
		if sub.Account != "alarms-h" || sub.Priority != message.High || sub.ExpiresAt.Sub(sub.AcceptedAt) != alarmValidity || sub.OnUnknown != message.Resend {
			t.Errorf("submission %+v", sub)
		}
		must(t, w.Done(t.Context()))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if q, err := r.bus.Queues(bounded(t)); err != nil || len(q) == 0 || q[0].Waiting != 0 {
		t.Errorf("more than that waits: %+v, %v", q, err)
	}
}

// TestAlarmMessageLimit: trouble that comes again and again does not make a bill.
func TestAlarmMessageLimit(t *testing.T) {
	t.Parallel()
	var a alarmMessages
	m := &Messages{ToLimit: 2, ToPeriod: config.Duration(time.Hour)}
	now := time.Date(2026, 5, 6, 7, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		after     time.Duration
		ok, first bool
	}{{0, true, false}, {0, true, false}, {time.Minute, false, true}, {time.Minute, false, false}, {time.Hour, true, false}, {time.Hour, true, false}, {time.Hour, false, true}} {
		if ok, first := a.allow(m, now.Add(c.after)); ok != c.ok || first != c.first {
			t.Errorf("alarm %d: %t, %t; want %t, %t", i, ok, first, c.ok, c.first)
		}
	}
	all := &Messages{}
	for range 100 {
		if ok, _ := a.allow(all, now); !ok {
			t.Fatal("there is a limit without one")
		}
	}
}

// TestAlarmMessagesAreChecked: what cannot be meant is refused, without the number.
func TestAlarmMessagesAreChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Alarms){
		"number 2": func(a *Alarms) { a.To = []config.Text{"358401", "x"} },
		"modem_to": func(a *Alarms) { a.ModemTo = map[string][]config.Text{"GSM1": {""}} },
		"to_level": func(a *Alarms) { a.To, a.ToLevel = []config.Text{"358401"}, 9 },
		"to_limit": func(a *Alarms) { a.To, a.ToLimit = []config.Text{"358401"}, -1 },
	} {
		a := DefaultAlarms()
		change(&a)
		if err := (&Config{Alarms: a}).Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
