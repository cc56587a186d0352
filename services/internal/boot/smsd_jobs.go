package boot

import (
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

func smsdAlarms(conf *smsdconf.Config) scheduler.Alarms {
	g := conf.Global
	if g.AlarmHandler == "" {
		return scheduler.Alarms{}
	}
	a := scheduler.DefaultAlarms()
	a.Handler, a.Level, a.ExecutableCheck = g.AlarmHandler, g.AlarmLevel, g.ExecutableCheck
	return a
}
