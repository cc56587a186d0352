package modem

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Conversation is how a modem is talked to, beyond the essentials of Device. The
// names and meanings are those of smsd.conf (smstools spec §6.3) where it has them.
type Conversation struct {
	// Profile is the name of a family of modems, auto, or none.
	Profile string `yaml:"profile"`

	WakeupInit    string `yaml:"wakeup_init"`
	NeedsWakeupAT bool   `yaml:"needs_wakeup_at"`

	// CheckSIM is no, yes or once.
	CheckSIM        string          `yaml:"check_sim"`
	CheckSIMCmd     string          `yaml:"check_sim_cmd"`
	CheckSIMReset   string          `yaml:"check_sim_reset"`
	CheckSIMRetries int             `yaml:"check_sim_retries"`
	CheckSIMWait    config.Duration `yaml:"check_sim_wait"`

	// LogNotRegisteredAfter failures to find a network, the log says so as an error; so
	// many questions in one wait for it are not logged.
	LogNotRegisteredAfter int `yaml:"log_not_registered_after"`
	// CellInfo asks for the cell with the registration, and logs its changes.
	CellInfo bool `yaml:"cell_info"`
	// DeviceDetails logs once what the modem says of itself.
	DeviceDetails bool `yaml:"report_device_details"`

	CommunicationDelay config.Duration `yaml:"communication_delay"`
	// SendDelay is a pause behind each character that is written.
	SendDelay config.Duration `yaml:"send_delay"`
	// ReadTimeouts are factors of read_timeout by operation.
	ReadTimeouts map[string]int `yaml:"read_timeouts"`

	// CheckMemoryMethod is auto, or a number of smsd.
	CheckMemoryMethod  config.Text   `yaml:"check_memory_method"`
	PrimaryMemory      string        `yaml:"primary_memory"`
	SecondaryMemory    string        `yaml:"secondary_memory"`
	SecondaryMemoryMax int           `yaml:"secondary_memory_max"`
	PriviledgedNumbers []config.Text `yaml:"priviledged_numbers"`
	KeepMessages       bool          `yaml:"keep_messages"`
	// MemoryAlarm is how full a memory may stay, in percent; 0: as full as it likes.
	MemoryAlarm int `yaml:"memory_alarm"`

	// MoreMessages keeps the radio link open while more parts or messages follow.
	MoreMessages bool `yaml:"more_messages"`

	RoutedStatusReportCNMA   bool     `yaml:"routed_status_report_cnma"`
	DetectUnexpectedInput    bool     `yaml:"detect_unexpected_input"`
	UnexpectedInputIsTrouble bool     `yaml:"unexpected_input_is_trouble"`
	IgnoreUnexpectedInput    []string `yaml:"ignore_unexpected_input"`

	// TraceAT is the file of the transcript; empty: none is written.
	TraceAT string `yaml:"trace_at"`
	// TroubleAT is a file that gets what was said before each trouble; empty: none does.
	TroubleAT string `yaml:"trouble_at"`
}

func defaultConversation() Conversation {
	return Conversation{
		Profile: driver.AutoProfile, CheckSIM: "no", CheckSIMCmd: "AT+CPIN?", CheckSIMRetries: 10,
		CheckSIMWait: config.Duration(30 * time.Second), CheckMemoryMethod: "auto", MemoryAlarm: 80, MoreMessages: true,
		RoutedStatusReportCNMA: true, DetectUnexpectedInput: true,
	}
}

// listings are the ways of finding messages by check_memory_method. What it is
// called in smsd comes first, how it reads second.
var listings = map[config.Text]driver.Listing{
	"": driver.ListAuto, "auto": driver.ListAuto, "0": driver.ListBlindly, "1": driver.ListByIndex, "2": driver.ListDeletable,
	"3": driver.ListThenRead, "4": driver.ListThenRead, "31": driver.ListWhole, "41": driver.ListWhole,
}

// methodSIM600 is the method that is not supported.
const methodSIM600 = "5"

// mostSendDelay keeps a message from taking minutes.
const mostSendDelay = time.Second

