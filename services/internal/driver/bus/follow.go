package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Handler handles one event. nil: it is done with. An error: it is offered
// again, after a pause.
type Handler func(ctx context.Context, e *life.Event) error

// redeliveryPause is how long an event waits that its handler could not handle.
const redeliveryPause = 2 * time.Second

// ackPatience is how long the broker may take to confirm an acknowledgement.
const ackPatience = 5 * time.Second

// FollowAccount hands the events of an account to handle, one after the other,
// until ctx ends. Each is handled at least once: several followers of an account
// share its events, nothing is lost while nobody follows (for three days), and
// after a crash of the broker some are repeated.
func (b *Bus) FollowAccount(ctx context.Context, account string, handle Handler) error {
	return b.FollowAccountInLanes(ctx, account, func(*life.Event) string { return "" }, handle)
}

// eventAckWait is how long a follower may be silent about an event before it goes
// to another one: short, because what a killed follower had in hand waits for it,
// while a living one says again and again what it holds. maxEvents is how many one
// account's followers may hold.
const (
	eventAckWait = 10 * time.Second
	maxEvents    = 500
)

func (b *Bus) accountConsumer(ctx context.Context, account string) (c jetstream.Consumer, err error) {
	const inactive = 30 * 24 * time.Hour
	err = b.retry(ctx, func(ctx context.Context) error {
		c, err = b.js.CreateOrUpdateConsumer(ctx, b.space.StreamEvents(), jetstream.ConsumerConfig{
			Durable: subject.ConsumerAccount(account), FilterSubject: b.space.EventsOfAccount(account),
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: eventAckWait, MaxDeliver: -1, MaxAckPending: maxEvents,
			InactiveThreshold: inactive,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("following the events of %s: %w", account, err)
	}
	return c, nil
}

// FollowExpiries hands the messages whose validity has ended to handle, several at once.
func (b *Bus) FollowExpiries(ctx context.Context, handle Handler) error {
	return b.followJob(ctx, subject.ConsumerExpiryDue, readEvent(func(e *life.Event) string { return e.ID }, handle))
}

// acknowledge tells the broker that a message is handled.
type acknowledge func(ctx context.Context, m jetstream.Msg) error

// unconfirmed does not wait for the broker's word. It is for events: the broker forgets
// their acknowledgements when it crashes, confirmed or not, so that handlers must know
// what they have done before.
func unconfirmed(_ context.Context, m jetstream.Msg) error { return m.Ack() }

// confirmed waits until the message is removed, even when ctx has ended meanwhile.
func confirmed(ctx context.Context, m jetstream.Msg) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackPatience)
	defer cancel()
	return m.DoubleAck(ctx)
}

// finish acknowledges a handled message, or asks for it again later.
func finish(ctx context.Context, m jetstream.Msg, ack acknowledge, err error) error {
	if err == nil {
		return ack(ctx, m)
	}
	pause := redeliveryPause
	if later := (*Later)(nil); errors.As(err, &later) {
		pause = later.After
	}
	return m.NakWithDelay(pause)
}

// consume pulls messages until ctx ends, and hands them to f in order.
func (b *Bus) consume(ctx context.Context, c jetstream.Consumer, f func(context.Context, jetstream.Msg) error) error {
	const prefetch = 64
	return b.consumeWith(ctx, c, prefetch, f)
}

// consumeWith is consume with so many messages in hand at most.
func (b *Bus) consumeWith(ctx context.Context, c jetstream.Consumer, prefetch int, f func(context.Context, jetstream.Msg) error) error {
	it, err := c.Messages(jetstream.PullMaxMessages(prefetch), jetstream.PullExpiry(pullExpiry), jetstream.PullHeartbeat(pullHeartbeat))
	if err != nil {
		return fmt.Errorf("asking for events: %w", err)
	}
	defer giveBack(it)
	for {
		m, err := it.Next(jetstream.NextContext(ctx))
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = m.Nak()
			}
			return nil
		case errors.Is(err, jetstream.ErrMsgIteratorClosed) || errors.Is(err, jetstream.ErrConsumerDeleted):
			return fmt.Errorf("waiting for events: %w", err)
		case err != nil:
			continue // a missed heartbeat: the library pulls again
		}
		if err := f(ctx, m); err != nil && ctx.Err() == nil && !transient(err) {
			return fmt.Errorf("acknowledging an event: %w", err)
		}
	}
}

// giveBack ends a pull and returns what it had fetched and nobody looked at, so
// that the next follower need not wait for it.
func giveBack(it jetstream.MessagesContext) {
	it.Drain()
	for {
		m, err := it.Next(jetstream.NextMaxWait(farewell))
		if err != nil {
			break
		}
		_ = m.Nak()
	}
	it.Stop()
}

// Tail calls f for every event from now on, live acceptances included, until ctx
// ends. It is for people who watch: nothing is acknowledged.
func (b *Bus) Tail(ctx context.Context, f func(*life.Event)) error {
	events := make(chan []byte, 256)
	sub, err := b.nc.Subscribe(b.space.LiveEvents(), func(m *nats.Msg) { offer(events, m.Data) })
	if err != nil {
		return fmt.Errorf("listening to live events: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	c, err := b.js.OrderedConsumer(ctx, b.space.StreamEvents(), jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{b.space.AllEvents()}, DeliverPolicy: jetstream.DeliverNewPolicy,
	})
	if err != nil {
		return fmt.Errorf("following events: %w", err)
	}
	run, err := c.Consume(func(m jetstream.Msg) { offer(events, m.Data()) })
	if err != nil {
		return fmt.Errorf("following events: %w", err)
	}
	defer run.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case data := <-events:
			if e, err := wire.DecodeEvent(data); err == nil && e.Kind != nil {
				f(e)
			}
		}
	}
}

// offer drops what a slow watcher cannot take.
func offer(events chan<- []byte, data []byte) {
	select {
	case events <- data:
	default:
	}
}
