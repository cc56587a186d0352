package cluster

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestMostBrokersHang: while two of three brokers hang, the third one has what it is given
// and cannot say what becomes of it. Whoever asks again, because there was no answer, is told
// neither that it is durable, nor that it was refused, nor that somebody else was first. When
// the others go on it is there, once.
func TestMostBrokersHang(t *testing.T) {
	s := &message.Submission{
		ID: "m1", Account: "a", Queue: "q", Recipient: message.NewAddress("358401234567"), Body: message.NewBody([]byte("x")), AcceptedAt: time.Now(),
	}
	event := func(k life.Kind) *life.Event {
		return &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Kind: k}
	}
	attempt := event(life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting})
	for _, c := range []struct {
		name, stream string
		write        func(context.Context, *bus.Bus) error
	}{
		{"a submission", "SMS_OUT", func(ctx context.Context, b *bus.Bus) error { return b.Submit(ctx, s) }},
		{"an event", "SMS_EVT", func(ctx context.Context, b *bus.Bus) error { return b.Publish(ctx, event(life.Sent{})) }},
		{"an attempt", "SMS_EVT", func(ctx context.Context, b *bus.Bus) error {
			_, err := b.Attempt(ctx, attempt, 0)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := startBrokers(t)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			nc := b.connect("test", nil)
			t.Cleanup(nc.Close)
			v := b.bus(nc)
			if err := v.Ensure(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := v.EnsureQueue(ctx, s.Queue); err != nil {
				t.Fatal(err)
			}
			b.whole(ctx, nc)
			leader := b.leader(ctx, nc, c.stream)
			one, err := nats.Connect("nats://" + b.clients[leader])
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(one.Close)
			w, err := bus.New(one, bus.Options{Replicas: nodes, Try: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.EnsureQueue(ctx, s.Queue); err != nil {
				t.Fatal(err)
			}
			others := slices.DeleteFunc([]int{0, 1, 2}, func(i int) bool { return i == leader })
			for _, i := range others {
				b.hang(i)
			}
			written := make(chan error, 1)
			go func() { written <- c.write(ctx, w) }()
			if err, early := askedAgain(w, written); early {
				t.Errorf("while nobody can know: %v", err)
			}
			for _, i := range others {
				b.running[i].Signal(syscall.SIGCONT)
			}
			if t.Failed() {
				return
			}
			if err := <-written; err != nil {
				t.Error(err)
			}
			js, err := jetstream.New(nc)
			if err != nil {
				t.Fatal(err)
			}
			stream, err := js.Stream(ctx, c.stream)
			if err != nil {
				t.Fatal(err)
			}
			if n := stream.CachedInfo().State.Msgs; n != 1 {
				t.Errorf("%d are stored, want one", n)
			}
		})
	}
}

// askedAgain waits until what is to be written was asked for several times in vain, or is
// done: that is early.
func askedAgain(b *bus.Bus, written <-chan error) (err error, early bool) {
	const enough = 3 * time.Second
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for b.Stalled() < enough {
		select {
		case err := <-written:
			return err, true
		case <-tick.C:
		}
	}
	return nil, false
}

// hang stops a broker, and returns when none of its threads goes on.
func (b *brokers) hang(i int) {
	b.running[i].Signal(syscall.SIGSTOP)
	for !strings.Contains(b.running[i].Status(), "State:\tT") {
		runtime.Gosched()
	}
}

// leader is the broker that leads a stream.
func (b *brokers) leader(ctx context.Context, nc *nats.Conn, stream string) int {
	b.t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := js.Stream(ctx, stream)
	if err != nil {
		b.t.Fatal(err)
	}
	i, err := strconv.Atoi(strings.TrimPrefix(s.CachedInfo().Cluster.Leader, "n"))
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}
