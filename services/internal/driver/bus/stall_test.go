package bus

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// TestSubmitWaitsForRoom fills the queue up to its mark: Submit waits then, says so,
// and goes on when something was sent.
func TestSubmitWaitsForRoom(t *testing.T) {
	t.Parallel()
	b := newBroker(t).bus(t, Options{MaxQueued: 1})
	must(t, b.Submit(bounded(t), submission("first", "q")))
	b.room.asked = time.Time{} // as a second later
	wantError(t, b.Submit(within(t, 200*time.Millisecond), submission("second", "q")), ErrFull)
	if !b.Full() {
		t.Error("it does not say that it is full")
	}
	submitted := make(chan error, 1)
	go func() { submitted <- b.Submit(bounded(t), submission("second", "q")) }()
	eventually(t, "stalling", func() bool { return b.Stalled() > 0 })
	must(t, take(t, newTaker(t, b, "q")).Done(bounded(t)))
	must(t, receive(t, submitted))
	if b.Stalled() > 0 || b.Full() {
		t.Errorf("stalled for %v, full is %v, though it went on", b.Stalled(), b.Full())
	}
}

// TestRoomOfASilentBroker: those who come after the first do not wait as long as it did.
func TestRoomOfASilentBroker(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{MaxQueued: 1})
	broker.Close()
	if err := b.checkRoom(within(t, 100*time.Millisecond)); err == nil {
		t.Fatal("there is room on a broker that is gone")
	}
	b.room.asked = time.Now().Add(time.Hour) // the moment lasts
	ctx := bounded(t)
	if err := b.checkRoom(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("the next one: %v, %v", err, ctx.Err())
	}
	if b.Full() {
		t.Error("it says that it is full")
	}
}

// TestTransient wants what passes by itself to be tried again, a full account too.
func TestTransient(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		ErrFull:                  true,
		context.DeadlineExceeded: true,
		&jetstream.APIError{Code: 400, ErrorCode: 10002}:                                      true, // resource limits exceeded for account
		&jetstream.APIError{Code: 503, ErrorCode: 10023}:                                      true, // insufficient resources
		&jetstream.APIError{Code: 400, ErrorCode: jetstream.JSErrCodeStreamWrongLastSequence}: false,
		&jetstream.APIError{Code: 404, ErrorCode: jetstream.JSErrCodeStreamNotFound}:          false,
		context.Canceled: false,
	} {
		if got := transient(err); got != want {
			t.Errorf("%v: transient is %v, want %v", err, got, want)
		}
	}
}
