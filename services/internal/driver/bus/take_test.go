package bus

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func TestTakeOrder(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	for _, id := range []string{"b1", "a1", "bh", "a2", "ah", "b2"} {
		s := submission(id, id[:1])
		if id[1] == 'h' {
			s.Priority = message.High
		}
		must(t, b.Submit(bounded(t), s))
	}
	eventually(t, "queueing", func() bool { // the broker counts a little after it acknowledges
		counts, err := b.Counts(bounded(t))
		return err == nil && counts.Queued == 6
	})
	taker := newTaker(t, b, "a", "b")
	var got []string
	for range 6 {
		work := take(t, taker)
		got = append(got, work.Submission.ID)
		must(t, work.Done(bounded(t)))
	}
	if d := cmp.Diff([]string{"ah", "bh", "a1", "a2", "b1", "b2"}, got); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
	noWork(t, taker, 50*time.Millisecond)
}

// TestTakeHoldsOneMessage: what came in on the other pulls of a waiting Taker is
// there for the next one at once.
func TestTakeHoldsOneMessage(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b, submitter := broker.bus(t, Options{}), broker.bus(t, Options{})
	taker := newTaker(t, b, "a", "b")
	taken := make(chan *Work, 1)
	go func() {
		work, _ := taker.Take(bounded(t))
		taken <- work
	}()
	for _, id := range ids(10) {
		must(t, submitter.Submit(bounded(t), submission("a"+id, "a"), submission("b"+id, "b")))
	}
	work := receive(t, taken)
	if work == nil {
		t.Fatal("nothing taken")
	}
	t.Cleanup(work.close)
	other := newTaker(t, submitter, "a", "b")
	for range 19 {
		work, err := other.Take(within(t, 5*time.Second))
		must(t, err)
		must(t, work.Done(bounded(t)))
	}
	noWork(t, other, 50*time.Millisecond)
}

// TestCancelledTakeHoldsNothing races messages against cancellations. AckWait is
// a minute: what got lost would not come back within the test.
func TestCancelledTakeHoldsNothing(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b, submitter := broker.bus(t, Options{}), broker.bus(t, Options{})
	taker := newTaker(t, b, "a", "b")
	const rounds = 250
	seen := map[string]int{}
	finish := func(work *Work) {
		seen[work.Submission.ID]++
		must(t, work.Done(bounded(t)))
	}
	for _, id := range ids(rounds) {
		ctx, cancel := context.WithCancel(context.Background())
		taken := make(chan *Work, 1)
		go func() {
			work, err := taker.Take(ctx)
			if err == nil != (work != nil) || err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("Take = %v, %v", work, err)
			}
			taken <- work
		}()
		timer := time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
		must(t, submitter.Submit(bounded(t), submission(id, "b")))
		work := receive(t, taken)
		timer.Stop()
		cancel()
		if work != nil {
			finish(work)
		}
	}
	for len(seen) < rounds {
		work, err := taker.Take(within(t, 5*time.Second))
		if err != nil {
			t.Fatalf("%d of %d messages are held by nobody: %v", rounds-len(seen), rounds, err)
		}
		finish(work)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
}

// TestRelinquish: a process that stops has messages that were fetched ahead. When it has
// waited for their return, nothing is held for nobody.
func TestRelinquish(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	opts := Options{AckWait: 10 * time.Minute}
	nc := broker.connection(t)
	stopping, err := New(nc, opts)
	must(t, err)
	must(t, stopping.Ensure(bounded(t)))
	const messages, taken = 600, 400
	for _, id := range ids(messages) {
		must(t, stopping.Submit(bounded(t), submission(id, "q")))
	}
	ctx, cancel := context.WithCancel(context.Background())
	taker := newTaker(t, stopping, "q")
	for range taken { // fast enough to be given more ahead
		work, err := taker.Take(ctx)
		must(t, err)
		must(t, work.Settle())
	}
	cancel()
	stopping.Relinquish(bounded(t))
	nc.Close()
	other := newTaker(t, broker.bus(t, opts), "q")
	for range messages - taken {
		must(t, take(t, other).Settle())
	}
}

func TestTakersShare(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	const messages, workers = 60, 3
	submitter := broker.bus(t, Options{})
	var mu sync.Mutex
	seen := map[string]int{}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range workers {
		b := broker.bus(t, Options{})
		taker := newTaker(t, b, "q")
		group.Go(func() {
			for {
				work, err := taker.Take(ctx)
				if err != nil {
					return
				}
				if err := work.Done(context.Background()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[work.Submission.ID]++
				mu.Unlock()
			}
		})
	}
	for _, id := range ids(messages) {
		must(t, submitter.Submit(bounded(t), submission(id, "q")))
	}
	eventually(t, "all messages", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(seen) == messages
	})
	cancel()
	group.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	if n := stored(t, submitter, submitter.space.StreamOut()); n != 0 {
		t.Errorf("%d messages left", n)
	}
}

