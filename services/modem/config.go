package modem

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Config is the configuration of the modems of one host.
type Config struct {
	// Host is the name of this host.
	Host string `yaml:"-"`
	// State is a directory for what must outlive the process; empty: there is none.
	State string `yaml:"-"`
	// InfoFile exists while the service stops and a modem has a message in hand, and
	// says so; empty: there is none.
	InfoFile string `yaml:"-"`
	// Modems are served side by side; the trouble of one never touches another.
	Modems []Device `yaml:"modems"`
}

// Device is the configuration of one modem. The names and meanings are those of
// smsd.conf (smstools spec §6.3).
type Device struct {
	Name string `yaml:"name"`
	// Device is a path or @host:port. Match stands in its place.
	Device string `yaml:"device"`
	Match  Match  `yaml:"match"`
	// AnyPort opens a port also when it is known not to be for AT commands.
	AnyPort     bool        `yaml:"any_port"`
	Baud        int         `yaml:"baudrate"`
	RTSCTS      bool        `yaml:"rtscts"`
	Number      config.Text `yaml:"number"`
	Description string      `yaml:"description"`

	// Outgoing lets the modem send, from Queues in order; none: the default queue.
	Outgoing bool     `yaml:"outgoing"`
	Queues   []string `yaml:"queues"`
	// Incoming lets it receive.
	Incoming bool `yaml:"incoming"`
	// Report is no, yes or disabled: whether status reports are asked for.
	Report string `yaml:"report"`

	PIN         config.Text     `yaml:"pin"`
	PINSleep    config.Duration `yaml:"pinsleeptime"`
	PreInit     bool            `yaml:"pre_init"`
	Init        string          `yaml:"init"`
	Init2       string          `yaml:"init2"`
	Start       string          `yaml:"start"`
	StartSleep  config.Duration `yaml:"startsleeptime"`
	Stop        string          `yaml:"stop"`
	SMSC        config.Text     `yaml:"smsc"`
	SMSCInPDU   bool            `yaml:"smsc_pdu"`
	Network     int             `yaml:"check_network"`
	Signal      bool            `yaml:"status_signal_quality"`
	PDUMode     bool            `yaml:"select_pdu_mode"`
	CMGLValue   string          `yaml:"cmgl_value"`
	MemoryStart int             `yaml:"memory_start"`
	// Mode is new, or old for a modem of GSM phase 1.
	Mode        string          `yaml:"mode"`
	ReadTimeout config.Duration `yaml:"read_timeout"`

	// SendRetries is how often a refused part is tried again by the same modem.
	SendRetries int `yaml:"send_retries"`
	// MaxAttempts is how often a part is attempted in all, by whichever modems,
	// when the network keeps refusing it for reasons that look temporary.
	MaxAttempts int             `yaml:"max_attempts"`
	ErrorSleep  config.Duration `yaml:"errorsleeptime"`
	SentSleep   config.Duration `yaml:"sentsleeptime"`
	// BlockAfter troubles of the modem itself, one after the other, it takes no
	// messages for BlockTime.
	BlockAfter int             `yaml:"blockafter"`
	BlockTime  config.Duration `yaml:"blocktime"`
	// Poll is how often the memory is looked at although the modem reported nothing.
	Poll config.Duration `yaml:"delaytime"`
	// OpenSleep is the longest pause between attempts to open the device.
	OpenSleep config.Duration `yaml:"device_open_errorsleeptime"`
	// OpenAlarm failures to open it, one after the other, raise an alarm; 0: none does.
	OpenAlarm int `yaml:"device_open_alarm_after"`
	// SuspendFile names modems that are to be out of service. It is looked at every
	// SuspendInterval.
	SuspendFile     string          `yaml:"suspend"`
	SuspendInterval config.Duration `yaml:"suspend_interval"`
	// OnUnknown is resend (the default) or hold: what to do with a part that may
	// or may not have been sent.
	OnUnknown string `yaml:"on_unknown"`

	ReplyPath             bool        `yaml:"reply_path"`
	CSConvert             bool        `yaml:"cs_convert"`
	Optical               bool        `yaml:"cs_convert_optical"`
	Language              *uint8      `yaml:"language"`
	LanguageExt           *uint8      `yaml:"language_ext"`
	NoticeUCS2            uint8       `yaml:"notice_ucs2"`
	NationalTOAUnknown    bool        `yaml:"national_toa_unknown"`
	InternationalPrefixes []string    `yaml:"international_prefixes"`
	NationalPrefixes      []string    `yaml:"national_prefixes"`
	PDUKey                config.Text `yaml:"text_is_pdu_key"`
	Validity              uint8       `yaml:"validity"`
	Autosplit             int         `yaml:"autosplit"`
	Reference16           bool        `yaml:"reference16"`

	Conversation `yaml:",inline"`
	Calls        `yaml:",inline"`
	Resets       `yaml:",inline"`
	VoiceCalls   `yaml:",inline"`
	Telnet       `yaml:",inline"`
	Limits       `yaml:",inline"`
	Regular      `yaml:",inline"`
	Rehearsal    `yaml:",inline"`

	// AlarmRecipients is how many people are sent a message about alarms of this modem;
	// the configuration of alarms says so.
	AlarmRecipients int `yaml:"-"`
}

