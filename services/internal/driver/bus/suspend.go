package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Suspend records that a modem is out of service. When it returns, that is durable.
func (b *Bus) Suspend(ctx context.Context, host, modem string, s life.Suspension) error {
	data, err := wire.EncodeSuspension(s)
	if err != nil {
		return err
	}
	return b.withState(ctx, "recording a suspension", func(ctx context.Context, kv jetstream.KeyValue) error {
		_, err := kv.Put(ctx, subject.SuspensionKey(host, modem), data)
		return err
	})
}

// Resume removes the record of Suspend; that there is none is good.
func (b *Bus) Resume(ctx context.Context, host, modem string) error {
	return b.withState(ctx, "ending a suspension", func(ctx context.Context, kv jetstream.KeyValue) error {
		return kv.Purge(ctx, subject.SuspensionKey(host, modem), jetstream.PurgeTTL(markerTTL))
	})
}

// Suspension returns the record of Suspend; nil when the modem is in service.
func (b *Bus) Suspension(ctx context.Context, host, modem string) (found *life.Suspension, err error) {
	err = b.withState(ctx, "reading a suspension", func(ctx context.Context, kv jetstream.KeyValue) error {
		entry, err := kv.Get(ctx, subject.SuspensionKey(host, modem))
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		s, err := wire.DecodeSuspension(entry.Value())
		found = &s
		return err
	})
	return found, err
}

// withState is withBucket for what workers must remember.
func (b *Bus) withState(ctx context.Context, doing string, f func(context.Context, jetstream.KeyValue) error) error {
	return b.withBucket(ctx, b.space.BucketState(), doing, f)
}
