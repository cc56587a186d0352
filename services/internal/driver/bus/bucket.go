package bus

import (
	"context"
	"errors"
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
		return fmt.Errorf("%s: %w", doing, b.unprepared(err))
	}
	return nil
}

// unprepared adds to an error what may be the matter where a bucket or stream is missing.
func (b *Bus) unprepared(err error) error {
	if !errors.Is(err, jetstream.ErrBucketNotFound) && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	return fmt.Errorf("%w: the broker has nothing for the prefix %q; another one may be meant (nats.prefix, --prefix), or viestid has not set it up yet",
		err, b.space.Prefix())
}
