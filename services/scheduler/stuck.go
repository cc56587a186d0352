package scheduler

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/stuck"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Stuck says what is too long for messages and modems, and how often that is looked
// at. A time that is not positive looks for nothing of its kind.
type Stuck struct {
	// Every is how often one of all schedulers looks.
	Every config.Duration `yaml:"every"`
	// High and Normal are how long a message may wait in its queue, by priority.
	High   config.Duration `yaml:"high"`
	Normal config.Duration `yaml:"normal"`
	// Unserved is how long a message may wait in a queue that no modem serves.
	Unserved config.Duration `yaml:"unserved"`
	// Silent is how long a modem may work on one message.
	Silent config.Duration `yaml:"silent"`
	// Repeat is after what time an alarm is repeated whose reason persists.
	Repeat config.Duration `yaml:"repeat"`
}

// DefaultStuck are the limits of who sets none.
func DefaultStuck() Stuck {
	l := stuck.Defaults()
	return Stuck{
		Every: config.Duration(time.Minute), High: config.Duration(l.High), Normal: config.Duration(l.Normal),
		Unserved: config.Duration(l.Unserved), Silent: config.Duration(l.Silent), Repeat: config.Duration(l.Repeat),
	}
}

// UnmarshalYAML reads limits over the defaults.
func (s *Stuck) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Stuck
	p := plain(DefaultStuck())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*s = Stuck(p)
	return nil
}

func (s *Stuck) limits() stuck.Limits {
	return stuck.Limits{
		High: time.Duration(s.High), Normal: time.Duration(s.Normal), Unserved: time.Duration(s.Unserved),
		Silent: time.Duration(s.Silent), Repeat: time.Duration(s.Repeat),
	}
}

// watchStuck looks for what is stuck until ctx ends.
func (s *Scheduler) watchStuck(ctx context.Context) error {
	every := time.Duration(s.cfg.Stuck.Every)
	if every <= 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.lookForStuck(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("looking for what is stuck, will be tried again", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookTime is how long one look may take.
const lookTime = time.Minute

// lookForStuck looks once, unless another scheduler has just done so. What is to be
// told is recorded before it is told, by compare-and-set: of those who look at the same
// time one is heard. What the one before may not have come to tell is told again, and
// the same alarm twice is one.
func (s *Scheduler) lookForStuck(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	before, err := s.bus.Troubles(ctx)
	if err != nil {
		return err
	}
	queues, now, err := s.bus.Backlog(ctx)
	if err != nil {
		return err
	}
	const fresh = 3 // quarters of the interval
	if since := now.Sub(before.Looked); since >= 0 && since < fresh*time.Duration(s.cfg.Stuck.Every)/4 {
		return nil
	}
	modems, err := s.bus.Modems(ctx)
	if err != nil {
		return err
	}
	if err := s.tell(ctx, before.Known, now); err != nil {
		return err
	}
	limits := s.cfg.Stuck.limits()
	known := stuck.Compare(before.Known, stuck.Find(stuck.View{Now: now, Queues: queues, Modems: modems}, limits), now, limits)
	err = s.bus.SetTroubles(ctx, before, known, now)
	if errors.Is(err, bus.ErrConflict) {
		return nil // somebody else has looked
	}
	if err != nil {
		return err
	}
	return s.tell(ctx, known, now)
}

// tell publishes the alarms that are pending.
func (s *Scheduler) tell(ctx context.Context, known []stuck.Known, now time.Time) error {
	for _, a := range stuck.Alarms(known) {
		first, err := s.bus.PublishOnce(ctx, &life.Event{ID: a.ID, Account: subject.System, Time: now, Kind: a.Alarm})
		if err != nil {
			return err
		}
		if first {
			s.log.Warn("alarm", zap.String("code", a.Code), zap.Int("severity", a.Severity), zap.String("text", a.Text))
		}
	}
	return nil
}
