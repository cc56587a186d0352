package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Oldest returns since when the oldest message of a queue and priority waits, or is
// with a modem; the zero time when there is none.
func (b *Bus) Oldest(ctx context.Context, q Queue) (time.Time, error) {
	stream, err := b.js.Stream(ctx, b.space.StreamOut())
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for the oldest message of queue %s: %w", q.Name, err)
	}
	const first = 1
	m, err := stream.GetMsg(ctx, first, jetstream.WithGetMsgSubject(b.space.OutQueue(q.Name, q.Priority)))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for the oldest message of queue %s: %w", q.Name, err)
	}
	return m.Time, nil
}
