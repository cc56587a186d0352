package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// pendingAccount is whose timers are not due while the benchmark runs.
const pendingAccount = "pending"

// farOff is when those are due.
const farOff = 30 * 24 * time.Hour

// timerSize is what one kind of timers takes on the disk.
type timerSize struct {
	name   string
	before int64
	// each is for a message of this kind, with all its timers.
	each int64
}

// timerKind makes messages that have timers, and that stand in nothing but timers:
// the messages of all are deferred.
type timerKind struct {
	name string
	// timers are how many a message has.
	timers int
	add    func(*message.Submission)
}

// timerKinds end with the one that can make up any number.
var timerKinds = []timerKind{
	{"deferred, with a validity", 2, func(s *message.Submission) { s.ExpiresAt = s.DeliverAt.Add(time.Hour) }},
	{"deferred, with an alternate recipient", 2, addAlternate},
	{"deferred", 1, func(*message.Submission) {}},
}

func addAlternate(s *message.Submission) {
	s.Alternates = []message.Alternate{{Recipient: message.NewAddress(number(0))}}
}

// fill makes timers, as many of each kind as of the others, and measures what the
// store grows by.
func (r *timersReport) fill(ctx context.Context, h *timerHost, timers int) error {
	for i, kind := range timerKinds {
		messages := (timers - r.pending) / (kind.timers * (len(timerKinds) - i))
		before, err := h.stored()
		if err != nil {
			return err
		}
		began := time.Now()
		if err := h.submit(ctx, messages, func(n int) *message.Submission { return farMessage(i, n, kind) }); err != nil {
			return err
		}
		r.created += time.Since(began)
		after, err := h.stored()
		if err != nil {
			return err
		}
		r.pending += messages * kind.timers
		r.kinds = append(r.kinds, timerSize{name: kind.name, before: before, each: (after - before) / int64(max(messages, 1))})
		r.stored = (after - r.kinds[0].before) / int64(r.pending)
	}
	counted, err := h.pending(ctx)
	if err == nil && counted != r.pending {
		err = fmt.Errorf("%d timers are there of %d that were made", counted, r.pending)
	}
	return err
}

// farMessage is the n-th message of a kind.
func farMessage(kindNumber, n int, kind timerKind) *message.Submission {
	s := timerMessage(pendingAccount, "far", fmt.Sprintf("far%d%08d", kindNumber, n), n)
	s.DeliverAt = s.AcceptedAt.Add(farOff)
	kind.add(s)
	return s
}

// timerMessage is a message as long as most.
func timerMessage(account, queue, id string, n int) *message.Submission {
	return &message.Submission{
		ID: id, Account: account, Queue: queue, Recipient: message.NewAddress(number(n)), Body: message.NewBody([]byte(smppText)),
		AcceptedAt: time.Now(),
	}
}

// submit submits messages, many at once.
func (h *timerHost) submit(ctx context.Context, messages int, nth func(n int) *message.Submission) error {
	const atOnce = 500
	for begin := 0; begin < messages; begin += atOnce {
		var batch []*message.Submission
		for n := begin; n < min(begin+atOnce, messages); n++ {
			batch = append(batch, nth(n))
		}
		if err := h.bus.Submit(ctx, batch...); err != nil {
			return err
		}
	}
	return nil
}

// each does something for every message of a number, several at once.
func (h *timerHost) each(messages int, do func(b *bus.Bus, n int) error) error {
	const workers = 64
	var wg sync.WaitGroup
	errs := make(chan error, workers)
	for w := range workers {
		wg.Go(func() {
			for n := w; n < messages; n += workers {
				if err := do(h.bus, n); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}
