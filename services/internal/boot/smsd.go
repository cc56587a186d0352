package boot

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/monitor"
	"github.com/viesti-sms/viesti/services/spool"
)

// FromSmsd makes a configuration of an smsd.conf. All that is wrong, or has no
// effect although that could be seen, is listed on stderr, with the line; what smsd
// would not start with, viestid does not start with either.
func FromSmsd(path string, stderr io.Writer) (*Config, error) {
	conf, err := readSmsd(path, stderr)
	if err != nil {
		return nil, err
	}
	for _, f := range findings(conf) {
		if !f.Honoured && !f.Needless {
			fmt.Fprintf(stderr, "%s: %s\n", path, f)
		}
	}
	return fromSmsd(conf), nil
}

// readSmsd reads an smsd.conf, and lists on stderr all that is wrong with it.
func readSmsd(path string, stderr io.Writer) (*smsdconf.Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading smsd.conf: %w", err)
	}
	conf, problems := smsdconf.Parse(data, smsdconf.Options{})
	for _, p := range problems {
		fmt.Fprintf(stderr, "%s: %s\n", path, p)
	}
	if smsdconf.Refuses(problems) {
		return nil, fmt.Errorf("%w: %s has errors, see above", ErrConfig, path)
	}
	return conf, nil
}

func fromSmsd(conf *smsdconf.Config) *Config {
	g := conf.Global
	cfg := &Config{PIDFile: g.PIDFile, InfoFile: g.InfoFile, User: g.User, Group: g.Group, Spool: smsdSpool(conf), Log: smsdLog(conf)}
	if g.Umask != nil {
		cfg.Umask = config.Text(fmt.Sprintf("%04o", *g.Umask))
	}
	if g.Stats != "" {
		cfg.Stats = &monitor.Config{
			Directory: g.Stats, Interval: config.Duration(g.StatsInterval), NoZeroes: g.StatsNoZeroes,
			StatusInterval: config.Duration(max(g.StatusInterval, time.Second)), Counters: g.StatusIncludeCounters, Uptime: g.StatusIncludeUptime,
			TimeFormat: g.DatetimeFormat,
		}
		smsdStatus(cfg.Stats, conf)
	}
	cfg.Jobs, cfg.Alarms = smsdJobs(conf), smsdAlarms(conf)
	cfg.Start, cfg.Child = strings.TrimSpace(g.Start+" "+g.StartArgs), strings.TrimSpace(g.Child+" "+g.ChildArgs)
	for i, q := range conf.Queues {
		cfg.Queues = append(cfg.Queues, policyfile.Queue{Name: q.Name, Prefixes: conf.Providers[i].Prefixes})
	}
	for i := range conf.Modems {
		cfg.Modems = append(cfg.Modems, smsdModem(conf, &conf.Modems[i]))
	}
	return cfg
}

// smsdStatus takes over what is not shown of single modems.
func smsdStatus(s *monitor.Config, conf *smsdconf.Config) {
	for i := range conf.Modems {
		m := &conf.Modems[i]
		if m.StatusIncludeCounters {
			s.Counters = true
		} else {
			s.WithoutCounters = append(s.WithoutCounters, m.Name)
		}
		if m.SignalQualityBERIgnore {
			s.WithoutBitErrors = append(s.WithoutBitErrors, m.Name)
		}
	}
}

// smsdLog makes a log of the lines of smsd. What it would give to syslog goes to
// standard error, where systemd takes it.
func smsdLog(conf *smsdconf.Config) log.Config {
	g := &conf.Global
	c := log.Config{Format: log.FormatSmsd, Level: strconv.Itoa(g.LogLevel), TimeFormat: g.LogtimeFormat}
	if isFile(g.LogFile) {
		c.File = g.LogFile
	}
	if g.SetAt("logtime_format") == 0 {
		switch {
		case g.LogtimeUS:
			c.TimeFormat += ".timeus"
		case g.LogtimeMS:
			c.TimeFormat += ".timems"
		}
	}
	for i := range conf.Modems {
		m := &conf.Modems[i]
		own := log.ModemLog{}
		switch {
		case m.LogFile == g.LogFile:
		case isFile(m.LogFile):
			own.File = m.LogFile
		default:
			own.File = log.StandardError
		}
		if m.LogLevel != g.LogLevel {
			own.Level = strconv.Itoa(m.LogLevel)
		}
		if own == (log.ModemLog{}) {
			continue
		}
		if c.Modems == nil {
			c.Modems = map[string]log.ModemLog{}
		}
		c.Modems[m.Name] = own
	}
	return c
}

