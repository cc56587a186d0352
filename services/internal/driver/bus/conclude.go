package bus

import (
	"context"
	"slices"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// Conclude records the event that ends a message, unless one has ended it already, and
// returns the one that counts: of those who end it at the same time one is heard.
func (b *Bus) Conclude(ctx context.Context, e *life.Event) (final *life.Event, err error) {
	err = b.DecideFor(ctx, e.Account, e.ID, func(r *Recorded) *life.Event {
		if i := slices.IndexFunc(r.Events, ends); i >= 0 {
			final = &r.Events[i]
			return nil
		}
		final = e
		return e
	})
	if err != nil {
		return nil, err
	}
	if typeOf(final.Kind) != typeOf(e.Kind) {
		return final, nil // whose copy the caller may have no right to write
	}
	record, err := b.EventRecord(final)
	if err == nil {
		err = b.publishCopy(ctx, record)
	}
	return final, err
}

// ends reports whether an event ends its message.
func ends(e life.Event) bool {
	switch e.Kind.(type) {
	case life.Sent, life.Failed, life.Rejected, life.Expired, life.Cancelled:
		return true
	default:
		return false
	}
}
