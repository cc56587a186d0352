package scheduler

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// pulse keeps the timers of the broker awake until ctx ends, whatever its clock does.
func (s *Scheduler) pulse(ctx context.Context) error {
	tick := time.NewTicker(bus.PulseEvery)
	defer tick.Stop()
	for {
		back, err := s.bus.Pulse(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.log.Warn("keeping the timers awake, will be tried again", zap.Error(err))
		case back > 0:
			s.log.Warn("the clock of the broker was set back: what was due at a time waits for that time; the intervals of jobs begin anew",
				zap.Duration("by", back))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
