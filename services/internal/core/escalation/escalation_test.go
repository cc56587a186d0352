package escalation

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// chained is a message with two alternates.
func chained() *message.Submission {
	return &message.Submission{
		ID: "m", Account: "a", Queue: "q", Recipient: message.NewAddress("1"), NumberType: message.NumberNational, AcceptedAt: noon,
		Body: message.NewBody([]byte("down")), Priority: message.High, Origin: message.Origin{File: "f"},
		Alternates: []message.Alternate{{Recipient: message.NewAddress("2"), After: 5 * time.Minute}, {Recipient: message.NewAddress("3")}},
		SMPP:       &message.SMPP{MessageID: "x"},
	}
}

func TestNext(t *testing.T) {
	m := chained()
	m.DeliverAt, m.ExpiresAt = noon.Add(time.Hour), noon.Add(3*time.Hour)
	later := noon.Add(24 * time.Hour)
	next := Next(m, "other", later)
	want := *m
	want.ID, want.AlternateOf, want.Queue, want.Recipient, want.NumberType = NextID("m"), "m", "other", message.NewAddress("2"), message.NumberAuto
	want.Alternates, want.AcceptedAt, want.DeliverAt, want.ExpiresAt = m.Alternates[1:], later, time.Time{}, later.Add(2*time.Hour)
	want.Options.Report, want.SMPP = message.Yes, nil
	same := cmp.Options{cmp.Comparer(func(a, b message.Address) bool { return a == b }), cmp.Comparer(func(a, b message.Body) bool { return string(a.Reveal()) == string(b.Reveal()) })}
	if d := cmp.Diff(&want, next, same); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	last := Next(next, "q", later)
	if last.AlternateOf != next.ID || len(last.Alternates) != 0 || last.Options.Report != message.Yes {
		t.Errorf("the last one stands in for %s, with %d alternates", last.AlternateOf, len(last.Alternates))
	}
	if len(m.Alternates) != 2 || m.SMPP == nil {
		t.Error("the message itself was changed")
	}
}

func TestNextID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching("[0-9a-z]{1,32}")
		a, b := id.Draw(t, "a"), id.Draw(t, "b")
		if (a == b) != (NextID(a) == NextID(b)) || NextID(a) == a {
			t.Fatalf("%s, %s: %s, %s", a, b, NextID(a), NextID(b))
		}
		for _, c := range NextID(a) {
			if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				t.Fatalf("%q is no id", NextID(a))
			}
		}
	})
}

func TestFirstLook(t *testing.T) {
	m := chained()
	if got := FirstLook(m); !got.Equal(noon.Add(5 * time.Minute)) {
		t.Error(got)
	}
	m.DeliverAt = noon.Add(time.Hour)
	if got := FirstLook(m); !got.Equal(noon.Add(65 * time.Minute)) {
		t.Error("deferred:", got)
	}
	m.Alternates = m.Alternates[1:]
	if got := FirstLook(m); !got.Equal(noon.Add(90 * time.Minute)) {
		t.Error("without a wait of its own:", got)
	}
}

func delivered(part, total int) life.Report {
	return life.Report{Part: part, Total: total, Outcome: life.Delivered}
}

