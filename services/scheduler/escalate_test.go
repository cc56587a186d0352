package scheduler

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// after is the wait of the chains in tests: what is due in it comes while a test runs.
const after = time.Second

// chained is a message with so many alternates.
func chained(id string, wait time.Duration, alternates int) *message.Submission {
	s := valid(id, time.Hour)
	s.ExpiresAt = time.Time{}
	for i := range alternates {
		s.Alternates = append(s.Alternates, message.Alternate{Recipient: message.NewAddress(fmt.Sprintf("35840000000%d", i+1)), After: wait})
	}
	return s
}

// outcome publishes what became of a message, as a modem worker does.
func outcome(t *testing.T, b *bus.Bus, s *message.Submission, k life.Kind) {
	t.Helper()
	must(t, b.Publish(bounded(t), &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: k}))
}

// report is the report of a message of one part.
func report(o life.Outcome) life.Report {
	return life.Report{Part: 1, Total: 1, Outcome: o, PDU: []byte{byte(o)}}
}

// modem is somebody who takes messages of a queue.
type modem struct {
	t     *testing.T
	bus   *bus.Bus
	taker *bus.Taker
}

func newModem(t *testing.T, b *bus.Bus, queue string) *modem {
	t.Helper()
	taker, err := b.Taker(bounded(t), []string{queue})
	must(t, err)
	return &modem{t: t, bus: b, taker: taker}
}

// begin takes the next message and records that it is about to be sent.
func (m *modem) begin() (*message.Submission, *bus.Work) {
	m.t.Helper()
	work, err := m.taker.Take(bounded(m.t))
	must(m.t, err)
	s := work.Submission
	_, err = m.bus.Attempt(bounded(m.t), &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting},
	}, 0)
	must(m.t, err)
	return s, work
}

// send sends the next message.
func (m *modem) send() *message.Submission {
	m.t.Helper()
	s, work := m.begin()
	outcome(m.t, m.bus, s, life.Sent{Report: true})
	must(m.t, work.Done(bounded(m.t)))
	return s
}

// decision waits for the decision about a message.
func decision(t *testing.T, events <-chan *life.Event, id string) life.Escalation {
	t.Helper()
	for {
		e := next(t, events)
		if k, ok := e.Kind.(life.Escalation); ok && e.ID == id {
			return k
		}
	}
}

// TestReplacedWhileItIsLookedAt: the timer of a message has fired, and is set anew by who
// has the message as it was then. Its alternates get what it says now.
func TestReplacedWhileItIsLookedAt(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s, m := New(Config{}, b, zap.NewNop()), chained("a", time.Hour, 1)
	must(t, b.Submit(bounded(t), m))
	must(t, b.Disarm(bounded(t), m.Account, m.ID)) // as firing does
	must(t, b.Replace(bounded(t), m.Account, m.ID, func(s *message.Submission) error {
		s.Body = message.NewBody([]byte("new"))
		return nil
	}))
	must(t, s.alternateDue(bounded(t), bus.AlternateDue{Submission: m, Why: escalation.Looked, Now: time.Now()}))
	timer, err := b.AlternateTimer(bounded(t), m.Account, m.ID)
	must(t, err)
	if text := string(timer.Submission.Body.Reveal()); text != "new" {
		t.Errorf("the alternate would be told %q", text)
	}
}

// TestChain tries every recipient, one after the other, while none reports.
func TestChain(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 3)
	events, phone := followed(t, b), newModem(t, b, "q")
	first := chained("a", after, 2)
	must(t, b.Submit(bounded(t), first))
	want, before := first.ID, ""
	for i, to := range []string{first.Recipient.Reveal(), "358400000001", "358400000002"} {
		s := phone.send()
		if s.ID != want || s.AlternateOf != before || s.Recipient.Reveal() != to || string(s.Body.Reveal()) != "x" || s.WantsReport() != message.Yes {
			t.Fatalf("step %d: message %s instead of %s, %d alternates left", i, s.ID, s.AlternateOf, len(s.Alternates))
		}
		if i < 2 {
			k := decision(t, events, s.ID)
			if k.Next != escalation.NextID(s.ID) || k.Recipient != s.Alternates[0].Recipient {
				t.Fatalf("step %d: %+v", i, k)
			}
		}
		want, before = escalation.NextID(s.ID), s.ID
	}
	noTimer(t, b, "a")
}

