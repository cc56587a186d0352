package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// publish makes messages durable, all at once, and waits for all
// acknowledgements. One that must be the first on its subject and is there
// already is good.
func (b *Bus) publish(ctx context.Context, msgs ...*nats.Msg) error {
	if len(msgs) == 1 {
		return b.publishOne(ctx, msgs[0])
	}
	return b.await(ctx, msgs, b.send(msgs))
}

// send sends messages on their way. A full window is waited for; what could not be
// sent has no future, and is published by await.
func (b *Bus) send(msgs []*nats.Msg) []jetstream.PubAckFuture {
	futures := make([]jetstream.PubAckFuture, len(msgs))
	for i, m := range msgs {
		futures[i], _ = b.js.PublishMsgAsync(m, jetstream.WithStallWait(b.opts.Try))
	}
	return futures
}

// await waits until messages are durable, and publishes again, one by one, those
// that are not.
func (b *Bus) await(ctx context.Context, msgs []*nats.Msg, futures []jetstream.PubAckFuture) error {
	for i, m := range msgs {
		if f := futures[i]; f != nil && b.acknowledged(ctx, f) {
			continue
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the broker did not acknowledge in time: %w", ctx.Err())
		}
		if err := b.publishOne(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) acknowledged(ctx context.Context, f jetstream.PubAckFuture) bool {
	select {
	case <-f.Ok():
		return true
	case err := <-f.Err():
		return conflict(err)
	case <-ctx.Done():
		return false
	}
}

func (b *Bus) publishOne(ctx context.Context, m *nats.Msg) error {
	return b.retry(ctx, func(ctx context.Context) error {
		_, err := b.js.PublishMsg(ctx, m)
		if conflict(err) {
			return nil
		}
		return err
	})
}