// troubleLog is where smsd writes what led to trouble, beside a log that is a file.
func troubleLog(logfile string) string {
	const suffix = ".log"
	name, isLog := strings.CutSuffix(logfile, suffix)
	switch {
	case !isFile(logfile):
		return ""
	case isLog && name != "":
		return name + "_trouble" + suffix
	default:
		return logfile + ".trouble"
	}
}

// isFile reports whether a logfile of smsd is one.
func isFile(logfile string) bool {
	return logfile != "" && logfile != smsdconf.LogToStdout && logfile != smsdconf.LogToStderr
}

func smsdSpool(conf *smsdconf.Config) *spool.Config {
	g := conf.Global
	s := spool.DefaultConfig()
	s.Outgoing, s.Checked, s.Sent, s.Failed, s.Incoming, s.Report = g.Outgoing, g.Checked, g.Sent, g.Failed, g.Incoming, g.Report
	s.PhoneCalls, s.LanguageFile = g.Phonecalls, g.LanguageFile
	s.OutgoingUTF8 = g.OutgoingUTF8
	s.TrustOutgoing, s.TrimText, s.StoreSentPDU, s.StoreReceivedPDU = g.TrustOutgoing, g.TrimText, g.StoreSentPDU, g.StoreReceivedPDU
	s.IncomingUTF8, s.DecodeUnicodeText, s.TimeFormat = g.IncomingUTF8, g.DecodeUnicodeText, g.DatetimeFormat
	s.EventHandler, s.Blacklist, s.Whitelist = g.EventHandler, g.Blacklist, g.Whitelist
	s.CheckHandler, s.ExecutableCheck = g.CheckHandler, g.ExecutableCheck
	s.KeepFilename, s.StoreOriginalFilename, s.FilenamePreview = g.KeepFilename, g.StoreOriginalFilename, g.FilenamePreview
	smsdIncoming(&s, conf)
	if g.Alphabet == smsdconf.AlphabetUTF8 {
		s.Alphabet = "utf-8"
	}
	s.Queues, s.ModemEventHandlers, s.ModemMessageIDs = map[string]string{}, map[string]string{}, map[string]int{}
	for _, q := range conf.Queues {
		s.Queues[q.Name] = q.Dir
	}
	if len(conf.Queues) > 0 && g.SetAt("checked") == 0 {
		s.Checked = conf.Queues[0].Dir // smsd does not use checked beside queues
	}
	for _, m := range conf.Modems {
		if m.MessageIDs != s.MessageIDs {
			s.ModemMessageIDs[m.Name] = m.MessageIDs
		}
		if m.SetAt("eventhandler") > 0 {
			s.ModemEventHandlers[m.Name] = m.EventHandler
		}
	}
	return &s
}

// smsdIncoming takes over how received messages are written. The interval of the
// purge is in minutes, as the manual has it (smstools spec Appendix A).
func smsdIncoming(s *spool.Config, conf *smsdconf.Config) {
	g := conf.Global
	s.InternalCombine, s.InternalCombineBinary = g.InternalCombine, &g.InternalCombineBinary
	s.ICPurgeAfter = config.Duration(time.Duration(g.ICPurgeHours)*time.Hour + time.Duration(g.ICPurgeMinutes)*time.Minute)
	s.ICPurgeRead, s.ICPurgeInterval = g.ICPurgeRead, config.Duration(g.ICPurgeInterval/time.Second*time.Minute)
	s.DateFilename, s.DateFilenameFormat = g.DateFilename, g.DateFilenameFormat
	s.IncomingCopy, s.ReportCopy, s.SentCopy, s.FailedCopy = g.IncomingCopy, g.ReportCopy, g.SentCopy, g.FailedCopy
	s.EventHandlerUseCopy = g.EventHandlerUseCopy
	s.Reception = map[string]spool.Reception{}
	for i := range conf.Modems {
		m := &conf.Modems[i]
		s.Reception[m.Name] = spool.Reception{
			CSConvert: &m.CSConvert, DecodeUnicodeText: &m.DecodeUnicodeText,
			InternalCombine: &m.InternalCombine, InternalCombineBinary: &m.InternalCombineBinary,
		}
	}
}

