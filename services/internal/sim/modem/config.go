package modem

import (
	"cmp"
	"regexp"
	"time"
)

// Config describes a modem. The zero value is a registered modem without a PIN,
// without delays, alone on a network of its own.
type Config struct {
	// Name identifies the modem in Records.
	Name string
	// Number is the modem's own number in international digits without a plus;
	// messages to it on the same Network arrive here. Empty: it cannot be reached.
	Number string

	// Identification (3GPP TS 27.007 §5.1 to §5.6); defaults stand in for what is empty.
	Manufacturer, Model, Revision, IMEI, IMSI, ICCID string

	// PIN is asked for after power-up when it is not empty; three wrong ones
	// block the SIM until PUK is given, ten wrong PUKs for good.
	PIN, PUK string
	// Blocked makes the SIM ask for its PUK from the start.
	Blocked bool
	// NoSIM makes the modem answer that there is no SIM.
	NoSIM bool

	// Memories are the message memories. Default: SM and ME of 50 and SR of 20
	// places. When both SM and ME exist, MT is offered as their union.
	Memories []Memory
	// MemoryArguments is how many memories AT+CPMS takes, 1 to 3; default 3.
	MemoryArguments int
	// FirstIndex0 makes the indexes of a memory begin at 0, not 1.
	FirstIndex0 bool
	// FullLoses loses a message that arrives at a full memory; otherwise the
	// network keeps it until there is a free place.
	FullLoses bool

	// Operator is the name that AT+COPS? gives.
	Operator string
	// Signal is the <rssi> of AT+CSQ, 0 to 31, 99 unknown; default 20. Use a
	// negative number for a signal of 0.
	Signal int
	// Registration is the <stat> of AT+CREG?; default RegisteredHome.
	Registration Registration
	// SMSC is what AT+CSCA? gives, digits without a plus.
	SMSC string

	// Latency are the times that things take.
	Latency Latency
	// AckTimeout is how long a message routed with +CMT or +CDS waits for
	// AT+CNMA when AT+CSMS=1 is in force (3GPP TS 27.005 §3.4.4); default 15 s.
	AckTimeout time.Duration
	// RingInterval is the time between two RINGs of a call; default 5 s.
	RingInterval time.Duration

	// BootLines are unsolicited lines after power-up, for example "SMS Ready".
	BootLines []string
	// BootTime is how long after power-up they come; until then message
	// commands are refused.
	BootTime time.Duration
	// ResetDrops lets AT+CFUN=1,1 take the connection away, for BackAfter.
	ResetDrops bool
	// BackAfter is how long a pty is away after a reset.
	BackAfter time.Duration
	// EagerURC lets unsolicited lines come out while a command is carried out
	// and between a prompt and its PDU; otherwise they wait for the final result.
	EagerURC bool
	// Phase1 makes it a modem of GSM phase 1: PDUs have no service centre in front.
	Phase1 bool
	// AnyLength takes PDUs whose length differs from the one given with AT+CMGS,
	// and ones that cannot be decoded.
	AnyLength bool
	// UnknownCommand is the final result for a command that the modem does not
	// know; default "ERROR".
	UnknownCommand string

	// Terse makes the modem begin with ATV0: results as numbers (ITU-T V.250 §6.2.6).
	Terse bool
	// TextMode makes it begin with AT+CMGF=1: texts in place of PDUs.
	TextMode bool
	// Spell changes what the modem says just before it is written: other line ends,
	// other letters. It gets whole answers and lines, and must not keep them.
	Spell func([]byte) []byte

	// Calls are the results of dialling; the first that matches counts. A number
	// without one answers OK at once.
	Calls []Call
	// USSD are the answers of the network to AT+CUSD.
	USSD []USSD
	// USSDPacked makes AT+CUSD speak packed GSM 7 bit in hexadecimal, whatever
	// AT+CSCS says, as Huawei's modems do.
	USSDPacked bool
	// PhonebookSize is the number of entries in each phone book; default 20.
	PhonebookSize int

	// OnCommand is told every AT command line before it is carried out; it is
	// called without locks, and holds the modem up as long as it runs.
	OnCommand func(line string)
	// OnPDU is told when the first octet of a PDU arrives, in the same way.
	OnPDU func()
	// Rules make the modem misbehave from the start.
	Rules []Rule
	// Network connects modems; when it is nil the modem has one of its own.
	Network *Network
	// ReportDelay is the default of the modem's own network.
	ReportDelay time.Duration
	// Journal takes the records; when it is nil the modem has one of its own.
	Journal *Journal
	// Seed makes everything random repeatable.
	Seed uint64
	// Now is the clock for time stamps; default time.Now.
	Now func() time.Time
}

