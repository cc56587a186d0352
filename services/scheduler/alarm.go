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
}

// DefaultAlarms returns the defaults, which are those of smsd.
func DefaultAlarms() Alarms {
	return Alarms{Level: 4, Timeout: config.Duration(time.Minute), ExecutableCheck: true}
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

func (a *Alarms) check() error {
	if a.Handler == "" {
		return nil
	}
	const least, most = 2, 7
	if a.Level < least || a.Level > most {
		return fmt.Errorf("alarms: level is %d, want %d to %d", a.Level, least, most)
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

// alarmed runs the alarm handler for an alarm that is severe enough. An alarm is
// handled once, by one of the hosts that have a handler, unless that one dies
// meanwhile.
func (s *Scheduler) alarmed(ctx context.Context, e *life.Event) error {
	alarm, ok := e.Kind.(life.Alarm)
	if !ok || alarm.Severity > s.cfg.Alarms.Level {
		return nil
	}
	who := gateway
	if e.Modem != nil && e.Modem.Name != "" {
		who = e.Modem.Name
	}
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
	return nil
}
