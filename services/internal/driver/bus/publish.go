package bus

import (
	"context"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// publish makes messages durable, all at once, and waits for all
// acknowledgements. One that must be the first on its subject and is there
// already is good.
func (b *Bus) publish(ctx context.Context, msgs ...*nats.Msg) error {
	futures := make([]jetstream.PubAckFuture, len(msgs))
	if len(msgs) > 1 {
		for i, m := range msgs {
			// A full window is waited for; an error here is tried again below, one by one.
			futures[i], _ = b.js.PublishMsgAsync(m, jetstream.WithStallWait(b.opts.Try))
		}
	}
	for i, m := range msgs {
		if f := futures[i]; f != nil && b.acknowledged(ctx, f) {
			continue
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
