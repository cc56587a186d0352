package esme

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// happened is an event of a message that asked for receipts.
func happened(registered uint8, k life.Kind) life.Event {
	s := &message.SMPP{MessageID: "7", RegisteredDelivery: registered, ESMClass: 3,
		Parameters: []message.Parameter{{Tag: uint16(smpp.TagUserMessageReference), Value: message.NewBody([]byte{1, 2})}}}
	return life.Event{ID: "7", Time: now.Add(time.Minute), Subject: &life.Subject{AcceptedAt: now, SMPP: s}, Kind: k}
}

// receipts are all receipts that a row of events gives rise to.
func receipts(events []life.Event) (all []Receipt) {
	for i := range events {
		if r, ok := ReceiptOf(&events[i], events[:i], time.UTC); ok {
			all = append(all, *r)
		}
	}
	return all
}

func TestReceiptsOfALife(t *testing.T) {
	t.Parallel()
	sent, unasked := life.Sent{Report: true, Parts: make([]life.PartDone, 1)}, life.Sent{}
	delivered := life.Report{Part: 1, Total: 1, Outcome: life.Delivered}
	lost, trying := life.Report{Part: 1, Total: 1, Outcome: life.Undeliverable, Status: 0x41}, life.Report{Part: 1, Total: 1, Outcome: life.StillTrying}
	for name, c := range map[string]struct {
		registered uint8
		kinds      []life.Kind
		want       []smpp.MessageState
	}{
		"delivered":                {1, []life.Kind{sent, trying, delivered}, []smpp.MessageState{smpp.StateDelivered}},
		"on the way":               {0x11, []life.Kind{sent, delivered}, []smpp.MessageState{smpp.StateEnroute, smpp.StateDelivered}},
		"report before sent":       {1, []life.Kind{delivered, sent}, []smpp.MessageState{smpp.StateDelivered}},
		"lost":                     {1, []life.Kind{sent, lost}, []smpp.MessageState{smpp.StateUndeliverable}},
		"failures only, delivered": {2, []life.Kind{sent, delivered}, nil},
		"failures only, lost":      {2, []life.Kind{sent, lost}, []smpp.MessageState{smpp.StateUndeliverable}},
		"none":                     {0, []life.Kind{sent, delivered}, nil},
		"no report will come":      {1, []life.Kind{unasked, delivered}, []smpp.MessageState{smpp.StateAccepted}},
		"failed":                   {1, []life.Kind{life.Failed{Class: life.FailureRecipient}}, []smpp.MessageState{smpp.StateUndeliverable}},
		"nobody knows":             {1, []life.Kind{life.Failed{Class: life.FailureUnknown}}, []smpp.MessageState{smpp.StateUnknown}},
		"expired":                  {1, []life.Kind{life.Expired{}}, []smpp.MessageState{smpp.StateExpired}},
		"cancelled":                {1, []life.Kind{life.Cancelled{}}, []smpp.MessageState{smpp.StateDeleted}},
		"reported twice":           {1, []life.Kind{sent, delivered, delivered, lost}, []smpp.MessageState{smpp.StateDelivered}},
	} {
		var events []life.Event
		for _, k := range c.kinds {
			events = append(events, happened(c.registered, k))
		}
		got := receipts(events)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d receipts, want %d", name, len(got), len(c.want))
			continue
		}
		for i, r := range got {
			if r.State != c.want[i] || r.MessageID != "7" || r.Reference == nil || *r.Reference != 0x102 {
				t.Errorf("%s: receipt %d is %+v, want state %d", name, i+1, r, c.want[i])
			}
		}
	}
	datagram := happened(1, delivered)
	datagram.Subject.SMPP.ESMClass = 1
	if got := receipts([]life.Event{datagram}); got != nil {
		t.Errorf("a datagram has receipts: %+v", got)
	}
	if got := receipts([]life.Event{{Kind: delivered}}); got != nil {
		t.Errorf("a message of no SMPP client has receipts: %+v", got)
	}
}

// TestOneReceiptForAllParts: in whatever order the reports of a message's parts
// are stored, and however often, its client gets one receipt.
func TestOneReceiptForAllParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 6).Draw(t, "parts")
		failing := rapid.IntRange(0, total).Draw(t, "failing")
		events := []life.Event{happened(1, life.Sent{Report: true, Parts: make([]life.PartDone, total)})}
		for part := range total {
			outcome := life.Delivered
			if part+1 == failing {
				outcome = life.Undeliverable
			}
			for range rapid.IntRange(1, 2).Draw(t, "repeated") {
				events = append(events, happened(1, life.Report{Part: part + 1, Total: total, Outcome: outcome, Status: 0x46}))
			}
		}
		events = rapid.Permutation(events).Draw(t, "order")
		got := receipts(events)
		if len(got) != 1 {
			t.Fatalf("%d receipts", len(got))
		}
		r := got[0]
		if failing == 0 && (r.State != smpp.StateDelivered || r.Delivered != total || r.Parts != total || r.Network != 0) {
			t.Fatalf("all delivered: %+v", r)
		}
		if failing > 0 && (r.State != smpp.StateUndeliverable || r.Network != 0x46 || r.Delivered >= total) {
			t.Fatalf("part %d of %d lost: %+v", failing, total, r)
		}
	})
}