func TestDecide(t *testing.T) {
	sentAt := noon.Add(time.Minute)
	for name, c := range map[string]struct {
		kinds []life.Kind
		why   Wake
		reach bool
		want  Decision
	}{
		"queued, told":      {want: Decision{}},
		"queued, looked":    {why: Looked, want: Decision{Do: Wait, Until: noon.Add(10 * time.Minute), Then: Looked}},
		"queued, waited":    {why: Waited, want: Decision{Do: Wait, Until: noon.Add(10 * time.Minute), Then: Looked}},
		"sent":              {kinds: []life.Kind{life.Sent{}}, want: Decision{Do: Wait, Until: sentAt.Add(5 * time.Minute), Then: Waited}},
		"sent, looked":      {kinds: []life.Kind{life.Sent{}}, why: Looked, want: Decision{Do: Wait, Until: sentAt.Add(5 * time.Minute), Then: Waited}},
		"no report":         {kinds: []life.Kind{life.Sent{}}, why: Waited, want: Decision{Do: Escalate, Reason: "no delivery report came within 5m0s"}},
		"still trying":      {kinds: []life.Kind{life.Sent{}, life.Report{Part: 1, Total: 1, Outcome: life.StillTrying}}, why: Waited, want: Decision{Do: Escalate, Reason: "no delivery report came within 5m0s"}},
		"delivered":         {kinds: []life.Kind{life.Sent{}, delivered(1, 1)}, why: Waited, want: Decision{Do: Close, Reason: "it was delivered"}},
		"half delivered":    {kinds: []life.Kind{life.Sent{}, delivered(1, 2)}, why: Waited, want: Decision{Do: Escalate, Reason: "no delivery report came within 5m0s"}},
		"both parts":        {kinds: []life.Kind{life.Sent{}, delivered(1, 2), delivered(2, 2)}, why: Waited, want: Decision{Do: Close, Reason: "it was delivered"}},
		"undeliverable":     {kinds: []life.Kind{life.Sent{}, life.Report{Part: 1, Total: 1, Outcome: life.Undeliverable}}, want: Decision{Do: Escalate, Reason: "the network reported that it cannot be delivered"}},
		"failed":            {kinds: []life.Kind{life.Failed{}}, want: Decision{Do: Escalate, Reason: "it could not be sent"}},
		"failed, delivered": {kinds: []life.Kind{life.Failed{Unknown: true}, delivered(1, 1)}, why: Waited, want: Decision{Do: Close, Reason: "it was delivered"}},
		"expired":           {kinds: []life.Kind{life.Expired{}}, want: Decision{Do: Escalate, Reason: "its validity ended before it was sent"}},
		"cancelled":         {kinds: []life.Kind{life.Cancelled{}}, why: Looked, want: Decision{Do: Close, Reason: "it was cancelled"}},
		"reached before":    {kinds: []life.Kind{life.Failed{}}, reach: true, want: Decision{Do: Close, Reason: "an earlier recipient has received it"}},
		"decided":           {kinds: []life.Kind{life.Sent{}, life.Escalation{Next: "n"}}, why: Waited, want: Decision{Do: Follow}},
		"closed":            {kinds: []life.Kind{life.Sent{}, delivered(1, 1), life.Escalation{}}, why: Waited, want: Decision{Do: Follow}},
	} {
		facts := factsOf(c.kinds, sentAt)
		facts.Reached = c.reach
		if got := Decide(chained(), facts, c.why, noon.Add(5*time.Minute)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func factsOf(kinds []life.Kind, at time.Time) Facts {
	var events []life.Event
	var stored []time.Time
	for i, k := range kinds {
		events, stored = append(events, life.Event{Kind: k}), append(stored, at.Add(time.Duration(i)*time.Minute))
	}
	return FactsOf(events, stored)
}

// TestOverdueOne is the bug of the example script of smsd (smstools spec §9): after
// the first overdue message it sent every later one to its alternate too.
func TestOverdueOne(t *testing.T) {
	files := map[string][]life.Kind{
		"overdue": {life.Sent{}}, "delivered": {life.Sent{}, delivered(1, 1)}, "waits": nil, "cancelled": {life.Cancelled{}},
	}
	for _, name := range []string{"overdue", "delivered", "waits", "cancelled"} {
		got := Decide(chained(), factsOf(files[name], noon), Waited, noon.Add(time.Hour)).Do == Escalate
		if want := name == "overdue"; got != want {
			t.Errorf("%s: escalates %v", name, got)
		}
	}
}

// TestProperties draws lives in any order: nobody is tried after a delivery, a
// decision is never made twice, and whoever neither has the message nor took it back
// leads to the next recipient, or to a timer that does.
func TestProperties(t *testing.T) {
	kinds := []life.Kind{
		life.Sent{}, life.Failed{}, life.Expired{}, life.Cancelled{}, delivered(1, 1), life.Escalation{}, life.Escalation{Next: "n"},
		life.Report{Part: 1, Total: 1, Outcome: life.Undeliverable}, life.Report{Part: 1, Total: 1, Outcome: life.StillTrying}, life.Accepted{},
	}
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 6).Draw(t, "life")
		facts := factsOf(drawn, noon)
		why := rapid.SampledFrom([]Wake{Told, Looked, Waited}).Draw(t, "why")
		now := noon.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "clock")))
		d := Decide(chained(), facts, why, now)
		decided := slices.ContainsFunc(drawn, func(k life.Kind) bool { _, ok := k.(life.Escalation); return ok })
		switch {
		case decided != (d.Do == Follow):
			t.Fatalf("decided %v, but %+v", decided, d)
		case decided:
		case facts.State == life.DeliveredState && d.Do != Close:
			t.Fatalf("after a delivery: %+v", d)
		case (facts.State == life.FailedState || facts.State == life.UndeliveredState) && d.Do != Escalate:
			t.Fatalf("after a failure: %+v", d)
		case d.Do == Wait && d.Then == Waited && !d.Until.Equal(facts.Sent.Add(5*time.Minute)):
			t.Fatalf("the clock %v moved the timer to %v", now, d.Until)
		case d.Do == Nothing && why != Told:
			t.Fatal("a timer has fired and nobody acts next")
		}
	})
}
