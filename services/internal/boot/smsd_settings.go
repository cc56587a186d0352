package boot

import (
	"fmt"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
)

// verdict says what becomes of a setting that is not honoured.
type verdict struct {
	// needless settings tune what Viesti does not do: leaving them out, or in, changes
	// nothing that could be seen. They are told by viesti migrate alone.
	needless bool
	// text says why the setting has no effect, and what to do instead.
	text string
}

func needless(text string) verdict { return verdict{true, text} }
func without(text string) verdict  { return verdict{false, text} }

// verdicts are about the settings of smsd.conf that honouredSettings does not list
// (smstools spec §6.2, §6.3).
var verdicts = map[smsdconf.Scope]map[string]verdict{
	smsdconf.GlobalScope: {
		"ignore_outgoing_priority": needless("priorities cost no time here; leave the header Priority out of files instead"),
		"spool_directory_order":    needless("files are taken by age and priority; that costs no time here"),
		"max_continuous_sending":   needless("messages are received beside the sending"),
		"receive_before_send":      needless("messages are received beside the sending"),
		"keep_messages":            without("messages are removed from the modem as soon as they are safe; set keep_messages in the section of a modem for tests"),
		"shell":                    without("programs are executed without a shell; a script names its own in its first line"),
		"shell_test":               needless("programs are executed without a shell"),
		"ignore_exec_output":       needless("a program does not wait for its output to be read"),
		"adminmessage_device":      needless("a message about an alarm goes to the queue of its number, and to whichever modem serves that"),
		"log_single_lines":         needless("the transcript of trace_at shows what modems say line by line"),
		"log_unmodified":           needless("the transcript of trace_at shows what modems say"),
		"log_charconv":             without("conversions are not logged; viesti pdu encode --explain shows them"),
		"log_read_from_modem":      without("use trace_at of the modem, or --trace-at"),
		"log_response_time":        without("use trace_at of the modem, or --trace-at: every line has its time"),
		"log_read_timing":          without("use trace_at of the modem, or --trace-at: every line has its time"),
		"use_linux_ps_trick":       needless("there is one process for all modems; viesti status shows them"),
		"os_cygwin":                without("Cygwin is not supported; set umask for the modes of files"),
		"mypath":                   needless("smsd ignores it too"),
		"enable_smsd_debug":        without("set log.level: debug in YAML, or loglevel = 7"),
		"saved":                    needless("parts of messages are kept by the broker; what smsd left there is not read"),
		"notifier":                 needless("new files are always noticed at once"),
		"delaytime_mainprocess":    needless("new files are noticed at once"),
		"sleeptime_mainprocess":    needless("new files are noticed at once"),
		"terminal":                 needless("it always stays in the foreground; systemd, or scripts/viesti-sms3, puts it into the background"),
		"check_pid_interval":       needless("a second instance does not start while the first one runs"),
	},
	smsdconf.ModemScope: {
		"identity":                         without("a modem keeps its section whatever SIM is in it; give the device by its path in /dev/serial/by-id"),
		"device_open_retries":              without("opening the port is tried without end; the log and viesti status say so meanwhile"),
		"socket_connection_retries":        without("connecting is tried without end; the log and viesti status say so meanwhile"),
		"send_handshake_select":            needless("the operating system does the handshake"),
		"max_continuous_sending":           needless("messages are received beside the sending"),
		"receive_before_send":              needless("messages are received beside the sending"),
		"verify_pdu":                       without("the answer of the modem tells whether it took the PDU"),
		"ms_purge_hours":                   without("it belongs to check_memory_method = 5, which is refused; leave check_memory_method out"),
		"ms_purge_minutes":                 without("it belongs to check_memory_method = 5, which is refused; leave check_memory_method out"),
		"ms_purge_read":                    without("it belongs to check_memory_method = 5, which is refused; leave check_memory_method out"),
		"ussd_convert":                     needless("answers of USSD are always decoded; viesti modem ussd shows them"),
		"delaytime_random_start":           needless("modems do not poll in step"),
		"read_identity_after_suspend":      needless("the identity is always read when the port is opened"),
		"read_configuration_after_suspend": without("send SIGHUP: it reads the configuration anew"),
		"keep_open":                        without("the port stays open, and locked; viesti modem suspend NAME, or the file of suspend, frees it for another program"),
		"check_sim_keep_open":              needless("the port stays open while the SIM is waited for"),
		"trust_spool":                      needless("what waits in a queue is complete"),
		"poll_faster":                      needless("nothing is polled"),
		"read_delay":                       needless("what a modem says is read as it comes"),
		"report_read_timeouts":             needless("an answer that did not come is always logged"),
		"detect_message_routing":           needless("messages that a modem hands over without storing them are always taken"),
		"using_routed_status_report":       needless("reports that a modem hands over are always taken, and are no trouble"),
		"pdu_from_file":                    without("use viesti-sim for tests"),
	},
}

