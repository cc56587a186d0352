package bus

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

func TestAttemptIsCompareAndSet(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	first := event(s, attempt(1, 2, 1))
	one, err := b.Attempt(bounded(t), first, 0)
	must(t, err)

	_, err = b.Attempt(bounded(t), event(s, attempt(1, 2, 1)), 0)
	wantError(t, err, ErrConflict)
	repeated, err := b.Attempt(bounded(t), first, 0)
	if err != nil || repeated != one {
		t.Errorf("the same write again = %d, %v; want %d", repeated, err, one)
	}

	two, err := b.Attempt(bounded(t), event(s, attempt(1, 2, 2)), one)
	must(t, err)
	if two <= one {
		t.Errorf("sequence %d after %d", two, one)
	}
	_, err = b.Attempt(bounded(t), event(s, attempt(1, 2, 3)), one)
	wantError(t, err, ErrConflict)
	_, err = b.Attempt(bounded(t), event(s, attempt(2, 2, 1)), 0)
	must(t, err)
}

func TestOneOfManyAttemptsWins(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	const workers = 8
	buses := make([]*Bus, workers)
	for i := range buses {
		buses[i] = broker.bus(t, Options{})
	}
	for _, id := range ids(10) {
		errs := make([]error, workers)
		var group sync.WaitGroup
		for i, b := range buses {
			e := event(submission(id, "q"), attempt(1, 1, 1))
			e.Modem = &life.Modem{Host: "h", Name: string(rune('a' + i))}
			group.Go(func() { _, errs[i] = b.Attempt(bounded(t), e, 0) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrConflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d workers won, want 1", won)
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s, other := submission("a", "q"), submission("b", "q")
	none, err := b.Progress(bounded(t), s)
	must(t, err)
	if len(none.Attempts) != 0 || len(none.Accepted) != 0 || none.Final != nil {
		t.Errorf("progress of a new message: %+v", none)
	}

	var last uint64
	for _, k := range []life.Attempt{attempt(1, 3, 1), attempt(2, 3, 1)} {
		last, err = b.Attempt(bounded(t), event(s, k), 0)
		must(t, err)
	}
	refused := attempt(2, 3, 1)
	refused.State = life.Refused
	last, err = b.Attempt(bounded(t), event(s, refused), last)
	must(t, err)
	_, err = b.Attempt(bounded(t), event(other, attempt(3, 3, 1)), 0)
	must(t, err)
	done := life.PartDone{Part: 1, Total: 3, Reference: 7, PDU: "00"}
	part, err := b.PartRecord(event(s, done))
	must(t, err)
	must(t, b.Write(bounded(t), part))

	known, err := b.Progress(bounded(t), s)
	must(t, err)
	second := known.Attempts[2]
	if len(known.Attempts) != 2 || known.Attempts[1].State != life.Attempting || second.State != life.Refused || second.Number != 1 ||
		second.Seq != last || second.Modem.IMSI != imsi || time.Since(second.Time) > time.Hour {
		t.Errorf("attempts: %+v", known.Attempts)
	}
	if known.Untouched() {
		t.Error("it counts as untouched")
	}
	if len(known.Accepted) != 1 || known.Accepted[1] != done || known.Final != nil {
		t.Errorf("accepted %+v, final %+v", known.Accepted, known.Final)
	}

	sent, err := b.EventRecord(event(s, life.Sent{Parts: []life.PartDone{done}}))
	must(t, err)
	must(t, b.Write(bounded(t), part, sent)) // the part again: no second record
	known, err = b.Progress(bounded(t), s)
	must(t, err)
	if known.Final == nil || len(known.Accepted) != 1 {
		t.Errorf("after sent: %+v", known)
	}
	if n := stored(t, b, b.space.StreamEvents()); n != 6 {
		t.Errorf("%d records, want 6", n)
	}
}

func TestPublishOnce(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	for i, want := range []bool{true, false, false} {
		first, err := b.PublishOnce(bounded(t), event(s, life.Sent{}))
		if err != nil || first != want {
			t.Errorf("publication %d: first = %v, %v", i+1, first, err)
		}
	}
	if n := stored(t, b, b.space.StreamEvents()); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// TestPublishOnceWithoutAnAnswer: whoever publishes again because the answer got lost
// is the first all the same.
func TestPublishOnceWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	e := event(submission("a", "q"), life.Sent{})
	r, err := b.EventRecord(e)
	must(t, err)
	must(t, b.publishOne(bounded(t), r.msg)) // its answer gets lost
	if first, err := b.PublishOnce(bounded(t), e); err != nil || !first {
		t.Errorf("again: first = %v, %v", first, err)
	}
	if first, err := b.PublishOnce(bounded(t), event(submission("a", "q"), life.Sent{})); err != nil || first {
		t.Errorf("somebody else: first = %v, %v", first, err)
	}
}

// TestWithdrawOrSend: exactly one of a worker and a withdrawal gets the message.
func TestWithdrawOrSend(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	worker, canceller := broker.bus(t, Options{}), broker.bus(t, Options{})
	taker := newTaker(t, worker, "q")
	wins := map[bool]int{}
	for _, id := range ids(60) {
		s := submission(id, "q")
		must(t, canceller.Submit(bounded(t), s))
		w, err := canceller.Find(bounded(t), account, id)
		must(t, err)
		work := take(t, taker)
		var sendErr, cancelErr error
		var group sync.WaitGroup
		group.Go(func() { _, sendErr = worker.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0) })
		group.Go(func() { cancelErr = canceller.Withdraw(bounded(t), w, event(s, life.Cancelled{By: "somebody"})) })
		group.Wait()
		if sendErr == nil == (cancelErr == nil) {
			t.Fatalf("sending: %v; cancelling: %v; want one of them", sendErr, cancelErr)
		}
		for _, err := range []error{sendErr, cancelErr} {
			if err != nil {
				wantError(t, err, ErrConflict)
			}
		}
		wins[cancelErr == nil]++
		known, err := worker.Progress(bounded(t), s)
		must(t, err)
		if cancelled := known.Final != nil; cancelled != (cancelErr == nil) {
			t.Fatalf("cancelling: %v, but final is %+v", cancelErr, known.Final)
		}
		_, err = canceller.Find(bounded(t), account, id)
		if gone := errors.Is(err, ErrNotFound); gone != (cancelErr == nil) {
			t.Fatalf("cancelling: %v, but finding: %v", cancelErr, err)
		}
		must(t, work.Done(bounded(t)))
	}
	t.Logf("sent %d, cancelled %d", wins[false], wins[true])
}

// TestWithdrawIsResumed: wherever a withdrawal was interrupted, another one
// finishes it, and no worker sends meanwhile.
func TestWithdrawIsResumed(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T, *Bus, *Waiting, *life.Event){
		"after the claim": func(t *testing.T, b *Bus, w *Waiting, e *life.Event) {
			must(t, b.ClaimWithdrawal(bounded(t), w.Submission, e))
		},
		"after the event": func(t *testing.T, b *Bus, w *Waiting, e *life.Event) {
			must(t, b.ClaimWithdrawal(bounded(t), w.Submission, e))
			must(t, b.Publish(bounded(t), e))
		},
		"at its end": func(t *testing.T, b *Bus, w *Waiting, e *life.Event) { must(t, b.Withdraw(bounded(t), w, e)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBus(t)
			s := submission("a", "q")
			must(t, b.Submit(bounded(t), s))
			w, err := b.Find(bounded(t), account, "a")
			must(t, err)
			begin(t, b, w, event(s, life.Cancelled{By: "x"}))
			_, err = b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
			wantError(t, err, ErrConflict)
			must(t, b.Withdraw(bounded(t), w, event(s, life.Cancelled{By: "x"})))
			_, err = b.Find(bounded(t), account, "a")
			wantError(t, err, ErrNotFound)
			events, err := b.History(bounded(t), "a")
			must(t, err)
			if state := life.Fold(events); state != life.CancelledState {
				t.Errorf("it is %s", state)
			}
		})
	}
}

// TestWithdrawAfterRefusals: a message of which the network has nothing may be
// withdrawn although it was tried.
func TestWithdrawAfterRefusals(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	must(t, b.Submit(bounded(t), s))
	w, err := b.Find(bounded(t), account, "a")
	must(t, err)
	last, err := b.Attempt(bounded(t), event(s, attempt(1, 1, 1)), 0)
	must(t, err)
	wantError(t, b.Withdraw(bounded(t), w, event(s, life.Cancelled{})), ErrConflict)
	refused := attempt(1, 1, 1)
	refused.State = life.Refused
	_, err = b.Attempt(bounded(t), event(s, refused), last)
	must(t, err)
	must(t, b.Withdraw(bounded(t), w, event(s, life.Cancelled{})))
	_, err = b.Find(bounded(t), account, "a")
	wantError(t, err, ErrNotFound)
}

func TestWithdrawDeferred(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	s.DeliverAt = time.Now().Add(1500 * time.Millisecond)
	must(t, b.Submit(bounded(t), s))
	w, err := b.Find(bounded(t), "", "a")
	must(t, err)
	must(t, b.Withdraw(bounded(t), w, event(s, life.Cancelled{})))
	noWork(t, newTaker(t, b, "q"), 2500*time.Millisecond)
}

// TestRecordsAreDistinct: different reports about one message are different
// events, the same one read twice is one.
func TestRecordsAreDistinct(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	s := submission("a", "q")
	report := func(pdu string) *life.Event {
		return event(s, life.Report{Part: 1, Total: 2, PDU: []byte(pdu), Outcome: life.StillTrying})
	}
	must(t, b.Publish(bounded(t), report("one"), report("two"), report("one")))
	must(t, b.Publish(bounded(t), report("two")))
	if n := stored(t, b, b.space.StreamEvents()); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

func TestEventsOfEveryKind(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for i, k := range []life.Kind{
		life.Accepted{}, life.Sent{}, life.Failed{}, life.Rejected{}, life.Expired{}, life.Cancelled{}, life.Report{}, life.Received{},
		life.Call{}, life.ModemStatus{}, life.Alarm{},
	} {
		id := ids(i + 1)[i]
		must(t, b.Publish(bounded(t), &life.Event{ID: id, Account: account, Kind: k}))
		raw, err := b.last(bounded(t), b.space.StreamEvents(), b.space.EventsOfMessage(account, id))
		must(t, err)
		if _, _, got, ok := b.space.ParseEvent(raw.Subject); !ok || got != typeOf(k) {
			t.Errorf("%T is on %s", k, raw.Subject)
		}
	}
	s, err := b.js.Stream(bounded(t), b.space.StreamEvents())
	must(t, err)
	info, err := s.Info(bounded(t), jetstream.WithSubjectFilter(">"))
	must(t, err)
	if len(info.State.Subjects) != 11 {
		t.Errorf("%d subjects, want one for each kind", len(info.State.Subjects))
	}
}