// deletesAtEnd reports whether messages are removed only after all are durable.
func (c *Conversation) deletesAtEnd() bool {
	return c.CheckMemoryMethod == "4" || c.CheckMemoryMethod == "41"
}

// sorts reports whether privileged senders come first (smstools spec §7.3).
func (c *Conversation) sorts() bool {
	return len(c.PriviledgedNumbers) > 0 || c.CheckMemoryMethod == "31" || c.CheckMemoryMethod == "41"
}

// problems tells what is wrong.
func (c *Conversation) problems() (problems []string) {
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if _, ok := driver.FindProfile(c.Profile); !ok {
		names := []string{driver.AutoProfile, driver.NoProfile}
		for _, p := range driver.Profiles() {
			names = append(names, p.Name)
		}
		bad("profile is %q, want one of %s", c.Profile, strings.Join(names, ", "))
	}
	switch _, ok := listings[c.CheckMemoryMethod]; {
	case c.CheckMemoryMethod == methodSIM600:
		bad("check_memory_method is 5, which is for the SIM600 alone and is not supported; without the line messages are found with AT+CMGL")
	case !ok:
		bad("check_memory_method is %q, want auto, 0, 1, 2, 3, 4, 31 or 41", string(c.CheckMemoryMethod))
	}
	if !slices.Contains([]string{"", "no", "yes", "once"}, c.CheckSIM) {
		bad("check_sim is %q, want no, yes or once", c.CheckSIM)
	}
	if c.SendDelay < 0 || time.Duration(c.SendDelay) > mostSendDelay {
		bad("send_delay is %s, want %s at most", time.Duration(c.SendDelay), mostSendDelay)
	}
	if c.MemoryAlarm < 0 || c.MemoryAlarm > 100 {
		bad("memory_alarm is %d, want 0 to 100 percent", c.MemoryAlarm)
	}
	for _, op := range slices.Sorted(maps.Keys(c.ReadTimeouts)) {
		if !driver.Op(op).Known() {
			bad("read_timeouts has %q, which is none of %s", op, strings.Join(driver.Ops(), ", "))
		} else if c.ReadTimeouts[op] < 1 {
			bad("read_timeouts: %s is %d, want at least 1", op, c.ReadTimeouts[op])
		}
	}
	if c.SecondaryMemory != "" && c.PrimaryMemory == "" {
		bad("secondary_memory is set and primary_memory is not")
	}
	return problems
}

// apply tells the driver.
func (c *Conversation) apply(to *driver.Config) {
	to.Profile = c.Profile
	to.Wakeup, to.WakeupAT = c.WakeupInit, c.NeedsWakeupAT
	to.SIMCheck = driver.SIMCheck{
		Enabled: c.CheckSIM == "yes" || c.CheckSIM == "once", Once: c.CheckSIM == "once",
		Command: c.CheckSIMCmd, Reset: c.CheckSIMReset, Retries: c.CheckSIMRetries, Wait: time.Duration(c.CheckSIMWait),
	}
	to.CellInfo, to.Gap, to.MoreMessages = c.CellInfo, time.Duration(c.CommunicationDelay), c.MoreMessages
	to.SendDelay = time.Duration(c.SendDelay)
	to.Listing, to.SecondaryMax = listings[c.CheckMemoryMethod], c.SecondaryMemoryMax
	for _, memory := range []string{c.PrimaryMemory, c.SecondaryMemory} {
		if memory = strings.Trim(memory, `" `); memory != "" {
			to.Memories = append(to.Memories, memory)
		}
	}
	to.Acknowledge = to.Acknowledge && c.RoutedStatusReportCNMA
	to.Timeouts.Factors = map[driver.Op]int{}
	for op, factor := range c.ReadTimeouts {
		to.Timeouts.Factors[driver.Op(op)] = factor
	}
	if factor := c.ReadTimeouts[string(driver.OpPDU)]; factor > 0 {
		to.Timeouts.PDU = time.Duration(factor) * to.Timeouts.Command
	}
}
