package smsdconf

import "time"

// Alphabet is the default body alphabet of message files (smstools spec §1.4).
type Alphabet uint8

// Alphabets; zero is unknown.
const (
	AlphabetISO Alphabet = iota + 1
	AlphabetUTF8
)

// Values of LogFile that are no files; syslog is "".
const (
	LogToStdout = "1"
	LogToStderr = "2"
)

// Global holds the settings before the first section (smstools spec §6.2). Its
// fields bear the names of their settings, whose Help says what each does; an
// empty text or list is unset. Defaults are filled in.
type Global struct {
	// Devices holds the names of the modems, ranges expanded.
	Devices                                        []string
	Outgoing, Checked, Incoming                    string
	Report, Phonecalls, Saved, Sent, Failed        string
	IncomingCopy, ReportCopy, SentCopy, FailedCopy string
	EventHandlerUseCopy                            bool
	Stats                                          string

	KeepFilename, StoreOriginalFilename bool
	// FilenamePreview is the length of the text in file names, in characters; 0: none.
	FilenamePreview int
	// DateFilename is 0 for no date in file names, 1 or 2 for its place.
	DateFilename       int
	DateFilenameFormat string
	DatetimeFormat     string
	LanguageFile       string
	// Umask is the mask of modes of new files, 0 to 0777; nil: inherited.
	Umask *uint32

	TrustOutgoing, IgnoreOutgoingPriority, SpoolDirectoryOrder bool
	DelaytimeMainprocess, SleeptimeMainprocess                 time.Duration
	Notifier                                                   bool
	// Autosplit is 0 to 3 (smstools spec §1.6).
	Autosplit              int
	Alphabet               Alphabet
	OutgoingUTF8, TrimText bool
	// Validity is the relative TP-VP octet (3GPP TS 23.040 §9.2.3.12.1).
	Validity                                uint8
	InternationalPrefixes, NationalPrefixes []string
	Blacklist, Whitelist                    string
	// StoreSentPDU is 0 for none, 1 failed, 2 also binary and UCS2, 3 all.
	StoreSentPDU int
	// MaxContinuousSending is without limit when 0.
	MaxContinuousSending time.Duration

	IncomingUTF8, DecodeUnicodeText        bool
	InternalCombine, InternalCombineBinary bool
	// ICPurgeHours and ICPurgeMinutes add up; both 0: parts are kept for ever.
	ICPurgeHours, ICPurgeMinutes int
	ICPurgeRead                  bool
	ICPurgeInterval              time.Duration
	// StoreReceivedPDU is 0 to 3 (smstools spec §2.2).
	StoreReceivedPDU                       int
	ReceiveBeforeSend                      bool
	PriviledgedNumbers                     []Secret
	HangupIncomingCall, VoicecallHangupATH bool
	KeepMessages                           bool

	Delaytime, ErrorSleeptime time.Duration
	// BlockAfter is the number of failures in a row after which a modem pauses for Blocktime.
	BlockAfter int
	Blocktime  time.Duration
	// CheckPIDInterval switches the check off when 0.
	CheckPIDInterval time.Duration
	Suspend          string

	CheckHandler, EventHandler, AlarmHandler string
	// AlarmLevel is a syslog severity from 2 to 7: less severe events raise no alarm.
	AlarmLevel                         int
	RegularRun                         string
	RegularRunInterval                 time.Duration
	Start, StartArgs, Child, ChildArgs string
	ExecutableCheck                    bool
	Shell                              string
	ShellTest, IgnoreExecOutput        bool
	AdminTo                            Secret
	AdminMessageDevice                 string

	// LogFile is a path, LogToStdout, LogToStderr, or "" for syslog.
	LogFile string
	// LogLevel is a syslog severity from 1 to 9: less severe lines are left out.
	LogLevel                                         int
	LogtimeFormat                                    string
	LogtimeMS, LogtimeUS, SmartLogging               bool
	LogSingleLines, LogUnmodified, LogCharconv       bool
	LogReadFromModem, LogResponseTime, LogReadTiming bool
	StatsInterval                                    time.Duration
	StatsNoZeroes                                    bool
	StatusInterval                                   time.Duration
	StatusSignalQuality                              bool
	StatusIncludeCounters, StatusIncludeUptime       bool

	User, Group, PIDFile, InfoFile      string
	Terminal, UseLinuxPSTrick, OSCygwin bool
	MyPath                              string
	EnableSmsdDebug                     bool

	lines map[string]int
}

// SetAt returns the line that gave a setting its value, by the setting's first
// name; 0 when its default holds.
func (g *Global) SetAt(name string) int { return g.lines[name] }