func TestReturnGivesItToAnother(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	one, two := broker.bus(t, Options{}), broker.bus(t, Options{})
	must(t, one.Submit(bounded(t), submission("a", "q")))
	work := take(t, newTaker(t, one, "q"))
	other := newTaker(t, two, "q")
	noWork(t, other, 50*time.Millisecond)
	must(t, work.Return(0))
	if work.Held() {
		t.Error("it still says that it is held")
	}
	again, err := other.Take(within(t, 5*time.Second))
	must(t, err)
	if again.Deliveries() < 2 {
		t.Errorf("delivery %d", again.Deliveries())
	}

	const pause = 600 * time.Millisecond
	start := time.Now()
	must(t, again.Return(pause))
	third := take(t, newTaker(t, one, "q"))
	if took := time.Since(start); took < pause-50*time.Millisecond {
		t.Errorf("it came back after %v, want %v", took, pause)
	}
	must(t, third.Done(bounded(t)))
}

func TestWorkIsRenewed(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	opts := Options{AckWait: 3 * time.Second} // a busy disk may hold a renewal up for a second
	one, two := broker.bus(t, opts), broker.bus(t, opts)
	must(t, one.Submit(bounded(t), submission("a", "q")))
	work := take(t, newTaker(t, one, "q"))
	other := newTaker(t, two, "q")
	noWork(t, other, 2*opts.AckWait+time.Second/2)
	if !work.Held() {
		t.Error("it does not say that it is held")
	}
	must(t, work.Done(bounded(t)))
	noWork(t, other, 50*time.Millisecond)
}

func TestWorkOfADeadWorkerComesBack(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	opts := Options{AckWait: time.Second}
	alive := broker.bus(t, opts)
	nc := broker.connection(t)
	dead, err := New(nc, opts)
	must(t, err)
	must(t, alive.Submit(bounded(t), submission("a", "q")))
	work := take(t, newTaker(t, dead, "q"))
	nc.Close()
	again, err := newTaker(t, alive, "q").Take(within(t, 5*time.Second))
	must(t, err)
	if again.Submission.ID != "a" {
		t.Errorf("got %s", again.Submission.ID)
	}
	if work.Held() {
		t.Error("the dead worker still says that it holds it")
	}
	must(t, again.Done(bounded(t)))
}

// TestUnreadableMessagesRest: what cannot be read blocks no queue, is kept for a
// version that can, and somebody is told.
func TestUnreadableMessagesRest(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	taker := newTaker(t, b, "q")
	foreign, err := wire.EncodeSubmission(submission("another", "q"))
	must(t, err)
	for id, data := range map[string][]byte{"broken": {0xff}, "mismatch": foreign} {
		_, err := b.js.Publish(bounded(t), b.space.Out(subject.Queued{Queue: "q", Priority: subject.High, Account: account, ID: id}), data)
		must(t, err)
	}
	must(t, b.Submit(bounded(t), submission("good", "q")))
	work := take(t, taker)
	if got := work.Submission.ID; got != "good" {
		t.Errorf("took %s", got)
	}
	must(t, work.Done(bounded(t)))
	noWork(t, taker, 100*time.Millisecond)
	for _, id := range []string{"broken", "mismatch"} {
		raw, err := b.last(bounded(t), b.space.StreamEvents(), b.space.EventsOfMessage(subject.System, id))
		must(t, err)
		e, err := wire.DecodeEvent(raw.Data)
		must(t, err)
		if _, alarm := e.Kind.(life.Alarm); !alarm {
			t.Errorf("%s: %+v", id, e)
		}
	}
	if n := stored(t, b, b.space.StreamOut()); n != 2 {
		t.Errorf("%d messages in the queues, want 2", n)
	}
}

// TestTakeOutlivesItsConsumers: somebody removed the consumers, or restored an
// older copy of the broker's store.
func TestTakeOutlivesItsConsumers(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	taker := newTaker(t, b, "q")
	for _, p := range subject.Priorities() {
		must(t, b.js.DeleteConsumer(bounded(t), b.space.StreamOut(), subject.ConsumerQueue("q", p)))
	}
	must(t, b.Submit(bounded(t), submission("a", "q")))
	if got := take(t, taker).Submission.ID; got != "a" {
		t.Errorf("took %s", got)
	}
}
