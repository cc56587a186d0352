package bus

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// Ticket returns a number that this broker gives out once: greater than all
// before, on whatever host they were asked for. Ingresses make message ids of it.
// key, of [a-z0-9-], says what it is for.
func (b *Bus) Ticket(ctx context.Context, key string) (n uint64, err error) {
	err = b.withBucket(ctx, b.space.BucketLeases(), "drawing a ticket for "+key, func(ctx context.Context, kv jetstream.KeyValue) error {
		n, err = kv.Put(ctx, "ticket."+key, nil)
		return err
	})
	return n, err
}