func smsdModem(conf *smsdconf.Config, m *smsdconf.Modem) modem.Device {
	g := conf.Global
	d := modem.DefaultDevice()
	d.Name, d.Device, d.Baud, d.RTSCTS = m.Name, m.Device, m.Baudrate, m.RTSCTS
	d.Number, d.Description, d.Outgoing, d.Queues = config.Text(m.Number.Reveal()), m.Description, m.Outgoing, m.Queues
	d.Incoming = m.Incoming != smsdconf.ReceiveNever
	d.Report = [...]string{"no", "yes", "disabled"}[m.Report]
	d.PIN, d.PINSleep, d.PreInit, d.Init, d.Init2 = config.Text(m.PIN.Reveal()), config.Duration(m.PINSleeptime), m.PreInit, m.Init, m.Init2
	d.Start, d.StartSleep, d.Stop = m.Start, config.Duration(m.StartSleeptime), m.Stop
	d.SMSC, d.SMSCInPDU, d.Network, d.Signal = config.Text(m.SMSC.Reveal()), m.SMSCPDU, int(m.CheckNetwork), m.StatusSignalQuality
	d.PDUMode, d.CMGLValue, d.MemoryStart, d.ReadTimeout = m.SelectPDUMode, m.CMGLValue, m.MemoryStart, config.Duration(m.ReadTimeout)
	if m.Mode == smsdconf.ModeOld {
		d.Mode = "old"
	}
	d.SendRetries, d.SentSleep = m.SendRetries, config.Duration(m.SentSleeptime)
	d.MessageLimit, d.MessageCountClear = m.MessageLimit, config.Duration(m.MessageCountClear)
	d.ErrorSleep, d.BlockAfter, d.BlockTime = config.Duration(g.ErrorSleeptime), g.BlockAfter, config.Duration(g.Blocktime)
	d.Poll, d.OpenSleep = config.Duration(m.Delaytime), config.Duration(m.DeviceOpenErrorSleeptime)
	d.SuspendFile = g.Suspend
	d.OnUnknown = message.Resend.String() // as smsd, which retries
	d.ReplyPath, d.CSConvert, d.Optical = m.ReplyPath, m.CSConvert, m.CSConvertOptical
	d.Language, d.LanguageExt, d.NoticeUCS2 = m.Language, m.LanguageExt, uint8(m.NoticeUCS2)
	d.NationalTOAUnknown, d.PDUKey = m.NationalTOAUnknown, config.Text(m.TextIsPDUKey.Reveal())
	d.InternationalPrefixes, d.NationalPrefixes = g.InternationalPrefixes, g.NationalPrefixes
	d.Validity, d.Autosplit = g.Validity, g.Autosplit
	d.OpenAlarm = m.DeviceOpenAlarmAfter
	if strings.HasPrefix(m.Device, "@") {
		d.OpenAlarm, d.OpenSleep = m.SocketConnectionAlarmAfter, config.Duration(m.SocketConnectionErrorSleeptime)
	}
	d.Rehearsal = modem.Rehearsal{SendingDisabled: m.SendingDisabled, ModemDisabled: m.ModemDisabled}
	if g.SmartLogging {
		d.TroubleAT = troubleLog(m.LogFile)
	}
	smsdRegular(&d.Regular, m)
	d.Regular.ExecutableCheck = g.ExecutableCheck
	smsdConversation(&d.Conversation, m)
	d.VoiceCalls = modem.VoiceCalls{
		VTSList: m.VoicecallVTSList, VTSQuoted: m.VoicecallVTSQuotationMarks, CPAS: m.VoicecallCPAS, CLCC: m.VoicecallCLCC,
		IgnoreResponse: m.VoicecallIgnoreModemResponse,
	}
	d.Telnet = modem.Telnet{
		Login: m.TelnetLogin, Password: config.Text(m.TelnetPassword.Reveal()), Command: m.TelnetCmd, LoginPrompt: m.TelnetLoginPrompt,
		LoginPromptIgnore: m.TelnetLoginPromptIgnore, PasswordPrompt: m.TelnetPasswordPrompt, CommandPrompt: m.TelnetCmdPrompt, LF: !m.TelnetCRLF,
	}
	d.Calls = modem.Calls{
		PhoneCalls: [...]string{"no", "yes", "clip"}[m.Phonecalls], PhoneCallsPurge: [...]string{"no", "yes", "command"}[m.PhonecallsPurge],
		PhoneCallsErrorMax: m.PhonecallsErrorMax, HangUp: m.HangupIncomingCall, OldHangUp: m.VoicecallHangupATH,
	}
	if d.Poll < config.Duration(time.Second) {
		d.Poll = config.Duration(time.Second)
	}
	return d
}

