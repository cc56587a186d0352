package bus

import (
	"context"
	"errors"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// Retract takes a submission back that was sent on its way and never acknowledged,
// so that whoever was told so can submit it again elsewhere. nil means that it is
// certainly not sent, even if the broker gets it only now. ErrConflict says that a
// modem has begun to send it.
func (b *Bus) Retract(ctx context.Context, s *message.Submission) error {
	err := b.ClaimWithdrawal(ctx, s, &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Cancelled{},
	})
	if err != nil {
		return err
	}
	if len(s.Alternates) > 0 {
		if err := b.Disarm(ctx, s.Account, s.ID); err != nil {
			return err
		}
	}
	waiting, err := b.Find(ctx, s.Account, s.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.remove(ctx, waiting)
}
