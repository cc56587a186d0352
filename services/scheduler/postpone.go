package scheduler

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// postpone moves a message to where deferred ones wait, which a worker has found not to be
// sent at this hour. It may be repeated.
func (s *Scheduler) postpone(ctx context.Context, e *life.Event, k life.Postponed) error {
	if !k.Until.After(s.now()) {
		return nil // the worker has given it back, and takes it again
	}
	postponed, err := s.bus.Postpone(ctx, e.Account, e.ID, k.Revision, k.Until)
	if errors.Is(err, bus.ErrHalfReplaced) {
		if s.now().Sub(e.Time) > lostAfter {
			return nil // the worker tells it again when it has met the message again
		}
		return err
	}
	if err != nil {
		s.log.Warn("postponing, will be tried again", log.Message(e.ID), zap.Error(err))
		return err
	}
	if postponed {
		s.log.Info("it waits for the end of quiet hours", log.Message(e.ID), zap.String("hours", k.Quiet), zap.Time("until", k.Until))
	}
	return nil
}
