package smsdconf

func handlerRows(g *Global) []row {
	return []row{
		text(&g.CheckHandler, Command, "checkhandler", "", Essential, "command that accepts or rejects every message file"),
		text(&g.EventHandler, Command, "eventhandler", "", Essential, "command that is told what became of a message"),
		text(&g.AlarmHandler, Command, "alarmhandler", "", Essential, "command that is told of alarms"),
		bound(&g.AlarmLevel, levels(2, 7), Level, "alarmlevel", "4", Essential, "least severe level that raises an alarm"),
		text(&g.RegularRun, Command, "regular_run", "", Essential, "command that runs at start and at intervals"),
		period(&g.RegularRunInterval, Seconds, 1, "regular_run_interval", "300", Essential, "interval of regular_run"),
		text(&g.Start, Command, "start", "", Useful, "command that runs once at start; its failure refuses the start"),
		text(&g.StartArgs, Text, "start_args", "", Useful, "arguments of start"),
		text(&g.Child, Command, "child", "", Useful, "command that runs as long as the daemon"),
		text(&g.ChildArgs, Text, "child_args", "", Useful, "arguments of child"),
		yesNo(&g.ExecutableCheck, "executable_check", "yes", Useful, "check at start that commands can be executed; must be no for commands with arguments"),
		text(&g.Shell, Path, "shell", "/bin/sh", Useful, "shell that runs commands"),
		yesNo(&g.ShellTest, "shell_test", "yes", Useful, "try the shell at start"),
		yesNo(&g.IgnoreExecOutput, "ignore_exec_output", "no", Useful, "do not capture the output of commands"),
		hidden(&g.AdminTo, secrets(), PhoneNumber, "admin_to", Useful, "number that gets alerts"),
		text(&g.AdminMessageDevice, Text, "adminmessage_device", "", Useful, "modem that sends the daemon's alerts; unset: the first that can"),
	}
}

func logRows(g *Global) []row {
	return []row{
		bound(&g.LogFile, logTargets(), Path, "logfile", "", Essential, "file of the log; 1 standard output, 2 standard error, unset: syslog"),
		bound(&g.LogLevel, levels(1, 9), Level, "loglevel", "", Essential, "least severe level in the log; unset: 4 with a log file, 7 with syslog").
			derives(g.defaultLogLevel),
		bound(&g.LogtimeFormat, timeFormats(true), TimeFormat, "logtime_format", "%Y-%m-%d %H:%M:%S", Useful, "format of times in the log; timems and timeus stand for fractions"),
		yesNo(&g.LogtimeMS, "logtime_ms", "no", Useful, "add milliseconds to the default format"),
		yesNo(&g.LogtimeUS, "logtime_us", "no", Useful, "add microseconds to the default format"),
		yesNo(&g.SmartLogging, "smart_logging", "no", Useful, "log everything around trouble alone"),
		yesNo(&g.LogSingleLines, "log_single_lines", "yes", Legacy, "log answers of modems in one line"),
		yesNo(&g.LogUnmodified, "log_unmodified", "no", Legacy, "log answers of modems as they are"),
		yesNo(&g.LogCharconv, "log_charconv", "no", Legacy, "log conversions of characters"),
		yesNo(&g.LogReadFromModem, "log_read_from_modem", "no", Legacy, "log what was read, as hexadecimal digits"),
		yesNo(&g.LogResponseTime, "log_response_time", "no", Legacy, "log how long modems took to answer"),
		yesNo(&g.LogReadTiming, "log_read_timing", "no", Legacy, "log the timing of reads"),
	}
}

// defaultLogLevel sets the level that goes with the kind of log (smstools spec §6.2).
func (g *Global) defaultLogLevel() {
	g.LogLevel = 4
	if g.LogFile == "" {
		g.LogLevel = 7
	}
}

func statusRows(g *Global) []row {
	return []row{
		period(&g.StatsInterval, Seconds, 0, "stats_interval", "3600", Useful, "interval of statistics files; 0: none"),
		yesNo(&g.StatsNoZeroes, "stats_no_zeroes", "no", Useful, "leave out statistics files without numbers"),
		period(&g.StatusInterval, Seconds, 0, "status_interval", "1", Useful, "interval of the status file; 0 does not switch it off"),
		yesNo(&g.StatusSignalQuality, "status_signal_quality", "yes", Useful, "show the signal quality in the status"),
		yesNo(&g.StatusIncludeCounters, "status_include_counters", "yes", Useful, "show counters in the status"),
		yesNo(&g.StatusIncludeUptime, "status_include_uptime", "no", Useful, "show the time since start in the status"),
	}
}

func processRows(g *Global) []row {
	return []row{
		text(&g.User, Text, "user", "", Essential, "user to run as"),
		text(&g.Group, Text, "group", "", Essential, "group to run as, in addition to the user's"),
		text(&g.PIDFile, Path, "pidfile", "/var/run/smsd.pid", Essential, "file with the process id"),
		text(&g.InfoFile, Path, "infofile", "/var/run/smsd.working", Essential, "file that exists while stopping takes its time"),
		yesNo(&g.Terminal, "terminal", "no", Useful, "stay in the foreground"),
		yesNo(&g.UseLinuxPSTrick, "use_linux_ps_trick", "no", Legacy, "change the titles of processes"),
		yesNo(&g.OSCygwin, "os_cygwin", "no", Legacy, "give files modes for Cygwin"),
		text(&g.MyPath, Text, "mypath", "", Legacy, "accepted without effect"),
		yesNo(&g.EnableSmsdDebug, "enable_smsd_debug", "no", Legacy, "for the developers of smsd"),
	}
}
