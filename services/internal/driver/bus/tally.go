package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Tally changes a count that workers on any host share: change gets what is
// recorded, and returns what it becomes; unless it says so, nothing is written.
// It is called again when somebody else was faster. When Tally returns, the
// change is durable.
func (b *Bus) Tally(ctx context.Context, key string, change func(allowance.Tally) (next allowance.Tally, write bool)) error {
	return b.withState(ctx, "counting what was sent", func(ctx context.Context, kv jetstream.KeyValue) error {
		for {
			err := changeTally(ctx, kv, key, change)
			if !conflict(err) && !errors.Is(err, jetstream.ErrKeyExists) {
				return err
			}
		}
	})
}

func changeTally(ctx context.Context, kv jetstream.KeyValue, key string, change func(allowance.Tally) (allowance.Tally, bool)) error {
	var before allowance.Tally
	var revision uint64
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
	case err != nil:
		return err
	default:
		revision = entry.Revision()
		// What cannot be read counts as nothing: it must not stop a modem for ever.
		before, _ = wire.DecodeTally(entry.Value())
	}
	next, write := change(before)
	if !write {
		return nil
	}
	data, err := wire.EncodeTally(next)
	if err != nil {
		return err
	}
	if revision == 0 {
		_, err = kv.Create(ctx, key, data)
	} else {
		_, err = kv.Update(ctx, key, data, revision)
	}
	return err
}
