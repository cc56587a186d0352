package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
)

// Remember keeps a value under a key of an account for some time, at least a second,
// unless one is kept there already: it returns the one that is. Whoever asks several
// times, on whatever host, gets the same answer. what is the kind of thing, and key
// one of them, of [a-z0-9].
func (b *Bus) Remember(ctx context.Context, account, what, key, value string, keep time.Duration) (kept string, err error) {
	name := subject.RememberedKey(account, what, key)
	err = b.withBucket(ctx, b.space.BucketState(), "remembering "+what, func(ctx context.Context, kv jetstream.KeyValue) error {
		kept = value
		_, err := kv.Create(ctx, name, []byte(value), jetstream.KeyTTL(keep))
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return err
		}
		entry, err := kv.Get(ctx, name)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return context.DeadlineExceeded // it ended just now: another try
		}
		if err == nil {
			kept = string(entry.Value())
		}
		return err
	})
	return kept, err
}
