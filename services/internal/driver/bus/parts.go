package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ClaimParts reports whether a modem is to send a part of a message that its client has
// cut: the first modem that asks is to send them all, and another one only when that
// has sent none of them for a while. parts names the message (message.PartsOf).
func (b *Bus) ClaimParts(ctx context.Context, parts, host, modem string, now time.Time) (bool, error) {
	bucket := b.space.BucketState()
	m := &nats.Msg{Subject: subject.BucketKey(bucket, subject.PartsKey(parts))}
	for {
		made, seq, err := b.partsClaim(ctx, m.Subject)
		if err != nil {
			return false, fmt.Errorf("claiming the parts of a message: %w", err)
		}
		next, changed, granted := message.Claim(made, host, modem, now)
		if !changed {
			return granted, nil
		}
		if m.Data, err = wire.EncodePartsClaim(next); err != nil {
			return false, err
		}
		m.Header = nats.Header{subject.HeaderTTL: {choiceTTL.String()}}
		_, err = b.compareAndSet(ctx, subject.StreamOfBucket(bucket), m, seq)
		if !errors.Is(err, ErrConflict) {
			return granted && err == nil, err
		}
		if !pause(ctx) {
			return false, ctx.Err()
		}
	}
}

// PartsBegun reports whether a modem has claimed the parts of a message lately.
func (b *Bus) PartsBegun(ctx context.Context, parts string) (bool, error) {
	made, _, err := b.partsClaim(ctx, subject.BucketKey(b.space.BucketState(), subject.PartsKey(parts)))
	if err != nil {
		return false, fmt.Errorf("looking for the modem of the parts of a message: %w", err)
	}
	return made != nil, nil
}

// partsClaim returns the claim on a subject, and the sequence of what is there; nil:
// there is none, or it has faded.
func (b *Bus) partsClaim(ctx context.Context, subj string) (*message.PartsClaim, uint64, error) {
	raw, err := b.last(ctx, subject.StreamOfBucket(b.space.BucketState()), subj)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case raw.Header.Get(jetstream.MarkerReasonHeader) != "":
		return nil, raw.Sequence, nil
	}
	if made, err := wire.DecodePartsClaim(raw.Data); err == nil {
		return &made, raw.Sequence, nil
	}
	return nil, raw.Sequence, nil // it is made anew
}
