package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	to := message.NewAddress("358401234567")
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	about := &life.Subject{Recipient: to, Queue: "q", Priority: message.High}
	for _, c := range []struct {
		kind life.Kind
		full bool
		want string
	}{
		{life.Accepted{}, false, "accepted  from acc, to 3584****67, queue q, high priority"},
		{life.Accepted{DeliverAt: when, ExpiresAt: when}, true, "accepted  from acc, to 358401234567, queue q, high priority, " +
			"to be sent at 2026-01-02 03:04:05, valid until 2026-01-02 03:04:05"},
		{life.Attempt{Part: 1, Total: 2, Number: 3, State: life.Attempting}, false, "attempt  part 1 of 2, attempt 3"},
		{life.Attempt{Part: 1, Total: 2, Number: 3, State: life.Refused}, false, "refused  part 1 of 2, attempt 3"},
		{life.PartDone{Part: 1, Total: 2, Reference: 7, PDU: "00AB"}, false, "part sent  part 1 of 2, TP-MR 7"},
		{life.PartDone{Part: 1, Total: 2, Reference: 7, PDU: "00AB"}, true, "part sent  part 1 of 2, TP-MR 7, PDU 00AB"},
		{life.Sent{Parts: []life.PartDone{{Part: 1, Total: 1, Reference: 7}}, MaybeDuplicated: true}, false,
			"sent  part 1 of 1, TP-MR 7; the recipient may have it twice"},
		{life.Failed{Reason: "no way"}, false, "failed  no way"},
		{life.Rejected{Reason: "bad"}, false, "rejected  bad"},
		{life.Expired{ExpiresAt: when}, false, "expired  its validity ended at 2026-01-02 03:04:05"},
		{life.Cancelled{By: "me"}, false, "cancelled  me"},
		{life.Report{Part: 1, Total: 2, Outcome: life.Delivered}, false, "report  delivered, status 0, part 1 of 2"},
		{life.Report{Status: 70, Outcome: life.Undeliverable, Recipient: to}, false,
			"report  not delivered, status 70, about no known message to 3584****67"},
		{life.Received{Originator: to}, false, "received  from 3584****67"},
		{life.Call{Caller: to}, true, "call  from 358401234567"},
		{life.ModemStatus{State: life.ModemTrouble, Reason: "no SIM"}, false, "modem  trouble no SIM"},
		{life.Alarm{Text: "look"}, false, "alarm  look"},
		{life.Escalation{Reason: "it could not be sent", Next: "n", Recipient: to}, false, "escalation  it could not be sent; 3584****67 is tried with message n"},
		{life.Escalation{Reason: "it was delivered"}, false, "escalation  nobody else is tried: it was delivered"},
		{nil, false, "event"},
	} {
		e := &life.Event{ID: "a", Account: "acc", Time: when, Subject: about, Kind: c.kind}
		if got, want := line(e, c.full), "2026-01-02 03:04:05.000  "+c.want; got != want {
			t.Errorf("%T:\n got %s\nwant %s", c.kind, got, want)
		}
	}
	e := &life.Event{Time: when, Modem: &life.Modem{Host: "h", Name: "SIM1"}, Kind: life.Accepted{}, Account: "acc"}
	if got := line(e, false); !strings.HasSuffix(got, "  from acc  modem SIM1 on h") {
		t.Errorf("with a modem: %s", got)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := &env{stdout: &out, now: func() time.Time { return noon }}
	modems := []life.ModemStatus{
		{State: life.ModemTrouble, Reason: "no SIM", Since: noon.Add(-90 * time.Second), Registration: -1, Identity: life.Modem{Host: "b", Name: "SIM2"}},
		{State: life.ModemIdle, Since: noon.Add(-time.Hour), Registration: 5, Operator: "Net", SignalDBm: -71, Sent: 3, Queues: []string{"q", "r"},
			Identity: life.Modem{Host: "a", Name: "SIM1"}},
	}
	e.showModems(modems)
	e.showQueues([]bus.Queue{{Name: "r", Priority: subject.Normal, Waiting: 2}, {Name: "q", Priority: subject.Normal, InHand: 1}, {Name: "q", Priority: subject.High}}, modems)
	want := []string{
		"MODEM HOST STATE SINCE NETWORK SIGNAL SENT FAILED RECEIVED RESETS QUEUES REMARK",
		"SIM1 a idle 1h0m0s Net (roaming) -71 dBm 3 0 0 0 q,r",
		"SIM2 b trouble 1m30s - - 0 0 0 0 no SIM",
		"", "QUEUE PRIORITY WAITING IN HAND MODEMS", "q high 0 0 1", "q normal 0 1 1", "r normal 2 0 1", "",
	}
	var got []string
	for l := range strings.SplitSeq(out.String(), "\n") {
		got = append(got, strings.Join(strings.Fields(l), " "))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	out.Reset()
	e.showModems(nil)
	if !strings.Contains(out.String(), "no modem is alive") {
		t.Errorf("without modems: %s", out.String())
	}
}
