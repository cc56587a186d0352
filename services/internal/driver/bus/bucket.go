package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// withBucket calls f with a bucket until it succeeds, fails for good, or ctx ends.
func (b *Bus) withBucket(ctx context.Context, bucket, doing string, f func(context.Context, jetstream.KeyValue) error) error {
	err := b.retry(ctx, func(ctx context.Context) error {
		kv, err := b.js.KeyValue(ctx, bucket)
		if err != nil {
			return err
		}
		return f(ctx, kv)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
