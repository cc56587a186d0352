package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/stuck"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Backlog returns what waits in which queue, with the oldest message of each, and the
// time of the broker. Its cost depends on the number of queues, not on what waits.
func (b *Bus) Backlog(ctx context.Context) (queues []stuck.Queue, now time.Time, err error) {
	err = b.retry(ctx, func(ctx context.Context) error {
		queues, now, err = b.backlog(ctx)
		return err
	})
	return queues, now, err
}

func (b *Bus) backlog(ctx context.Context) ([]stuck.Queue, time.Time, error) {
	stream, err := b.js.Stream(ctx, b.space.StreamOut())
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("reading the state of queues: %w", err)
	}
	now := stream.CachedInfo().TimeStamp
	all, err := b.Queues(ctx)
	if err != nil {
		return nil, now, err
	}
	var queues []stuck.Queue
	for _, q := range all {
		one := stuck.Queue{Name: q.Name, Messages: q.Waiting + uint64(q.InHand)}
		if q.Priority == subject.High {
			one.Priority = message.High
		}
		if one.Messages == 0 {
			continue
		}
		oldest, err := stream.GetMsg(ctx, 1, jetstream.WithGetMsgSubject(b.space.OutQueue(q.Name, q.Priority)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // done meanwhile
		}
		if err != nil {
			return nil, now, fmt.Errorf("looking for the oldest message of queue %s: %w", q.Name, err)
		}
		if name, ok := b.space.ParseOut(oldest.Subject); ok {
			one.Oldest, one.Since = name.ID, oldest.Time
		}
		queues = append(queues, one)
	}
	return queues, now, nil
}

// Troubles are what is known of troubles, as one scheduler has left it.
type Troubles struct {
	Known []stuck.Known
	// Looked is when somebody looked last, in the time of the broker.
	Looked   time.Time
	revision uint64
}

// Troubles reads what is known of troubles; what cannot be read is forgotten.
func (b *Bus) Troubles(ctx context.Context) (t Troubles, err error) {
	err = b.withState(ctx, "reading what is stuck", func(ctx context.Context, kv jetstream.KeyValue) error {
		t = Troubles{}
		entry, err := kv.Get(ctx, subject.KeyTroubles)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		t.revision = entry.Revision()
		t.Known, t.Looked, _ = wire.DecodeTroubles(entry.Value())
		return nil
	})
	return t, err
}

// SetTroubles replaces what was read by what is known now. ErrConflict says that
// somebody else has looked meanwhile.
func (b *Bus) SetTroubles(ctx context.Context, before Troubles, known []stuck.Known, looked time.Time) error {
	data, err := wire.EncodeTroubles(known, looked)
	if err != nil {
		return err
	}
	return b.withState(ctx, "recording what is stuck", func(ctx context.Context, kv jetstream.KeyValue) error {
		if before.revision == 0 {
			_, err = kv.Create(ctx, subject.KeyTroubles, data)
		} else {
			_, err = kv.Update(ctx, subject.KeyTroubles, data, before.revision)
		}
		if conflict(err) || errors.Is(err, jetstream.ErrKeyExists) {
			return ErrConflict
		}
		return err
	})
}
