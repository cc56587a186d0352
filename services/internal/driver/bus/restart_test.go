package bus

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// TestRestartKeepsAndDoesNotRepeat: accepted is durable, done is done.
func TestRestartKeepsAndDoesNotRepeat(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{AckWait: time.Second})
	all := ids(20)
	for _, id := range all {
		must(t, b.Submit(bounded(t), submission(id, "q")))
	}
	later := submission("later", "q")
	later.DeliverAt = time.Now().Add(2 * time.Second)
	must(t, b.Submit(bounded(t), later))
	taker := newTaker(t, b, "q")
	for range 8 {
		must(t, take(t, taker).Done(bounded(t)))
	}
	inHand := take(t, taker).Submission.ID
	broker.restart(t)

	taker = newTaker(t, broker.bus(t, Options{AckWait: time.Second}), "q")
	seen := map[string]int{}
	for len(seen) < len(all)-8+1 {
		work := take(t, taker)
		seen[work.Submission.ID]++
		must(t, work.Done(bounded(t)))
	}
	for _, id := range append(all[8:], "later") {
		if seen[id] != 1 {
			t.Errorf("%s came %d times, want once (in hand at the restart: %s)", id, seen[id], inHand)
		}
	}
	noWork(t, taker, 1500*time.Millisecond)
}

// freeAddress is an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// TestClientsOutliveTheBroker: who waits for work or for events goes on waiting
// when the broker is restarted.
func TestClientsOutliveTheBroker(t *testing.T) {
	t.Parallel()
	lost, back := make(chan struct{}, 100), make(chan struct{}, 100)
	broker, b := restartable(t, func(connected bool) {
		if connected {
			back <- struct{}{}
		} else {
			lost <- struct{}{}
		}
	})
	taker := newTaker(t, b, "q")
	taken := make(chan *Work, 1)
	go func() {
		work, _ := taker.Take(bounded(t))
		taken <- work
	}()
	var count tally
	follow(t, b.following(account, count.handle))
	publish(t, b, "before")
	eventually(t, "the event before", func() bool { return count.len() == 1 })

	broker.Close()
	receive(t, lost)
	submitted := make(chan error, 1)
	go func() { submitted <- b.Submit(bounded(t), submission("a", "q")) }()
	broker.start(t)
	receive(t, back)
	must(t, receive(t, submitted))
	work := receive(t, taken)
	if work == nil {
		t.Fatal("the waiting worker gave up")
	}
	must(t, work.Done(bounded(t)))
	publish(t, b, "after")
	eventually(t, "the event after", func() bool { return count.len() == 2 })
}

// TestCancelWithoutABroker: a service stops soon though the broker is away.
func TestCancelWithoutABroker(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	b := broker.bus(t, Options{})
	taker := newTaker(t, b, "q")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() {
		_, err := taker.Take(ctx)
		done <- err
	}()
	go func() { done <- b.FollowAccount(ctx, account, func(context.Context, *life.Event) error { return nil }) }()
	eventually(t, "the pulls", func() bool { return b.nc.NumSubscriptions() > 2 })
	broker.Close()
	start := time.Now()
	cancel()
	receive(t, done)
	receive(t, done)
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("stopping took %v", took)
	}
	broker.start(t)
}

// TestModemStateOutlivesTheBroker: the bucket is in memory and gone with the broker
// that had it; who shows a state makes it again.
func TestModemStateOutlivesTheBroker(t *testing.T) {
	t.Parallel()
	back := make(chan struct{}, 100)
	broker, b := restartable(t, func(connected bool) {
		if connected {
			back <- struct{}{}
		}
	})
	state := life.ModemStatus{State: life.ModemIdle, Identity: life.Modem{Host: "h", Name: "SIM1"}}
	must(t, b.ModemState(bounded(t), &state))

	broker.restart(t)
	receive(t, back)
	must(t, b.ModemState(bounded(t), &state))
	shown, err := b.Modems(bounded(t))
	must(t, err)
	if len(shown) != 1 || shown[0].State != life.ModemIdle {
		t.Errorf("modems: %+v", shown)
	}
}

// restartable starts a broker with an address of its own and connects to it as
// another process does; notify is told when the connection is lost, and when it is back.
func restartable(t *testing.T, notify func(connected bool)) (*broker, *Bus) {
	t.Helper()
	r := &broker{}
	r.cfg.Dir, r.cfg.Name, r.cfg.SyncInterval, r.cfg.Listen = t.TempDir(), "test", time.Minute, freeAddress(t)
	r.start(t)
	t.Cleanup(func() { r.Close() })
	options := append(ConnectOptions("test", func(connected bool, _ error) { notify(connected) }), nats.ReconnectWait(50*time.Millisecond))
	nc, err := Dial(Target{URL: r.URL(), NKey: r.SeedFile()}, options...)
	must(t, err)
	t.Cleanup(nc.Close)
	b, err := New(nc, Options{Try: time.Second})
	must(t, err)
	must(t, b.Ensure(bounded(t)))
	return r, b
}
