package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// policyKey is the key of the shared policy in its bucket.
const policyKey = "policy"

// SetPolicy makes p the policy of all services.
func (b *Bus) SetPolicy(ctx context.Context, p *route.Policy) error {
	data, err := wire.EncodePolicy(p)
	if err != nil {
		return err
	}
	return b.withBucket(ctx, b.space.BucketConfig(), "writing the policy", func(ctx context.Context, kv jetstream.KeyValue) error {
		_, err := kv.Put(ctx, policyKey, data)
		return err
	})
}

// Policy hands the policy in force to use; where there is none, an empty one.
func (b *Bus) Policy(ctx context.Context, use func(*route.Policy)) error {
	return b.withBucket(ctx, b.space.BucketConfig(), "reading the policy", func(ctx context.Context, kv jetstream.KeyValue) error {
		entry, err := kv.Get(ctx, policyKey)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			use(&route.Policy{})
			return nil
		}
		if err != nil {
			return err
		}
		return usePolicy(entry, use)
	})
}

// WatchPolicy hands every change of the policy to use, until ctx ends.
func (b *Bus) WatchPolicy(ctx context.Context, use func(*route.Policy)) error {
	kv, err := b.js.KeyValue(ctx, b.space.BucketConfig())
	if err != nil {
		return fmt.Errorf("watching the policy: %w", err)
	}
	watch, err := kv.Watch(ctx, policyKey, jetstream.IgnoreDeletes())
	if err != nil {
		return fmt.Errorf("watching the policy: %w", err)
	}
	defer func() { _ = watch.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case entry, open := <-watch.Updates():
			if !open {
				return nil
			}
			if entry == nil {
				continue
			}
			if err := usePolicy(entry, use); err != nil {
				return err
			}
		}
	}
}

func usePolicy(entry jetstream.KeyValueEntry, use func(*route.Policy)) error {
	p, err := wire.DecodePolicy(entry.Value())
	if err != nil {
		return err
	}
	use(p)
	return nil
}
