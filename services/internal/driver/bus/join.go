package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ChangeGroup applies change to the group of parts behind a key, by
// compare-and-set: change reports whether it changed the group, and is called
// again with the newer one when somebody else was quicker. A group that became
// empty is removed. When ChangeGroup returns, the change is durable.
func (b *Bus) ChangeGroup(ctx context.Context, key string, change func(*join.Group) bool) error {
	kv, err := b.groups(ctx)
	if err != nil {
		return err
	}
	for {
		err := b.retry(ctx, func(ctx context.Context) error { return changeGroup(ctx, kv, key, change) })
		if !conflict(err) && !errors.Is(err, jetstream.ErrKeyExists) {
			return err
		}
		if !pause(ctx) {
			return ctx.Err()
		}
	}
}

// pause lets somebody else finish, and a replica catch up.
func pause(ctx context.Context) bool {
	const short = 5 * time.Millisecond
	select {
	case <-ctx.Done():
		return false
	case <-time.After(short):
		return true
	}
}

func changeGroup(ctx context.Context, kv jetstream.KeyValue, key string, change func(*join.Group) bool) error {
	g, revision, err := readGroup(ctx, kv, key)
	if err != nil || !change(g) {
		return err
	}
	if g.Empty() {
		if revision == 0 {
			return nil
		}
		return kv.Purge(ctx, key, jetstream.LastRevision(revision), jetstream.PurgeTTL(markerTTL))
	}
	data, err := wire.EncodeJoinGroup(g)
	if err != nil {
		return err
	}
	if revision == 0 {
		_, err = kv.Create(ctx, key, data)
		return err
	}
	_, err = kv.Update(ctx, key, data, revision)
	return err
}

// readGroup returns a group and its revision; 0 says that there is none.
func readGroup(ctx context.Context, kv jetstream.KeyValue, key string) (*join.Group, uint64, error) {
	entry, err := kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return &join.Group{}, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading parts: %w", err)
	}
	g, err := wire.DecodeJoinGroup(entry.Value())
	return g, entry.Revision(), err
}

// Groups returns the keys of all groups of parts.
func (b *Bus) Groups(ctx context.Context) ([]string, error) {
	kv, err := b.groups(ctx)
	if err != nil {
		return nil, err
	}
	list, err := kv.ListKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing parts: %w", err)
	}
	var keys []string
	for key := range list.Keys() {
		keys = append(keys, key)
	}
	return keys, nil
}

func (b *Bus) groups(ctx context.Context) (kv jetstream.KeyValue, err error) {
	err = b.retry(ctx, func(ctx context.Context) error {
		kv, err = b.js.KeyValue(ctx, b.space.BucketJoin())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening the bucket of parts: %w", err)
	}
	return kv, nil
}
