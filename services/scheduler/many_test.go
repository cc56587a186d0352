package scheduler

import (
	"fmt"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// TestManyDueAtOnce: of many timers of every kind that are due together each fires once,
// and those that are not due stay. test/bench -only timers measures very many.
func TestManyDueAtOnce(t *testing.T) {
	t.Parallel()
	const each = 340
	b := scheduled(t, 2)
	events := followed(t, b)
	var due, far []*message.Submission
	at := time.Now().Add(2 * time.Second)
	for i := range each {
		deferred, expiring, chain := valid(fmt.Sprintf("d%d", i), time.Hour), valid(fmt.Sprintf("e%d", i), 0), chained(fmt.Sprintf("c%d", i), after, 1)
		deferred.DeliverAt, expiring.ExpiresAt = at, at
		due = append(due, deferred, expiring, chain)
		waiting := valid(fmt.Sprintf("f%d", i), 48*time.Hour)
		waiting.DeliverAt = time.Now().Add(24 * time.Hour)
		far = append(far, waiting)
	}
	must(t, b.Submit(bounded(t), append(due, far...)...))
	var sent []*life.Event
	for _, s := range due {
		if len(s.Alternates) > 0 {
			sent = append(sent, &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Sent{Report: true}})
		}
	}
	must(t, b.Publish(bounded(t), sent...))

	got := map[string]int{}
	count := func(e *life.Event) { got[fmt.Sprintf("%T of %s", e.Kind, e.ID)]++ }
	for range each + each + len(sent) { // the expired, the escalated and the sent
		count(next(t, events))
	}
	// Of each chain the first message and the next one wait, and what was deferred.
	settled := func() bool {
		c, err := b.Counts(bounded(t))
		must(t, err)
		return c.Queued == 3*each && c.Deferred == each
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(patience); !settled(); {
		select {
		case <-limit:
			c, err := b.Counts(bounded(t))
			t.Fatalf("%+v, %v", c, err)
		case <-look.C:
		}
	}
	must(t, b.Submit(bounded(t), valid("last", 0)))
	for e := next(t, events); e.ID != "last"; e = next(t, events) {
		count(e)
	}
	for i := range each {
		for _, want := range []string{
			fmt.Sprintf("life.Expired of e%d", i), fmt.Sprintf("life.Escalation of c%d", i), fmt.Sprintf("life.Sent of c%d", i),
		} {
			if got[want] != 1 {
				t.Errorf("%s: %d times", want, got[want])
			}
			delete(got, want)
		}
	}
	if len(got) > 0 {
		t.Errorf("and also: %v", got)
	}
}