// globalAnyway and modemAnyway report whether a setting that is not honoured says what is
// done anyway.
var globalAnyway = map[string]func(*smsdconf.Global) bool{
	"keep_messages":       func(g *smsdconf.Global) bool { return !g.KeepMessages },
	"log_charconv":        func(g *smsdconf.Global) bool { return !g.LogCharconv },
	"log_read_from_modem": func(g *smsdconf.Global) bool { return !g.LogReadFromModem },
	"log_response_time":   func(g *smsdconf.Global) bool { return !g.LogResponseTime },
	"log_read_timing":     func(g *smsdconf.Global) bool { return !g.LogReadTiming },
	"os_cygwin":           func(g *smsdconf.Global) bool { return !g.OSCygwin },
	"enable_smsd_debug":   func(g *smsdconf.Global) bool { return !g.EnableSmsdDebug },
}

var modemAnyway = map[string]func(*smsdconf.Modem) bool{
	"keep_open":                        func(m *smsdconf.Modem) bool { return m.KeepOpen },
	"device_open_retries":              func(m *smsdconf.Modem) bool { return m.DeviceOpenRetries == smsdconf.Endless },
	"socket_connection_retries":        func(m *smsdconf.Modem) bool { return m.SocketConnectionRetries == smsdconf.Endless },
	"verify_pdu":                       func(m *smsdconf.Modem) bool { return !m.VerifyPDU },
	"pdu_from_file":                    func(m *smsdconf.Modem) bool { return m.PDUFromFile == "" },
	"read_configuration_after_suspend": func(m *smsdconf.Modem) bool { return !m.ReadConfigurationAfterSuspend },
}

// asAnyway reports whether a line says what is done anyway, for all modems that it counts for.
func asAnyway(conf *smsdconf.Config, use smsdconf.Use) bool {
	if use.Scope == smsdconf.GlobalScope {
		same := globalAnyway[use.Setting]
		return same != nil && same(&conf.Global)
	}
	same := modemAnyway[use.Setting]
	for i := range conf.Modems {
		m := &conf.Modems[i]
		if same == nil || m.SetAt(use.Setting) == use.Line && !same(m) {
			return false
		}
	}
	return same != nil
}

