package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// TestEventJSON: what a kind has is in keys of its own, and a number is whole only when
// that was asked for.
func TestEventJSON(t *testing.T) {
	t.Parallel()
	to := message.NewAddress("358401234567")
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		kind life.Kind
		want string
	}{
		{life.Accepted{DeliverAt: when}, `"event":"accepted","until":"2026-01-02T03:04:05Z"`},
		{life.Attempt{Part: 1, Total: 2, Number: 3, State: life.Refused}, `"event":"refused","part":1,"parts":2,"attempt":3`},
		{life.PartDone{Part: 1, Total: 2, Reference: 7, PDU: "00AB"}, `"event":"part sent","part":1,"parts":2`},
		{life.Sent{Parts: make([]life.PartDone, 2)}, `"event":"sent","parts":2`},
		{life.Failed{Reason: "no way"}, `"event":"failed","reason":"no way"`},
		{life.Rejected{Reason: "bad"}, `"event":"rejected","reason":"bad"`},
		{life.Expired{ExpiresAt: when}, `"event":"expired"`},
		{life.Cancelled{By: "me"}, `"event":"cancelled","reason":"me"`},
		{life.Report{Part: 1, Total: 2, Outcome: life.Delivered, Recipient: to}, `"event":"report","part":1,"parts":2,"status":0,"outcome":"delivered"`},
		{life.Received{Originator: to}, `"event":"received","from":"3584****67"`},
		{life.Call{Caller: to}, `"event":"call","from":"3584****67"`},
		{life.ModemStatus{State: life.ModemTrouble, Reason: "no SIM"}, `"event":"modem","outcome":"trouble","reason":"no SIM"`},
		{life.Alarm{Severity: 3, Code: "queue-unserved"}, `"event":"alarm","severity":3,"code":"queue-unserved"`},
		{life.Escalation{Reason: "late", Next: "n", Recipient: to}, `"event":"escalation","reason":"late","next":"n"`},
		{life.Postponed{Until: when, Quiet: "nights"}, `"event":"postponed","reason":"nights","until":"2026-01-02T03:04:05Z"`},
		{life.JobRan{Outcome: life.JobFailed, Problem: "exit code 3", Host: "h", Output: "secret"}, `"event":"job","host":"h","outcome":"failed","reason":"exit code 3"`},
	} {
		about := &life.Subject{Recipient: to, Queue: "q", Priority: message.High}
		e := eventFor(&life.Event{ID: "a", Account: "acc", Time: when, Subject: about, Kind: c.kind}, false)
		var got, want map[string]any
		data, err := json.Marshal(e)
		must(t, err)
		must(t, json.Unmarshal(data, &got))
		must(t, json.Unmarshal([]byte("{"+c.want+"}"), &want))
		for _, common := range []string{"time", "id", "account", "to", "queue", "priority", "detail"} { // TestDescribe has the detail
			delete(got, common)
		}
		if d := cmp.Diff(want, got); d != "" || e.To != "3584****67" {
			t.Errorf("%T (-want +got):\n%s in %s", c.kind, d, data)
		}
		data, err = json.Marshal(eventFor(&life.Event{Time: when, Subject: about, Kind: c.kind}, true))
		must(t, err)
		if !strings.Contains(string(data), `"to":"358401234567"`) || strings.Contains(string(data), "secret") {
			t.Errorf("%T in full: %s", c.kind, data)
		}
	}
}

func TestMessageAndStatusJSON(t *testing.T) {
	g := newGateway(t)
	id := strings.TrimSpace(prints(t, "", "send", "--at", "2h", "358401234567", "a secret"))
	var m messageJSON
	out := prints(t, "", "message", "--json", id)
	must(t, json.Unmarshal([]byte(out), &m))
	if m.ID != id || m.State != "deferred" || len(m.Events) != 1 || m.Events[0].To != "3584****67" || len(m.Waits) != 1 || strings.Count(out, "\n") != 1 {
		t.Errorf("message --json: %s", out)
	}
	if strings.Contains(out, "secret") || strings.Contains(out, "358401234567") {
		t.Errorf("it shows text or number: %s", out)
	}
	must(t, g.ModemState(bounded(t), &life.ModemStatus{
		State: life.ModemIdle, Since: noon, Queues: []string{"default"}, Registration: 5, SignalDBm: -71, Identity: life.Modem{Host: "h", Name: "SIM1", IMSI: "244"},
	}))
	prints(t, "", "send", "358401234567", "now")
	out = prints(t, "", "status", "--json")
	var s statusJSON
	must(t, json.Unmarshal([]byte(out), &s))
	want := statusJSON{
		Modems: []modemJSON{{Name: "SIM1", Host: "h", State: "idle", Since: noon.UTC(), Network: "roaming", SignalDBm: -71, Queues: []string{"default"}}},
		Queues: []queueJSON{{"default", "high", 0, 0, 1}, {"default", "normal", 1, 0, 1}}, Queued: 1, Deferred: 1, Events: s.Events,
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Errorf("status --json (-want +got):\n%s", d)
	}
	if _, err := run(t, "", "status", "--json", "--letters"); err == nil {
		t.Error("letters as JSON are taken")
	}
}