// DefaultDevice returns the defaults of smsd for a modem, except that it receives.
func DefaultDevice() Device {
	set := compose.DefaultSettings()
	return Device{
		Baud: 115200, RTSCTS: true, Outgoing: true, Incoming: true, Report: "no", PreInit: true, Network: 1, Signal: true,
		PDUMode: true, Mode: modeNew, CMGLValue: "4", MemoryStart: 1, StartSleep: config.Duration(3 * time.Second),
		ReadTimeout: config.Duration(5 * time.Second), SendRetries: 2, MaxAttempts: 9, ErrorSleep: config.Duration(10 * time.Second),
		BlockAfter: 3, BlockTime: config.Duration(time.Hour), Poll: config.Duration(10 * time.Second),
		OpenSleep: config.Duration(30 * time.Second), SuspendInterval: config.Duration(10 * time.Second), OnUnknown: message.Resend.String(),
		CSConvert: set.CSConvert, Optical: set.Optical, NoticeUCS2: set.NoticeUCS2, Validity: set.Validity,
		Autosplit: int(set.Split), Conversation: defaultConversation(), Calls: defaultCalls(), Resets: defaultResets(),
		Regular: defaultRegular(),
	}
}

// UnmarshalYAML reads a modem over the defaults.
func (d *Device) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Device
	p := plain(DefaultDevice())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*d = Device(p)
	return nil
}

// ErrConfig says that the configuration of the modems cannot be used.
var ErrConfig = errors.New("modem configuration")

// Check reports everything that is wrong with the configuration.
func (c *Config) Check() error {
	var problems []error
	names := map[string]bool{}
	for i, d := range c.Modems {
		bad := func(format string, args ...any) {
			problem := fmt.Sprintf(format, args...)
			problems = append(problems, fmt.Errorf("%w: modem %d (%s): %s", ErrConfig, i+1, d.Name, problem))
		}
		switch {
		case d.Name == "":
			bad("it has no name")
		case names[d.Name]:
			bad("another one has the same name")
		}
		names[d.Name] = true
		switch {
		case d.Device == "" && !d.Match.wanted():
			bad("it has no device; give a path like /dev/ttyUSB0, or @host:port, or say in match what modem it is")
		case d.Device != "" && d.Match.wanted():
			bad("it has device and match; one of them is enough")
		}
		if _, ok := reports[d.Report]; !ok {
			bad("report is %q, want no, yes or disabled", d.Report)
		}
		if _, ok := policies[d.OnUnknown]; !ok {
			bad("on_unknown is %q, want resend or hold", d.OnUnknown)
		}
		if d.SuspendFile != "" && d.SuspendInterval <= 0 {
			bad("suspend_interval is %v, want more than nothing", time.Duration(d.SuspendInterval))
		}
		if d.Mode != modeNew && d.Mode != modeOld {
			bad("mode is %q, want new or old", d.Mode)
		}
		if d.Autosplit < 0 || d.Autosplit > 3 {
			bad("autosplit is %d, want 0 to 3", d.Autosplit)
		}
		for _, problem := range slices.Concat(d.Conversation.problems(), d.Calls.problems(), d.VoiceCalls.problems(), d.Limits.problems(), d.Regular.problems()) {
			bad("%s", problem)
		}
	}
	return errors.Join(append(problems, sameStatFiles(c.Modems)...)...)
}

