package bus

import (
	"slices"
	"testing"
	"time"
)

// TestReclaim: what workers had in hand when the broker ended, and what rested, is there
// at once when the broker is back, oldest first; what was done is not. No wait for
// AckWait is as short as the patience of the test.
func TestReclaim(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	opts := Options{AckWait: 2 * patience}
	b := broker.bus(t, opts)
	all := ids(6)
	for _, id := range all {
		must(t, b.Submit(bounded(t), submission(id, "q")))
	}
	taker := newTaker(t, b, "q")
	must(t, take(t, taker).Done(bounded(t)))
	take(t, taker)
	must(t, take(t, taker).Return(2*patience))
	must(t, take(t, taker).Done(bounded(t)))
	take(t, taker)
	eventually(t, "the end of looking ahead", func() bool { return held(t, b) == 3 })
	broker.restart(t)

	b = broker.bus(t, opts)
	if n := held(t, b); n != 3 {
		t.Fatalf("the broker says that %d are in hand, want 3", n)
	}
	n, err := b.Reclaim(bounded(t))
	must(t, err)
	if n != 3 {
		t.Errorf("%d were taken back, want 3", n)
	}
	taker = newTaker(t, b, "q")
	var got []string
	for range 4 {
		work := take(t, taker)
		got = append(got, work.Submission.ID)
		must(t, work.Done(bounded(t)))
	}
	if want := []string{all[1], all[2], all[4], all[5]}; !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
	if n := stored(t, b, b.space.StreamOut()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	n, err = b.Reclaim(bounded(t))
	must(t, err)
	if n != 0 {
		t.Errorf("%d were taken back when nobody had anything", n)
	}
}

// held is how many messages the broker says are in somebody's hands.
func held(t *testing.T, b *Bus) (n int) {
	t.Helper()
	queues, err := b.Queues(bounded(t))
	must(t, err)
	for _, q := range queues {
		n += q.InHand
	}
	return n
}

// TestReclaimedFromTheLiving: a worker that lives on has its message taken back. It may
// still remove it, whether somebody else has it by then or nobody.
func TestReclaimedFromTheLiving(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	opts := Options{AckWait: 2 * patience, Try: time.Second}
	one, two := broker.bus(t, opts), broker.bus(t, opts)
	must(t, one.Submit(bounded(t), submission("a", "q")))
	work := take(t, newTaker(t, one, "q"))
	_, err := two.Reclaim(bounded(t))
	must(t, err)
	other := newTaker(t, two, "q")
	again := take(t, other)
	must(t, work.Done(bounded(t)))
	if n := stored(t, two, two.space.StreamOut()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	must(t, again.Done(bounded(t)))
	noWork(t, other, 50*time.Millisecond)
}