// Memory is a message memory (3GPP TS 27.005 §3.2.3).
type Memory struct {
	// Name is for example "SM", "ME" or "SR".
	Name string
	// Size is the number of places.
	Size int
}

// Latency are the times that a modem and its network take; zero is at once.
type Latency struct {
	// Command is the time before the answer to a command line.
	Command time.Duration
	// Prompt is the time before the prompt of AT+CMGS.
	Prompt time.Duration
	// Accept is the time between a PDU and the network having it.
	Accept time.Duration
	// Jitter is added to Accept, evenly distributed between 0 and this.
	Jitter time.Duration
}

// Call is the result of dialling a number.
type Call struct {
	// Match is searched in the dialled number; nil matches every number.
	Match *regexp.Regexp
	// Result is the final result, for example "BUSY"; default "OK".
	Result string
	// After is how long it takes.
	After time.Duration
	// HangUpAfter lets the other side end a call that was answered with OK.
	// Zero: it does not.
	HangUpAfter time.Duration
}

// USSD is an answer of the network (3GPP TS 27.007 §7.15).
type USSD struct {
	// Code is what must have been sent, for example "*100#".
	Code string
	// Reply is the text of the answer.
	Reply string
	// Status is <m>: 0 done, 1 the network asks for more, 2 ended by the network.
	Status int
	// DCS is the cell broadcast data coding scheme; 15 is the usual one.
	DCS int
	// After is how long the network takes.
	After time.Duration
}

// Registration is a registration status (3GPP TS 27.007 §7.2).
type Registration int

// Registration states.
const (
	// RegistrationDefault stands for RegisteredHome in a Config.
	RegistrationDefault Registration = iota
	RegisteredHome
	Searching
	RegistrationDenied
	RegistrationUnknown
	RegisteredRoaming
	RegisteredHomeSMS
	RegisteredRoamingSMS
	NotRegistered
)

// stat returns the number that the modem shows.
func (r Registration) stat() int {
	if r == NotRegistered {
		return 0
	}
	return int(r)
}

func (r Registration) hasService() bool {
	switch r {
	case RegisteredHome, RegisteredRoaming, RegisteredHomeSMS, RegisteredRoamingSMS:
		return true
	}
	return false
}

// Defaults that a test may want to know.
const (
	defaultSMSC       = "358501234567"
	defaultSignal     = 20
	defaultAckTimeout = 15 * time.Second
	defaultRing       = 5 * time.Second
	defaultPhonebook  = 20
)

// withDefaults fills in what is empty.
func (c Config) withDefaults() Config {
	c.Name = cmp.Or(c.Name, "modem")
	c.Manufacturer = cmp.Or(c.Manufacturer, "Viesti")
	c.Model = cmp.Or(c.Model, "Simulated Modem")
	c.Revision = cmp.Or(c.Revision, "1.0")
	c.IMEI = cmp.Or(c.IMEI, "490154203237518")
	c.IMSI = cmp.Or(c.IMSI, "244051234567890")
	c.ICCID = cmp.Or(c.ICCID, "8935805012345678901")
	c.Operator = cmp.Or(c.Operator, "Viesti Sim")
	c.SMSC = cmp.Or(c.SMSC, defaultSMSC)
	c.UnknownCommand = cmp.Or(c.UnknownCommand, "ERROR")
	c.Registration = cmp.Or(c.Registration, RegisteredHome)
	c.AckTimeout = cmp.Or(c.AckTimeout, defaultAckTimeout)
	c.RingInterval = cmp.Or(c.RingInterval, defaultRing)
	c.PhonebookSize = cmp.Or(c.PhonebookSize, defaultPhonebook)
	c.Signal = max(cmp.Or(c.Signal, defaultSignal), 0)
	return c.withParts()
}

// withParts fills in those parts that are not plain values.
func (c Config) withParts() Config {
	if len(c.Memories) == 0 {
		c.Memories = []Memory{{"SM", 50}, {"ME", 50}, {"SR", 20}}
	}
	if c.MemoryArguments < 1 || c.MemoryArguments > 3 {
		c.MemoryArguments = 3
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Journal == nil {
		c.Journal = NewJournal(nil)
	}
	if c.Network == nil {
		c.Network = NewNetwork(NetworkConfig{SMSC: c.SMSC, ReportDelay: c.ReportDelay, Now: c.Now})
	}
	return c
}
