package boot

import (
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/scheduler"
)

// regularRun is the name of the job that the global regular_run becomes.
const regularRun = "regular_run"

// smsdJobs makes a job of the global regular_run: at the start and at its interval,
// without arguments (smstools spec §5.2).
func smsdJobs(conf *smsdconf.Config) []scheduler.Job {
	g := conf.Global
	if g.RegularRun == "" {
		return nil
	}
	j := scheduler.DefaultJob()
	j.Name, j.Command, j.Interval, j.AtStart = regularRun, g.RegularRun, config.Duration(g.RegularRunInterval), true
	j.ExecutableCheck = g.ExecutableCheck
	return []scheduler.Job{j}
}

// smsdAlarms takes over the alarm handler and admin_to. One limit holds for all
// modems: the greatest that any of them has.
func smsdAlarms(conf *smsdconf.Config) scheduler.Alarms {
	g := conf.Global
	a := scheduler.DefaultAlarms()
	if g.AlarmHandler != "" {
		a.Handler, a.Level, a.ExecutableCheck = g.AlarmHandler, g.AlarmLevel, g.ExecutableCheck
	}
	to := g.AdminTo.Reveal()
	if to != "" {
		a.To = []config.Text{config.Text(to)}
	}
	limit, period := 0, time.Duration(0)
	for i := range conf.Modems {
		m := &conf.Modems[i]
		if own := m.AdminTo.Reveal(); own != to {
			if a.ModemTo == nil {
				a.ModemTo = map[string][]config.Text{}
			}
			a.ModemTo[m.Name] = nil // nobody
			if own != "" {
				a.ModemTo[m.Name] = []config.Text{config.Text(own)}
			}
		}
		if m.AdminMessageLimit > limit {
			limit, period = m.AdminMessageLimit, m.AdminMessageCountClear
		}
	}
	if limit > 0 {
		a.ToLimit, a.ToPeriod = limit, config.Duration(period)
	}
	if a.Handler == "" && len(a.To)+len(a.ModemTo) == 0 {
		return scheduler.Alarms{}
	}
	return a
}
