package cluster

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestTakersGoOn: of several modems that ask for work at once, those for which there was
// none have what comes next at once. A request that a cluster answers in part ends in
// another way than with a single server, and is given up as lost after Options.Try only,
// which is longer here than the test waits.
func TestTakersGoOn(t *testing.T) {
	b := startBrokers(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	nc := b.connect("submitter", nil)
	t.Cleanup(nc.Close)
	submitter := b.bus(nc)
	if err := submitter.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	b.whole(ctx, nc)
	if _, err := submitter.EnsureQueue(ctx, "q"); err != nil {
		t.Fatal(err)
	}
	ncWorker := b.connect("worker", nil)
	t.Cleanup(ncWorker.Close)
	worker, err := bus.New(ncWorker, bus.Options{Replicas: nodes, Try: 2 * patience, AckWait: 2 * patience})
	if err != nil {
		t.Fatal(err)
	}
	const takers, rounds, atOnce = 4, 40, 3
	taken := make(chan struct{}, rounds*atOnce)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for range takers {
		taker, err := worker.Taker(ctx, []string{"q"})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for {
				work, err := taker.Take(ctx)
				if err != nil {
					return
				}
				if err := work.Done(ctx); err != nil {
					t.Error(err)
				}
				taken <- struct{}{}
			}
		})
	}
	for round := range rounds {
		var subs []*message.Submission
		for i := range atOnce {
			subs = append(subs, &message.Submission{
				ID: fmt.Sprintf("m%dx%d", round, i), Account: "a", Queue: "q", Recipient: message.NewAddress("358401234567"),
				Body: message.NewBody([]byte("x")), AcceptedAt: time.Now(),
			})
		}
		if err := submitter.Submit(ctx, subs...); err != nil {
			t.Fatal(err)
		}
		for range subs {
			select {
			case <-taken:
			case <-ctx.Done():
				t.Fatalf("round %d: messages wait, and nobody takes them", round)
			}
		}
	}
}