// noTimer wants a message to have no timer.
func noTimer(t *testing.T, b *bus.Bus, id string) {
	t.Helper()
	if _, err := b.AlternateTimer(bounded(t), "cli-h", id); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("the timer of %s: %v", id, err)
	}
}

// TestOutcomes are those that decide without a timer.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 2)
	events := followed(t, b)
	sent := []life.Kind{life.Sent{Report: true}}
	for id, c := range map[string]struct {
		kinds    []life.Kind
		escalate bool
	}{
		"undeliverable": {append(sent, report(life.Undeliverable)), true},
		"failed":        {[]life.Kind{life.Failed{Reason: "a test"}}, true},
		"expired":       {[]life.Kind{life.Expired{}}, true},
		"delivered":     {append(sent, report(life.Delivered)), false},
		"cancelled":     {[]life.Kind{life.Cancelled{By: "a test"}}, false},
	} {
		s := chained(id, time.Hour, 1)
		must(t, b.Submit(bounded(t), s))
		for _, k := range c.kinds {
			outcome(t, b, s, k)
		}
		k := decision(t, events, id)
		if got := k.Next != ""; got != c.escalate {
			t.Errorf("%s: %+v", id, k)
		}
		if c.escalate {
			waits(t, b, escalation.NextID(id))
		}
	}
}

// waits waits until a message is in its queue.
func waits(t *testing.T, b *bus.Bus, id string) *message.Submission {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx := bounded(t)
	for {
		w, err := b.Find(ctx, "", id)
		if err == nil {
			return w.Submission
		}
		if !errors.Is(err, bus.ErrNotFound) {
			t.Fatal(err)
		}
		<-tick.C
	}
}

// TestLateReport comes when the next message waits already: it is taken back.
func TestLateReport(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 2)
	events, phone := followed(t, b), newModem(t, b, "q")
	must(t, b.Submit(bounded(t), chained("a", after, 2)))
	first := phone.send()
	k := decision(t, events, "a")
	waits(t, b, k.Next)
	outcome(t, b, first, report(life.Delivered))
	for {
		e := nextOf(t, events, k.Next)
		if c, ok := e.Kind.(life.Cancelled); ok {
			if c.By != escalation.ByDelivery {
				t.Errorf("cancelled by %q", c.By)
			}
			break
		}
	}
	gone(t, b, k.Next)
	if k := decision(t, events, k.Next); k.Next != "" {
		t.Errorf("after a delivery: %+v", k)
	}
}

// nextOf is the next event of a message.
func nextOf(t *testing.T, events <-chan *life.Event, id string) *life.Event {
	t.Helper()
	for {
		if e := next(t, events); e.ID == id {
			return e
		}
	}
}

// TestLateReportOfTheBegun: the next message is being sent, and nobody after it is tried.
func TestLateReportOfTheBegun(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 2)
	events, phone := followed(t, b), newModem(t, b, "q")
	must(t, b.Submit(bounded(t), chained("a", time.Hour, 2)))
	first, work := phone.begin()
	outcome(t, b, first, life.Failed{Reason: "a test", Unknown: true})
	must(t, work.Done(bounded(t)))
	k := decision(t, events, "a")
	second, work := phone.begin()
	if second.ID != k.Next {
		t.Fatalf("%s is sent, want %s", second.ID, k.Next)
	}
	outcome(t, b, first, report(life.Delivered))
	if k := decision(t, events, second.ID); k.Next != "" {
		t.Errorf("after a delivery: %+v", k)
	}
	outcome(t, b, second, life.Failed{Reason: "a test"})
	must(t, work.Done(bounded(t)))
	// What comes later is handled later: this one has been handled when that is.
	must(t, b.Submit(bounded(t), chained("z", time.Hour, 1)))
	outcome(t, b, waits(t, b, "z"), life.Failed{Reason: "a test"})
	decision(t, events, "z")
	if _, err := b.Find(bounded(t), "", escalation.NextID(second.ID)); !errors.Is(err, bus.ErrNotFound) {
		t.Error("the third recipient is tried:", err)
	}
}

