// Package scheduler owns what happens later. Its timers live in the broker; any
// number of schedulers may run, and each thing that is due is done by one of them.
//
// Deferred messages are the broker's own: SMS_OUT holds their schedules and
// moves them into their queue when their time has come. What is left to do is the
// end of a validity (expire.go), messages that wait for the end of quiet hours (postpone.go),
// jobs (jobs.go) and the alternate recipients of messages that nobody has received
// (escalate.go).
package scheduler

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
)

// Scheduler runs timers.
type Scheduler struct {
	cfg   Config
	bus   *bus.Bus
	log   *zap.Logger
	now   func() time.Time
	times timings
	// policy chooses the queues of messages to alternates and about alarms.
	policy atomic.Pointer[policy.Policy]
	alarms alarmMessages
}

// New makes a Scheduler.
func New(cfg Config, b *bus.Bus, logger *zap.Logger) *Scheduler {
	if cfg.Stuck == (Stuck{}) {
		cfg.Stuck = DefaultStuck()
	}
	s := &Scheduler{cfg: cfg, bus: b, log: logger.Named("scheduler"), now: time.Now, times: defaultTimings()}
	s.policy.Store(&policy.Policy{})
	return s
}

// Run works until ctx ends.
func (s *Scheduler) Run(ctx context.Context) error {
	s.log.Info("running")
	defer s.log.Info("stopped")
	shared, err := s.bus.Policy(ctx)
	if err != nil {
		return err
	}
	s.policy.Store(shared)
	services, err := s.jobServices(ctx)
	if err != nil {
		return err
	}
	if s.cfg.Alarms.Handler != "" || s.cfg.Alarms.wanted() {
		for range alarmHandlers {
			services = append(services, lifecycle.Service{Name: "alarms", Run: func(ctx context.Context) error {
				return s.bus.FollowAlarms(ctx, s.alarmed)
			}})
		}
	}
	return lifecycle.Run(ctx, append(services,
		lifecycle.Service{Name: "policy", Run: func(ctx context.Context) error { return s.bus.WatchPolicy(ctx, s.policy.Store) }},
		lifecycle.Service{Name: "expiries", Run: func(ctx context.Context) error { return s.bus.FollowExpiries(ctx, s.expire) }},
		lifecycle.Service{Name: "alternates", Run: func(ctx context.Context) error { return s.bus.FollowAlternates(ctx, s.alternateDue) }},
		lifecycle.Service{Name: "stuck", Run: s.watchStuck},
		lifecycle.Service{Name: "pulse", Run: s.pulse},
		lifecycle.Service{Name: "chains", Run: func(ctx context.Context) error { return s.bus.FollowChains(ctx, s.told) }},
	)...)
}
