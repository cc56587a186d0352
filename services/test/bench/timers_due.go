package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// dueResult is what became of many timers that were due at one second.
type dueResult struct {
	name string
	n    int
	// took is from then until the last was handled.
	took, cpu time.Duration
}

// dueKind is a kind of timers and of what is done when they fire.
type dueKind struct {
	name string
	// account and queue are theirs alone.
	account string
	// arm makes n of them, due at the second that it returns.
	arm func(ctx context.Context, h *timerHost, k *dueKind, n int) (at time.Time, err error)
	// waiting is how many messages wait in the queue before and after, for each.
	before, after int
	// stored is how many messages SMS_OUT gets for each: one that fires twice is stored twice.
	stored int
	// event is recorded once of each; empty: none is.
	event subject.EventType
}

var dueKinds = []*dueKind{
	{name: "deferred messages", account: "deferred", arm: armDeferred, after: 1, stored: 1},
	{name: "escalations", account: "escalated", arm: armEscalations, before: 1, after: 2, stored: 1, event: subject.Escalation},
	{name: "ends of validity", account: "expiring", arm: armExpiries, before: 1, event: subject.Expired},
}

// lead is how long before they are due timers are made.
const lead = 20 * time.Second

// dueAt is a whole second.
func dueAt() time.Time { return time.Now().Add(lead).Truncate(time.Second) }

func (k *dueKind) message(n int) *message.Submission {
	return timerMessage(k.account, k.account, fmt.Sprintf("%s%08d", k.account, n), n)
}

func armDeferred(ctx context.Context, h *timerHost, k *dueKind, n int) (time.Time, error) {
	at := dueAt()
	return at, h.submit(ctx, n, func(i int) *message.Submission {
		s := k.message(i)
		s.DeliverAt = at
		return s
	})
}

func armExpiries(ctx context.Context, h *timerHost, k *dueKind, n int) (time.Time, error) {
	at := dueAt()
	return at, h.submit(ctx, n, func(i int) *message.Submission {
		s := k.message(i)
		s.ExpiresAt = at
		return s
	})
}

// armEscalations makes messages that were sent, and whose wait for a report ends at
// one second: the schedulers set the timers when they hear that the messages were sent,
// and each is then set anew for that second.
func armEscalations(ctx context.Context, h *timerHost, k *dueKind, n int) (time.Time, error) {
	messages := make([]*message.Submission, n)
	err := h.submit(ctx, n, func(i int) *message.Submission {
		messages[i] = k.message(i)
		addAlternate(messages[i])
		return messages[i]
	})
	if err != nil {
		return time.Time{}, err
	}
	err = h.each(n, func(b *bus.Bus, i int) error {
		s := messages[i]
		return b.Publish(ctx, &life.Event{ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Sent{Report: true}})
	})
	if err != nil {
		return time.Time{}, err
	}
	if err := h.caughtUp(ctx); err != nil {
		return time.Time{}, err
	}
	at := dueAt()
	return at, h.each(n, func(b *bus.Bus, i int) error {
		timer, err := b.AlternateTimer(ctx, k.account, messages[i].ID)
		if err != nil {
			return err
		}
		return b.Arm(ctx, timer, at, escalation.Waited)
	})
}

// caughtUp waits until the schedulers have dealt with everything that they were told.
func (h *timerHost) caughtUp(ctx context.Context) error {
	return poll(ctx, "the schedulers", func() (bool, error) {
		c, err := h.events.Consumer(ctx, subject.ConsumerChain)
		if err != nil {
			return false, err
		}
		info := c.CachedInfo()
		return info.NumPending == 0 && info.NumAckPending == 0, nil
	})
}

// fire makes timers, waits until they are due and handled, and checks that each was once.
func (h *timerHost) fire(ctx context.Context, k *dueKind, n int) (r dueResult, err error) {
	r = dueResult{name: k.name, n: n}
	at, err := k.arm(ctx, h, k, n)
	if err != nil {
		return r, err
	}
	stored, err := h.lastStored(ctx)
	if err != nil {
		return r, err
	}
	waiting, err := h.waiting(ctx, k)
	if err != nil {
		return r, err
	}
	if time.Now().After(at) || waiting != uint64(k.before*n) {
		return r, fmt.Errorf("they were not ready in time: %d messages wait at %v, want %d before %v", waiting, time.Now(), k.before*n, at)
	}
	before, err := usageOf(h.process.pid())
	if err != nil {
		return r, err
	}
	if err := rest(ctx, time.Until(at)); err != nil {
		return r, err
	}
	err = poll(ctx, k.name, func() (bool, error) {
		waiting, err := h.waiting(ctx, k)
		return waiting == uint64(k.after*n), err
	})
	if err != nil {
		return r, err
	}
	r.took = time.Since(at)
	after, err := usageOf(h.process.pid())
	if err != nil {
		return r, err
	}
	r.cpu = after.cpu - before.cpu
	// What comes twice comes in a moment.
	if err := rest(ctx, time.Second); err != nil {
		return r, err
	}
	return r, h.once(ctx, k, n, stored)
}

// waiting is how many messages wait in the queue of a kind.
func (h *timerHost) waiting(ctx context.Context, k *dueKind) (uint64, error) {
	c, err := h.out.Consumer(ctx, subject.ConsumerQueue(k.account, subject.Normal))
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return c.CachedInfo().NumPending, nil
}

// lastStored is how many messages of whatever queue were ever stored.
func (h *timerHost) lastStored(ctx context.Context) (uint64, error) {
	info, err := h.out.Info(ctx)
	if err != nil {
		return 0, err
	}
	return info.State.LastSeq - uint64(h.pulses.Load()), nil
}

// once checks that everything happened once.
func (h *timerHost) once(ctx context.Context, k *dueKind, n int, stored uint64) error {
	last, err := h.lastStored(ctx)
	if err != nil {
		return err
	}
	if last-stored != uint64(k.stored*n) {
		return fmt.Errorf("%d messages were stored, want %d", last-stored, k.stored*n)
	}
	waiting, err := subjectsOf(ctx, h.out, subject.Default().OutOfAccount(k.account))
	if err != nil {
		return err
	}
	if len(waiting) != k.after*n {
		return fmt.Errorf("%d messages wait, want %d", len(waiting), k.after*n)
	}
	if k.event == "" {
		return nil
	}
	events, err := subjectsOf(ctx, h.events, subject.Default().Event(k.account, "*", k.event))
	if err != nil {
		return err
	}
	for name, times := range events {
		if times != 1 {
			return fmt.Errorf("%s was recorded %d times", name, times)
		}
	}
	if len(events) != n {
		return fmt.Errorf("%d messages have the event %s, want %d", len(events), k.event, n)
	}
	return nil
}

// poll waits until what holds holds.
func poll(ctx context.Context, what string, holds func() (bool, error)) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		done, err := holds()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		case <-look.C:
		}
	}
}