// TestEscalationOnce lets several schedulers act on the same message at the same time.
func TestEscalationOnce(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	s := chained("a", time.Hour, 1)
	must(t, b.Submit(bounded(t), s))
	outcome(t, b, s, life.Failed{Reason: "a test"})
	failed := &life.Event{ID: s.ID, Account: s.Account, Subject: life.SubjectOf(s), Kind: life.Failed{Reason: "a test"}}
	const many = 8
	done := make(chan error, 2*many)
	ctx := bounded(t)
	for range many {
		one := New(Config{}, b, zap.NewNop())
		go func() { done <- settled(func() error { return one.told(ctx, failed, time.Now()) }) }()
		go func() {
			done <- settled(func() error {
				return one.alternateDue(ctx, bus.AlternateDue{Submission: s, Why: escalation.Waited, Now: time.Now()})
			})
		}()
	}
	for range 2 * many {
		must(t, <-done)
	}
	counts, err := b.Counts(ctx)
	must(t, err)
	if want := uint64(2); counts.Queued != want { // the failed one was never taken out
		t.Errorf("%d messages wait, want %d", counts.Queued, want)
	}
	r, err := b.Recorded(ctx, s.Account, s.ID)
	must(t, err)
	decisions := 0
	for _, e := range r.Events {
		if _, ok := e.Kind.(life.Escalation); ok {
			decisions++
		}
	}
	if decisions != 1 {
		t.Errorf("%d decisions", decisions)
	}
}

// settled repeats what says that it wants to be repeated.
func settled(f func() error) error {
	for {
		err := f()
		if later := (*bus.Later)(nil); !errors.As(err, &later) {
			return err
		}
	}
}

// TestDiedBetween finishes what another scheduler has decided and not done.
func TestDiedBetween(t *testing.T) {
	t.Parallel()
	b := scheduled(t, 0)
	one := New(Config{}, b, zap.NewNop())
	s := chained("a", time.Hour, 2)
	must(t, b.Submit(bounded(t), s))
	outcome(t, b, s, life.Sent{})
	due := bus.AlternateDue{Submission: s, Why: escalation.Waited, Now: time.Now()}
	outcome(t, b, s, life.Escalation{Next: escalation.NextID(s.ID), Recipient: s.Alternates[0].Recipient})
	must(t, one.alternateDue(bounded(t), due))
	waits(t, b, escalation.NextID(s.ID))
	must(t, one.alternateDue(bounded(t), due)) // it is there
	// The decision was made, and the message delivered before anybody submitted the
	// next one: whoever does so now is too late.
	late := chained("b", time.Hour, 1)
	must(t, b.Submit(bounded(t), late))
	outcome(t, b, late, life.Failed{Unknown: true})
	outcome(t, b, late, life.Escalation{Next: escalation.NextID("b"), Recipient: late.Alternates[0].Recipient})
	outcome(t, b, late, report(life.Delivered))
	delivered := &life.Event{ID: "b", Account: late.Account, Subject: life.SubjectOf(late), Kind: report(life.Delivered)}
	must(t, one.told(bounded(t), delivered, time.Now()))
	p, err := b.Progress(bounded(t), escalation.Next(late, "q", time.Now()))
	must(t, err)
	if p.Attempts[1].State != life.Withdrawn {
		t.Errorf("the next message can still be sent: %+v", p.Attempts)
	}
}

// TestQueueOfAlternate goes where the policy wants the number.
func TestQueueOfAlternate(t *testing.T) {
	s := New(Config{}, nil, zap.NewNop())
	s.policy.Store(&policy.Policy{Routes: route.Policy{Queues: []route.Queue{{Name: "home", Prefixes: []string{"358"}}, {Name: "abroad", Prefixes: []string{"49"}}}}})
	for _, c := range []struct{ to, queue, alternate, want string }{
		{"3581", "home", "3582", "home"},
		{"3581", "home", "491", "abroad"},
		{"3581", "abroad", "3582", "abroad"}, // the submitter chose it
		{"3581", "home", "1", "home"},        // no queue takes it
		{"1", "special", "3581", "special"},
	} {
		m := &message.Submission{Queue: c.queue, Recipient: message.NewAddress(c.to), Alternates: []message.Alternate{{Recipient: message.NewAddress(c.alternate)}}}
		if got := s.queue(m); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
