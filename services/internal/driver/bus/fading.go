package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
)

// fading are the values of one kind in the bucket of states that several hosts agree
// about by compare-and-set, and that are forgotten choiceTTL after the last change.
type fading[T any] struct {
	encode func(T) ([]byte, error)
	decode func([]byte) (T, error)
}

// read returns the value of a key, and the sequence of what is there; nil: there is
// none, or it has faded.
func (f fading[T]) read(ctx context.Context, b *Bus, key string) (*T, uint64, error) {
	bucket := b.space.BucketState()
	raw, err := b.last(ctx, subject.StreamOfBucket(bucket), subject.BucketKey(bucket, key))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case raw.Header.Get(jetstream.MarkerReasonHeader) != "":
		return nil, raw.Sequence, nil
	}
	if made, err := f.decode(raw.Data); err == nil {
		return &made, raw.Sequence, nil
	}
	return nil, raw.Sequence, nil // it is made anew
}

// change changes the value of a key: next gets the one that is there, nil for none, and
// returns what takes its place, or false to leave it. It is called again when somebody
// else was faster.
func (f fading[T]) change(ctx context.Context, b *Bus, key string, next func(*T) (T, bool)) error {
	bucket := b.space.BucketState()
	m := &nats.Msg{Subject: subject.BucketKey(bucket, key)}
	for {
		made, seq, err := f.read(ctx, b, key)
		if err != nil {
			return err
		}
		value, write := next(made)
		if !write {
			return nil
		}
		if m.Data, err = f.encode(value); err != nil {
			return err
		}
		m.Header = nats.Header{subject.HeaderTTL: {choiceTTL.String()}}
		_, err = b.compareAndSet(ctx, subject.StreamOfBucket(bucket), m, seq)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		if !pause(ctx) {
			return ctx.Err()
		}
	}
}
