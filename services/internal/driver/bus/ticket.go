package bus

import (
	"context"
	"fmt"
)

// Ticket returns a number that this broker gives out once: greater than all
// before, on whatever host they were asked for. Ingresses make message ids of it.
// key, of [a-z0-9-], says what it is for.
func (b *Bus) Ticket(ctx context.Context, key string) (n uint64, err error) {
	err = b.retry(ctx, func(ctx context.Context) error {
		kv, err := b.js.KeyValue(ctx, b.space.BucketLeases())
		if err != nil {
			return err
		}
		n, err = kv.Put(ctx, "ticket."+key, nil)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("drawing a ticket for %s: %w", key, err)
	}
	return n, nil
}
