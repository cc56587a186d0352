package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Reclaim puts what workers have in hand back into the queues, at once instead of when
// Options.AckWait is over, and returns how many messages that were. What rests between
// two attempts comes at once too.
//
// It is for a process that has just started the broker itself: the workers of the
// process before it are dead, and the broker does not know. A worker of another process
// that lives on loses nothing by it: of two that have the same message the attempt
// record admits one (services/doc/adr/0003), and the other one's acknowledgement counts.
func (b *Bus) Reclaim(ctx context.Context) (messages int, err error) {
	err = b.retry(ctx, func(ctx context.Context) error {
		n, err := b.reclaim(ctx)
		messages += n
		return err
	})
	if err != nil {
		return messages, fmt.Errorf("taking back what workers have in hand: %w", err)
	}
	return messages, nil
}

func (b *Bus) reclaim(ctx context.Context) (messages int, err error) {
	stream, err := b.js.Stream(ctx, b.space.StreamOut())
	if err != nil {
		return 0, err
	}
	list := stream.ListConsumers(ctx)
	var held []*jetstream.ConsumerInfo
	for c := range list.Info() {
		if c.Config.Metadata[metadataQueue] != "" && c.NumAckPending > 0 {
			held = append(held, c)
		}
	}
	if err := list.Err(); err != nil {
		return 0, err
	}
	for _, c := range held {
		// What was acknowledged is not in the stream any more: it is a work queue.
		if _, err := stream.ResetConsumer(ctx, c.Name); err != nil {
			return messages, fmt.Errorf("consumer %s: %w", c.Name, err)
		}
		messages += c.NumAckPending
	}
	return messages, nil
}
