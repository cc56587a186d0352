package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = time.Minute

// broker is an embedded server of a test.
type broker struct {
	*natsd.Server
	cfg natsd.Config
}

// newBroker starts a server that is stopped with the test.
func newBroker(t *testing.T) *broker {
	t.Helper()
	b := &broker{cfg: natsd.Config{Dir: t.TempDir(), Name: "test", SyncInterval: time.Minute}}
	b.start(t)
	t.Cleanup(func() { b.Close() })
	return b
}

func (b *broker) start(t *testing.T) {
	t.Helper()
	srv, err := natsd.Start(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = srv
}

// restart stops the server and starts it on the same directory.
func (b *broker) restart(t *testing.T) {
	t.Helper()
	b.Close()
	b.start(t)
}

// connection opens a connection that is closed with the test.
func (b *broker) connection(t *testing.T) *nats.Conn {
	t.Helper()
	nc, err := b.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// bus opens a Bus of its own on a server that is set up.
func (b *broker) bus(t *testing.T, opts Options) *Bus {
	t.Helper()
	bus, err := New(b.connection(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	must(t, bus.Ensure(bounded(t)))
	return bus
}

// newBus opens a Bus on a server of its own.
func newBus(t *testing.T) *Bus {
	t.Helper()
	return newBroker(t).bus(t, Options{})
}

// bounded is a context that ends with the test's patience.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// within is a context that ends after d.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got the error %v, want %v", err, want)
	}
}

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx := bounded(t)
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s did not happen in time", what)
		}
	}
}

// receive waits for a value.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came in time")
		panic("unreachable")
	}
}

// Accounts and numbers of tests.
const (
	account = "spool-h"
	number  = "358401234567"
	imsi    = "244050000000001"
)

// submission is a message to a queue.
func submission(id, queue string) *message.Submission {
	return &message.Submission{
		ID: id, Account: account, Queue: queue, Recipient: message.NewAddress(number), Body: message.NewBody([]byte("text of " + id)),
		AcceptedAt: time.Unix(1_800_000_000, 0).UTC(), Origin: message.Origin{File: "file-" + id},
	}
}

// event is what happens to a message at a modem.
func event(s *message.Submission, k life.Kind) *life.Event {
	return &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now().UTC(), Subject: life.SubjectOf(s), Modem: &life.Modem{Host: "h", Name: "m", IMSI: imsi}, Kind: k,
	}
}

func attempt(part, total, number int) life.Attempt {
	return life.Attempt{Part: part, Total: total, Number: number, State: life.Attempting}
}

// idle waits for the end of a context that a negative test gave some time.
func noWork(t *testing.T, taker *Taker, d time.Duration) {
	t.Helper()
	if work, err := taker.Take(within(t, d)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Take = %v, %v; want nothing", work, err)
	}
}

func take(t *testing.T, taker *Taker) *Work {
	t.Helper()
	work, err := taker.Take(bounded(t))
	must(t, err)
	t.Cleanup(work.close)
	return work
}

func newTaker(t *testing.T, b *Bus, queues ...string) *Taker {
	t.Helper()
	taker, err := b.Taker(bounded(t), queues)
	must(t, err)
	return taker
}

// stored is how many messages a stream has.
func stored(t *testing.T, b *Bus, stream string) uint64 {
	t.Helper()
	s, err := b.js.Stream(bounded(t), stream)
	must(t, err)
	return s.CachedInfo().State.Msgs
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("m%04d", i)
	}
	return all
}

func reason(err error, part string) bool { return err != nil && strings.Contains(err.Error(), part) }
