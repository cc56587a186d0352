package smsdconf

import "time"

// Endless as a number of retries means that they never end.
const Endless = -1

// Drain as a SendDelay means to wait until the port has sent each character.
const Drain = -1 * time.Millisecond

// Mode is the dialect of PDUs that a modem speaks.
type Mode uint8

// Modes; zero is unknown.
const (
	ModeNew Mode = iota + 1
	// ModeOld is GSM phase 1: PDUs without service centre and validity period.
	ModeOld
)

// Receiving says whether and when a modem reads messages (smstools spec §7.7).
type Receiving uint8

// Values of Receiving, numbered as in the file.
const (
	ReceiveNever Receiving = iota
	ReceiveWhenIdle
	// ReceiveHigh reads after every message and every part.
	ReceiveHigh
)

// Reporting is the default for the header Report.
type Reporting uint8

// Values of Reporting.
const (
	ReportNo Reporting = iota
	ReportYes
	// ReportDisabled beats the header.
	ReportDisabled
)

// SIMCheck says when the presence of a SIM is tested.
type SIMCheck uint8

// Values of SIMCheck.
const (
	SIMCheckNo SIMCheck = iota
	SIMCheckYes
	SIMCheckOnce
)

// NetworkCheck says when the registration is tested.
type NetworkCheck uint8

// Values of NetworkCheck, numbered as in the file.
const (
	NetworkCheckNo NetworkCheck = iota
	NetworkCheckYes
	// NetworkCheckSending tests only for sending.
	NetworkCheckSending
)

// CallLog says how missed calls are found (smstools spec §7.10).
type CallLog uint8

// Values of CallLog.
const (
	CallLogNo CallLog = iota
	// CallLogPhonebook reads the modem's list of missed calls.
	CallLogPhonebook
	// CallLogCLIP listens to +CLIP and hangs up.
	CallLogCLIP
)

// CallPurge says how the modem's list of missed calls is emptied.
type CallPurge uint8

// Values of CallPurge.
const (
	CallPurgeNo CallPurge = iota
	CallPurgeYes
	CallPurgeCommand
)