// otherMeanings are what is different about settings that are honoured (the page of
// divergences has the same, with reasons).
var otherMeanings = map[smsdconf.Scope]map[string]string{
	smsdconf.GlobalScope: {
		"store_received_pdu": "2 means binary and UCS2, as the manual of smsd has it",
		"ic_purge_interval":  "in minutes, as the manual of smsd has it",
		"ic_purge_read":      "purged parts have an event, and no removes them, as the manual of smsd has it",
		"delaytime":          "messages to send are taken at once; it is the interval of looking for received ones",
		"pidfile":            "a second instance does not start while the first one runs",
		"eventhandler":       "executed without a shell: a program and its arguments, no pipes; it is ended after a minute, and nothing waits for it",
		"checkhandler":       "executed without a shell; with an exit code above 2, or after a minute, the message is held and an alarm raised",
		"smart_logging":      "what was said with a modem before each trouble, without numbers and texts, in the file beside the log; whatever loglevel is",
		"start":              "executed without a shell, for five minutes at most; it runs when the broker does, before all services",
		"child":              "executed without a shell",
		"admin_to":           "about every alarm, not only about handlers and limits; without adminmessage_limit ten in an hour at most",
		"alarmhandler":       "executed without a shell for every alarm of the gateway and its modems; the date and the time are always two arguments",
		"regular_run":        "executed without a shell, for an hour at most; a run that lasts longer than the interval is not joined by another one. Alternate_to is acted on without it: take that part out of a script",
		"executable_check":   "commands with arguments are checked too",
		"blacklist":          "messages wait while it cannot be read",
		"whitelist":          "messages wait while it cannot be read",
	},
	smsdconf.ModemScope: {
		"regular_run":                      "executed without a shell: a program and its arguments, no pipes; it is ended after a minute (regular_run_timeout in YAML), and the modem is initialised anew after it",
		"regular_run_post_run":             "as regular_run",
		"regular_run_cmd":                  "the wait ends with the result code of the modem; [expression] is what the answer is compared with",
		"regular_run_cmdfile":              "it is removed before its commands are given, so that none is given twice",
		"eventhandler_ussd":                "executed without a shell: a program and its arguments, no pipes",
		"send_delay":                       "a second at most; -1 is needless, for the port drains by itself",
		"device_open_alarm_after":          "opening is tried without end, and the alarm raised once",
		"socket_connection_errorsleeptime": "it is the longest pause between attempts",
		"socket_connection_alarm_after":    "connecting is tried without end, and the alarm raised once",
		"admin_to":                         "as in the global part, about alarms of this modem",
		"adminmessage_limit":               "one limit holds for all alarms: the greatest of all modems",
		"incoming":                         "high is as yes: what arrives is taken beside the sending",
		"pin":                              "a PIN that was refused is not given again, also after a restart",
		"eventhandler":                     "executed without a shell: a program and its arguments, no pipes; it is ended after a minute, and nothing waits for it",
		"delaytime":                        "messages to send are taken at once; it is the interval of looking for received ones, at least a second",
		"send_retries":                     "for temporary refusals other modems try too, up to max_attempts (9) in all",
	},
}

// Finding is what becomes of one line of an smsd.conf.
type Finding struct {
	smsdconf.Use
	// Honoured lines have an effect as in smsd, or the one of the page of divergences.
	Honoured bool
	// Needless lines have none, and nobody would see a difference.
	Needless bool
	// Text says why a line has no effect, and what to do instead; of an honoured one
	// what is different, if anything is.
	Text string
}

// String returns the finding as one line for a log or a terminal.
func (f Finding) String() string {
	where := "global part"
	if f.Section != "" {
		where = "[" + f.Section + "]"
	}
	switch {
	case f.Honoured && f.Text != "":
		return fmt.Sprintf("line %d, %s: %s: taken over: %s", f.Line, where, f.Name, f.Text)
	case f.Honoured:
		return fmt.Sprintf("line %d, %s: %s: taken over", f.Line, where, f.Name)
	case f.Needless:
		return fmt.Sprintf("line %d, %s: %s: not needed: %s", f.Line, where, f.Name, f.Text)
	default:
		return fmt.Sprintf("line %d, %s: warning: %s has no effect here: %s", f.Line, where, f.Name, f.Text)
	}
}

// findings judges every line of a configuration that sets something.
func findings(conf *smsdconf.Config) []Finding {
	var all []Finding
	for _, use := range conf.Set() {
		if honoured(use.Scope, use.Setting) {
			all = append(all, Finding{Use: use, Honoured: true, Text: otherMeanings[use.Scope][use.Setting]})
			continue
		}
		v := verdicts[use.Scope][use.Setting]
		if !v.needless && asAnyway(conf, use) {
			v = needless("that is how it is anyway")
		}
		all = append(all, Finding{Use: use, Needless: v.needless, Text: v.text})
	}
	return all
}