// smsdRegular takes over the regular run of a modem.
func smsdRegular(r *modem.Regular, m *smsdconf.Modem) {
	r.Run, r.PostRun, r.KeepOpen = m.RegularRun, m.RegularRunPostRun, m.RegularRunKeepOpen
	r.Interval, r.Cmds = config.Duration(m.RegularRunInterval), m.RegularRunCmd
	r.CmdFile, r.StatFile = m.RegularRunCmdFile, m.RegularRunStatFile
	r.LogFile, r.LogLevel, r.USSDHandler = m.RegularRunLogFile, m.RegularRunLogLevel, m.EventHandlerUSSD
}

// honouredSettings are the settings of smsd.conf that have an effect here
// (TestHonouredSettings).
var honouredSettings = map[smsdconf.Scope]map[string]bool{
	smsdconf.GlobalScope: set(
		"devices", "outgoing", "checked", "incoming", "report", "sent", "failed", "trust_outgoing", "autosplit", "alphabet",
		"outgoing_utf8", "trim_text", "validity", "international_prefixes", "national_prefixes", "store_sent_pdu", "incoming_utf8",
		"decode_unicode_text", "store_received_pdu", "delaytime", "errorsleeptime", "blockafter", "blocktime", "eventhandler", "checkhandler", "executable_check",
		"alarmhandler", "alarmlevel", "admin_to", "start", "start_args", "child", "child_args", "regular_run", "regular_run_interval",
		"logfile", "pidfile", "infofile", "datetime_format",
		"status_signal_quality", "blacklist", "whitelist", "keep_filename", "store_original_filename",
		"filename_preview", "internal_combine", "internal_combine_binary", "ic_purge_hours", "ic_purge_minutes", "ic_purge_read",
		"ic_purge_interval", "date_filename", "date_filename_format", "incoming_copy", "report_copy", "sent_copy", "failed_copy",
		"eventhandler_use_copy", "suspend", "phonecalls", "hangup_incoming_call", "voicecall_hangup_ath", "priviledged_numbers",
		"user", "group", "umask", "smart_logging", "loglevel", "logtime_format", "logtime_ms", "logtime_us",
		"language_file", "stats", "stats_interval", "stats_no_zeroes", "status_interval", "status_include_counters", "status_include_uptime",
	),
	smsdconf.ModemScope: set(
		"admin_to", "adminmessage_limit", "adminmessage_count_clear", "device", "logfile", "loglevel", "baudrate", "rtscts", "number", "description", "outgoing", "queues", "incoming", "report", "pin", "pinsleeptime",
		"pre_init", "init", "init2", "start", "startsleeptime", "stop", "smsc", "smsc_pdu", "check_network", "status_signal_quality",
		"mode", "select_pdu_mode", "cmgl_value", "memory_start", "read_timeout", "send_retries", "sentsleeptime", "message_limit", "message_count_clear", "messageids", "reply_path",
		"cs_convert", "cs_convert_optical", "language", "language_ext", "notice_ucs2", "national_toa_unknown", "text_is_pdu_key",
		"eventhandler", "delaytime", "device_open_errorsleeptime",
		"detect_unexpected_input", "decode_unicode_text", "internal_combine", "internal_combine_binary",
		"wakeup_init", "needs_wakeup_at", "check_sim", "check_sim_cmd", "check_sim_reset", "check_sim_retries", "check_sim_wait",
		"log_not_registered_after", "loglevel_lac_ci", "signal_quality_ber_ignore", "report_device_details",
		"communication_delay", "send_delay", "read_timeout_XXX", "status_include_counters", "check_memory_method", "primary_memory",
		"secondary_memory", "secondary_memory_max", "priviledged_numbers", "keep_messages", "routed_status_report_cnma",
		"unexpected_input_is_trouble", "ignore_unexpected_input",
		"phonecalls", "phonecalls_purge", "phonecalls_error_max", "hangup_incoming_call", "voicecall_hangup_ath",
		"voicecall_vts_list", "voicecall_vts_quotation_marks", "voicecall_cpas", "voicecall_clcc", "voicecall_ignore_modem_response",
		"telnet_login", "telnet_password", "telnet_cmd", "telnet_login_prompt", "telnet_login_prompt_ignore", "telnet_password_prompt",
		"telnet_cmd_prompt", "telnet_crlf",
		"regular_run", "regular_run_post_run", "regular_run_interval", "regular_run_cmd", "regular_run_cmdfile", "regular_run_statfile",
		"regular_run_logfile", "regular_run_loglevel", "regular_run_keep_open", "eventhandler_ussd",
		"device_open_alarm_after", "socket_connection_errorsleeptime", "socket_connection_alarm_after", "sending_disabled", "modem_disabled",
	),
}

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

func honoured(scope smsdconf.Scope, setting string) bool { return honouredSettings[scope][setting] }