// Values of mode.
const (
	modeNew = "new"
	modeOld = "old"
)

var reports = map[string]compose.Report{
	"no": compose.ReportNo, "yes": compose.ReportYes, "disabled": compose.ReportDisabled,
}

var policies = map[string]message.OnUnknown{
	message.Resend.String(): message.Resend, message.Hold.String(): message.Hold,
}

// settings are what the modem brings into a message.
func (d *Device) settings() *compose.Settings {
	return &compose.Settings{
		Validity: d.Validity, Split: message.Split(d.Autosplit), Report: reports[d.Report], ReceivesReports: d.Incoming,
		ReplyPath: d.ReplyPath, CSConvert: d.CSConvert, Optical: d.Optical, Language: d.Language, LanguageExt: d.LanguageExt,
		NoticeUCS2: d.NoticeUCS2, InternationalPrefixes: d.InternationalPrefixes, NationalPrefixes: d.NationalPrefixes,
		NationalTOAUnknown: d.NationalTOAUnknown, SMSC: string(d.SMSC), SMSCInPDU: d.SMSCInPDU, PDUKey: string(d.PDUKey), Reference16: d.Reference16,
		Phase1: d.Mode == modeOld,
	}
}

// pduFactor is how many read_timeouts the network may take to accept a message
// (smstools spec §7.4).
const pduFactor = 12

// ignorePIN is the value of pin that leaves the SIM alone.
const ignorePIN = "ignore"

// driver returns how the driver is to treat the modem.
func (d *Device) driver() driver.Config {
	c := driver.Config{
		Start: d.Start, StartSleep: time.Duration(d.StartSleep), Stop: d.Stop, PreInit: d.PreInit,
		PINSleep: time.Duration(d.PINSleep), Init: d.Init, Init2: d.Init2, SignalQuality: d.Signal, CheckNetwork: d.Network,
		SelectPDUMode: d.PDUMode, Phase1: d.Mode == modeOld, Incoming: d.Incoming, Acknowledge: d.Incoming, CMGLValue: d.CMGLValue, MemoryStart: d.MemoryStart,
		Timeouts:   driver.Timeouts{Command: time.Duration(d.ReadTimeout), PDU: pduFactor * time.Duration(d.ReadTimeout)},
		ErrorSleep: max(time.Duration(d.ErrorSleep), time.Nanosecond), // nothing is not the default here
	}
	if d.PIN == ignorePIN {
		c.IgnorePIN = true
	} else {
		c.PIN = driver.Secret(d.PIN)
	}
	if !d.SMSCInPDU {
		c.SMSC = string(d.SMSC)
	}
	d.apply(&c)
	c.CallerID = d.PhoneCalls == callsClip
	return c
}

// serves returns the queues that the modem takes messages from; none when it only
// receives.
func (d *Device) serves() []string {
	if !d.Outgoing {
		return nil
	}
	return d.queues()
}

// queues returns the queues that are meant for the modem.
func (d *Device) queues() []string {
	if len(d.Queues) == 0 {
		return []string{message.DefaultQueue}
	}
	return d.Queues
}
