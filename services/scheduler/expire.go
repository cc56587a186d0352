package scheduler

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// expire withdraws a message whose validity has ended. Sending and expiring meet
// at the attempt record of the first part: only one of them can write it.
func (s *Scheduler) expire(ctx context.Context, due *life.Event) error {
	waiting, err := s.bus.Find(ctx, due.Account, due.ID)
	if errors.Is(err, bus.ErrNotFound) {
		return s.missing(ctx, due)
	}
	if err != nil {
		return err
	}
	if k, ok := due.Kind.(life.Expired); ok && outlives(waiting.Submission.ExpiresAt, k.ExpiresAt) {
		return s.bus.RearmExpiry(ctx, waiting.Submission) // it was replaced
	}
	due.Time = s.now()
	err = s.bus.Withdraw(ctx, waiting, due)
	switch {
	case errors.Is(err, bus.ErrConflict):
		return s.begun(ctx, waiting.Submission)
	case err != nil:
		s.log.Warn("expiring, will be tried again", log.Message(due.ID), zap.Error(err))
		return err
	}
	s.log.Info("expired before it was sent", log.Message(due.ID), zap.Stringer("to", due.Subject.Recipient))
	return nil
}

// longestAttempt is how long an attempt may go on at most: after that its worker is dead,
// and its outcome not known.
const longestAttempt = 10 * time.Minute

// errBegun says that the end of a message is wanted again.
var errBegun = errors.New("the message may still go back to its queue")

// begun tells what becomes of a message that somebody else was faster with. One that a
// modem is about to send may be refused, and then there may be no modem for it for long:
// its timer is wanted again until that is known. One that was replaced has another timer.
func (s *Scheduler) begun(ctx context.Context, m *message.Submission) error {
	const moment, attempt = 100 * time.Millisecond, 5 * time.Second
	known, err := s.bus.Progress(ctx, m)
	first := known.Attempts[1]
	switch {
	case err != nil:
		return err
	case known.Untouched():
		return &bus.Later{After: moment, Err: errBegun}
	case known.Final == nil && len(known.Accepted) == 0 && first.State == life.Attempting && !first.MaybeSent && s.now().Sub(first.Time) < longestAttempt:
		return &bus.Later{After: attempt, Err: errBegun}
	}
	s.log.Debug("not expired: a modem has begun to send it", log.Message(m.ID))
	return nil
}

// outlives reports whether a validity, zero for one without an end, goes on after the
// one that a timer was set for.
func outlives(ends, timer time.Time) bool { return ends.IsZero() || ends.After(timer) }

// arrival is how long after the end of its validity a message may still arrive:
// its timer is stored before it is.
const arrival = 30 * time.Second

// errNotYet says that the message of a timer may still arrive.
var errNotYet = errors.New("the message is not there yet")

// missing tells a message that is done from one that has not arrived yet, or only just
// has: its timer is wanted again.
func (s *Scheduler) missing(ctx context.Context, due *life.Event) error {
	k, ok := due.Kind.(life.Expired)
	if !ok || s.now().Sub(k.ExpiresAt) > arrival {
		return nil
	}
	standing, err := s.bus.Query(ctx, due.Account, due.ID)
	switch {
	case err != nil && !errors.Is(err, bus.ErrNotFound):
		return err
	case err != nil || standing.Final == nil:
		return errNotYet
	}
	return nil
}