// Modem holds the settings of one modem (smstools spec §6.3), those of [default]
// and of its group included. Its fields bear the names of their settings, whose
// Help says what each does; an empty text or list is unset. Defaults are filled
// in, those from the global part too.
type Modem struct {
	// Name is unique and consists of A-Z a-z 0-9 _ . -
	Name string

	Number      Secret
	Description string
	// Identity is an IMSI.
	Identity            Secret
	ReportDeviceDetails bool

	// Device is a path, or @host:port for TCP.
	Device string
	// Baudrate is in bits per second.
	Baudrate         int
	RTSCTS, KeepOpen bool
	// DeviceOpenRetries and SocketConnectionRetries may be Endless.
	DeviceOpenRetries              int
	DeviceOpenErrorSleeptime       time.Duration
	DeviceOpenAlarmAfter           int
	SocketConnectionRetries        int
	SocketConnectionErrorSleeptime time.Duration
	SocketConnectionAlarmAfter     int
	// SendDelay is the pause after each character, or Drain.
	SendDelay                     time.Duration
	SendHandshakeSelect           bool
	CommunicationDelay, ReadDelay time.Duration
	PollFaster                    int
	ReadTimeout                   time.Duration
	// ReadTimeouts are factors of ReadTimeout by operation, as in read_timeout_XXX:
	// one for each operation of smstools spec §7.4. They are this modem's own (W32).
	ReadTimeouts                               map[string]int
	ReportReadTimeouts                         bool
	TelnetLogin                                string
	TelnetPassword                             Secret
	TelnetCmd                                  string
	TelnetLoginPrompt, TelnetLoginPromptIgnore string
	TelnetPasswordPrompt, TelnetCmdPrompt      string
	TelnetCRLF                                 bool

	Mode Mode
	// Start and Stop are AT commands.
	Start                  string
	StartSleeptime         time.Duration
	Stop, WakeupInit       string
	NeedsWakeupAT, PreInit bool
	// PIN may be the word ignore.
	PIN           Secret
	PINSleeptime  time.Duration
	Init, Init2   string
	SelectPDUMode bool
	CheckSIM      SIMCheck
	CheckSIMCmd   string
	// CheckSIMReset holds AT commands with pauses in seconds: cmd[3]cmd[5]; or RADIO_OFF_ON(_SLOW).
	CheckSIMReset string
	// CheckSIMRetries may be Endless.
	CheckSIMRetries       int
	CheckSIMWait          time.Duration
	CheckSIMKeepOpen      bool
	CheckNetwork          NetworkCheck
	LogNotRegisteredAfter int
	// LogLevelLACCI is a syslog severity from 0 to 9.
	LogLevelLACCI          int
	StatusSignalQuality    bool
	SignalQualityBERIgnore bool

	Outgoing bool
	// Queues are the names of the queues served, in order.
	Queues []string
	Report Reporting
	// SMSC is digits without plus.
	SMSC          Secret
	SMSCPDU       bool
	SendRetries   int
	SentSleeptime time.Duration
	// MessageIDs is 1 for the first part's, 2 for the last part's, 3 for all (smstools spec §3).
	MessageIDs                    int
	ReplyPath, NationalTOAUnknown bool
	CSConvert, CSConvertOptical   bool
	// Language and LanguageExt are 0 to 13 (3GPP TS 23.038 §6.2.1.2.4); nil: unset.
	Language, LanguageExt *uint8
	// NoticeUCS2 is 0, 1 or 2.
	NoticeUCS2           int
	TextIsPDUKey         Secret
	TrustSpool           bool
	MaxContinuousSending time.Duration
	ReceiveBeforeSend    bool
	VerifyPDU            bool
	// MessageLimit and AdminMessageLimit are without limit when 0; their
	// counters are cleared at intervals unless those are 0.
	MessageLimit           int
	MessageCountClear      time.Duration
	AdminTo                Secret
	AdminMessageLimit      int
	AdminMessageCountClear time.Duration

	Incoming Receiving
	// CheckMemoryMethod is 0 to 5, 31 or 41 (smstools spec §7.8).
	CheckMemoryMethod              int
	CMGLValue                      string
	MemoryStart                    int
	PrimaryMemory, SecondaryMemory string
	// SecondaryMemoryMax is 0 when unset.
	SecondaryMemoryMax                     int
	MSPurgeHours, MSPurgeMinutes           int
	MSPurgeRead                            bool
	DecodeUnicodeText                      bool
	InternalCombine, InternalCombineBinary bool
	PriviledgedNumbers                     []Secret
	KeepMessages                           bool

	DetectMessageRouting, DetectUnexpectedInput     bool
	UnexpectedInputIsTrouble                        bool
	IgnoreUnexpectedInput                           []string
	UsingRoutedStatusReport, RoutedStatusReportCNMA bool

	Phonecalls                                   CallLog
	PhonecallsPurge                              CallPurge
	PhonecallsErrorMax                           int
	HangupIncomingCall, VoicecallHangupATH       bool
	VoicecallVTSList, VoicecallVTSQuotationMarks bool
	VoicecallCPAS, VoicecallCLCC                 bool
	VoicecallIgnoreModemResponse                 bool
	// USSDConvert is 0, 1, 2 or 4 (smstools spec §5.3).
	USSDConvert      int
	EventHandlerUSSD string

	RegularRun, RegularRunPostRun         string
	RegularRunInterval                    time.Duration
	RegularRunCmd                         []string
	RegularRunCmdFile, RegularRunStatFile string
	// RegularRunLogFile is "" for the main log.
	RegularRunLogFile  string
	RegularRunLogLevel int
	RegularRunKeepOpen bool

	EventHandler string
	// LogFile is as that of Global.
	LogFile                        string
	LogLevel                       int
	StatusIncludeCounters          bool
	Delaytime                      time.Duration
	DelaytimeRandomStart           bool
	ReadIdentityAfterSuspend       bool
	ReadConfigurationAfterSuspend  bool
	SendingDisabled, ModemDisabled bool
	PDUFromFile                    string

	lines map[string]int
}

// SetAt returns the line that gave a setting its value, in whichever section, by
// the setting's first name; 0 when its default holds.
func (m *Modem) SetAt(name string) int { return m.lines[name] }
