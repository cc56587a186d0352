package scheduler

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Alarms say what is done about alarms.
type Alarms struct {
	// Handler is executed for alarms, as smsd does (smstools spec §5.2).
	Handler string `yaml:"handler"`
	// Level is the least severe alarm that it is executed for: 2 critical, 3 error,
	// 4 warning, up to 7.
	Level int `yaml:"level"`
	// Timeout ends a handler that hangs.
	Timeout config.Duration `yaml:"timeout"`
	// ExecutableCheck looks at the start whether the handler can be executed.
	ExecutableCheck bool `yaml:"executable_check"`
	// Messages go to people.
	Messages `yaml:",inline"`
}

// DefaultAlarms returns the defaults, which are those of smsd.
func DefaultAlarms() Alarms {
	return Alarms{Level: 4, Timeout: config.Duration(time.Minute), ExecutableCheck: true, Messages: defaultMessages()}
}

// UnmarshalYAML reads the section over the defaults.
func (a *Alarms) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Alarms
	p := plain(DefaultAlarms())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*a = Alarms(p)
	return nil
}

func (a *Alarms) hook() hook.Hook {
	return hook.Hook{Command: a.Handler, Timeout: time.Duration(a.Timeout)}
}

// leastLevel and mostLevel bound what level may be.
const leastLevel, mostLevel = 2, 7

func (a *Alarms) check() error {
	if err := a.Messages.check(); err != nil || a.Handler == "" {
		return err
	}
	if a.Level < leastLevel || a.Level > mostLevel {
		return fmt.Errorf("alarms: level is %d, want %d to %d", a.Level, leastLevel, mostLevel)
	}
	if a.Timeout <= 0 || time.Duration(a.Timeout) > longestAlarm {
		return fmt.Errorf("alarms: timeout is %v, want more than nothing and at most %v", time.Duration(a.Timeout), longestAlarm)
	}
	if err := a.hook().Check(); err != nil && a.ExecutableCheck {
		return fmt.Errorf("alarms: handler: %w", err)
	}
	return nil
}

// longestAlarm is how long an alarm handler may run at most: then the broker gives
// the alarm to another one (bus.FollowAlarms).
const longestAlarm = 4 * time.Minute

// alarmHandlers is how many alarm handlers run at once, so that one that hangs
// does not keep other alarms back.
const alarmHandlers = 4

// gateway is who an alarm is of when it is about no modem, in the word of smsd.
const gateway = "smsd"

// alarmed tells people about an alarm, and runs the alarm handler for one that is
// severe enough. An alarm is handled once, by one of the hosts that do anything about
// alarms, unless that one dies meanwhile.
func (s *Scheduler) alarmed(ctx context.Context, e *life.Event) error {
	alarm, ok := e.Kind.(life.Alarm)
	if !ok {
		return nil
	}
	who := gateway
	if e.Modem != nil && e.Modem.Name != "" {
		who = e.Modem.Name
	}
	if err := s.page(ctx, e, alarm, who); err != nil {
		s.log.Error("people are not told about an alarm", zap.String("alarm", alarm.Code), zap.Error(err))
	}
	if s.cfg.Alarms.Handler != "" && alarm.Severity <= s.cfg.Alarms.Level {
		s.handleAlarm(ctx, e, alarm, who)
	}
	return nil
}

func (s *Scheduler) handleAlarm(ctx context.Context, e *life.Event, alarm life.Alarm, who string) {
	at := e.Time.Local()
	// A handler that has been started is let finish when the process stops.
	r, err := s.cfg.Alarms.hook().Run(context.WithoutCancel(ctx), "ALARM", at.Format(time.DateOnly), at.Format(time.TimeOnly),
		strconv.Itoa(alarm.Severity), who, alarm.Text)
	if err != nil || r.Code != 0 {
		// No alarm about the alarm handler: it would come back here.
		s.log.Error("problem with the alarm handler", zap.String("alarm", alarm.Code), zap.Int("result", r.Code), zap.Error(err))
	}
	if r.Output != "" {
		s.log.Debug("the alarm handler said", zap.String("output", log.OneLine(r.Output)))
	}
}
