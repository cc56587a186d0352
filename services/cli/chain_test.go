package cli

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestChain shows a chain from each of its messages.
func TestChain(t *testing.T) {
	g := newGateway(t)
	ctx := bounded(t)
	first := &message.Submission{
		ID: "first", Account: "cli-h", Queue: "q", Recipient: message.NewAddress("358400000001"), AcceptedAt: time.Now(),
		Alternates: []message.Alternate{
			{Recipient: message.NewAddress("358400000002"), After: time.Minute}, {Recipient: message.NewAddress("358400000003"), After: 5 * time.Minute},
		},
	}
	must(t, g.Submit(ctx, first))
	second := escalation.Next(first, "q", time.Now())
	must(t, g.Submit(ctx, second))
	for _, k := range []life.Kind{life.Failed{Reason: "a test"}, life.Escalation{Next: second.ID, Recipient: second.Recipient, Reason: "a test"}} {
		must(t, g.Publish(ctx, &life.Event{ID: first.ID, Account: first.Account, Time: time.Now(), Subject: life.SubjectOf(first), Kind: k}))
	}
	for _, own := range []string{first.ID, second.ID} {
		events, err := g.History(ctx, own)
		must(t, err)
		links, err := chain(ctx, g.Bus, link{own, events})
		must(t, err)
		want := []string{
			"Recipients, one after the other while none has received it:",
			"  358400000001, message first: failed", "  358400000002, message " + second.ID + ": queued",
			"  358400000003, not tried yet: 5m0s after the one before was sent",
		}
		mark := map[string]int{first.ID: 1, second.ID: 2}[own]
		want[mark] += " (this one)"
		if d := cmp.Diff(want, chainLines(links, own, true)); d != "" {
			t.Errorf("from %s (-want +got):\n%s", own, d)
		}
	}
	_, err := g.StopChain(ctx, "somebody", first.ID, "x", "x")
	if err == nil {
		t.Error("somebody else stopped the chain")
	}
	stopped, err := g.StopChain(ctx, "cli-h", first.ID, "x", "x")
	if err != nil || !stopped {
		t.Errorf("stopping the chain: %v, %v", stopped, err)
	}
	if _, err := g.Find(ctx, "", second.ID); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("the second message: %v", err)
	}
}
