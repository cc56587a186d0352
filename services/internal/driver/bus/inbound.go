package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// choiceTTL is how long the choice for the parts of a message is remembered.
const choiceTTL = 10 * time.Minute

// ChangeChoice changes, by compare-and-set, the choice of who gets the parts of a
// message: change gets the one that was made, nil for none, and returns the next, or
// false to leave it. It is called again when somebody else was faster.
func (b *Bus) ChangeChoice(ctx context.Context, key string, change func(*policy.Choice) (policy.Choice, bool)) error {
	bucket := b.space.BucketState()
	m := &nats.Msg{Subject: subject.BucketKey(bucket, key)}
	for {
		made, seq, err := b.choice(ctx, m.Subject)
		if err != nil {
			return fmt.Errorf("choosing who gets a message: %w", err)
		}
		next, write := change(made)
		if !write || made != nil && *made == next {
			return nil
		}
		if m.Data, err = wire.EncodeInboundChoice(next); err != nil {
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

// choice returns the choice on a subject, and the sequence of what is there; nil: there
// is none, or it has faded.
func (b *Bus) choice(ctx context.Context, subj string) (*policy.Choice, uint64, error) {
	raw, err := b.last(ctx, subject.StreamOfBucket(b.space.BucketState()), subj)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case raw.Header.Get(jetstream.MarkerReasonHeader) != "":
		return nil, raw.Sequence, nil
	}
	if made, err := wire.DecodeInboundChoice(raw.Data); err == nil {
		return &made, raw.Sequence, nil
	}
	return nil, raw.Sequence, nil // it is made anew
}
