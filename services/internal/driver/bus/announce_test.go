package bus

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/proto/subject"
)

// TestAnnouncesToWhoListens: who listens hears of everything from the moment on that
// nothing is held back any more; while nobody does, almost nothing is announced.
func TestAnnouncesToWhoListens(t *testing.T) {
	b := newBroker(t).bus(t, Options{})
	ctx := bounded(t)
	submit := func(id string) {
		t.Helper()
		if err := b.Submit(ctx, submission(id, "q")); err != nil {
			t.Fatal(err)
		}
	}
	account := submission("x", "q").Account
	heard := make(chan *nats.Msg, 100)
	submit("first") // nobody listens
	waitUntil(t, func() bool {
		_, wanted := b.audience.reply(b.nc, account, time.Now())
		return !wanted
	})
	sub, err := b.nc.ChanSubscribe(b.space.LiveEvent(account, "*", subject.Accepted), heard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	waitUntil(t, func() bool { // unheard is over
		_, wanted := b.audience.reply(b.nc, account, time.Now())
		return wanted
	})
	for i := range 20 {
		submit(fmt.Sprintf("heard%d", i))
	}
	for range 20 {
		select {
		case <-heard:
		case <-ctx.Done():
			t.Fatalf("%d of 20 were announced", len(heard))
		}
	}
}

func waitUntil(t *testing.T, holds func() bool) {
	t.Helper()
	ctx := bounded(t)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("never")
		}
	}
}
