package spool

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Config is the configuration of a spool. The names and meanings are those of
// smsd.conf (smstools spec §4, §6.2).
type Config struct {
	// Host is the name of this host; the account of the spool is "spool-<host>".
	Host string `yaml:"-"`

	// Outgoing is where producers put files. Empty: no messages are taken.
	Outgoing string `yaml:"outgoing"`
	// Checked is where accepted files wait until they are sent.
	Checked string `yaml:"checked"`
	// Queues are directories to wait in, for queues that have their own.
	Queues map[string]string `yaml:"queues"`
	// Sent and Failed keep the files; empty: a file is removed after its event.
	Sent   string `yaml:"sent"`
	Failed string `yaml:"failed"`
	// Incoming and Report are where received messages and status reports are
	// written. Report defaults to Incoming; an empty Incoming: nothing is written.
	Incoming string `yaml:"incoming"`
	Report   string `yaml:"report"`
	// PhoneCalls is where missed calls are written; it defaults to Incoming.
	PhoneCalls string `yaml:"phonecalls"`

	// TrustOutgoing takes files at once: producers rename them in.
	TrustOutgoing bool `yaml:"trust_outgoing"`
	// Alphabet is that of files that name none: iso (the default) or utf-8.
	Alphabet string `yaml:"alphabet"`
	// OutgoingUTF8 reads what is valid UTF-8 in files of the alphabet iso as UTF-8.
	// Without it each octet is a character of ISO-8859-15 (smstools spec §1.4).
	OutgoingUTF8 bool `yaml:"outgoing_utf8"`
	// TrimText removes white space at the end of Latin texts.
	TrimText bool `yaml:"trim_text"`
	// IncludeFrom lists the directories below which Include may read; empty: none.
	IncludeFrom []string `yaml:"include_from"`
	// Blacklist and Whitelist are files of number prefixes (smstools spec §7.2).
	Blacklist string `yaml:"blacklist"`
	Whitelist string `yaml:"whitelist"`
	// KeepFilename keeps the names of files; otherwise they are made anew, and
	// StoreOriginalFilename puts the old one into the header Original_filename.
	KeepFilename          bool `yaml:"keep_filename"`
	StoreOriginalFilename bool `yaml:"store_original_filename"`
	// FilenamePreview puts so many characters of the text into file names; 0: none.
	FilenamePreview int `yaml:"filename_preview"`
	// StoreSentPDU is 0 to 3 (smstools spec §3).
	StoreSentPDU int `yaml:"store_sent_pdu"`
	// StoreReceivedPDU is 0 none, 1 damaged ones, 2 also binary and UCS2, 3 all.
	StoreReceivedPDU int `yaml:"store_received_pdu"`
	// MessageIDs is 1 first, 2 last (the default), 3 all.
	MessageIDs int `yaml:"messageids"`
	// ModemMessageIDs are in its place for what some modems of this host send.
	ModemMessageIDs map[string]int `yaml:"modem_messageids"`
	// IncomingUTF8 and DecodeUnicodeText say how received text is stored (smstools spec §2.3).
	IncomingUTF8      bool `yaml:"incoming_utf8"`
	DecodeUnicodeText bool `yaml:"decode_unicode_text"`
	// CSConvert converts the GSM alphabet; otherwise its septets are stored as they are.
	CSConvert bool `yaml:"cs_convert"`
	// InternalCombine joins the parts of a message into one file. InternalCombineBinary
	// is the same for binary messages, where it differs; without it their user data
	// header stays in the body (smstools spec §2.5).
	InternalCombine       bool  `yaml:"internal_combine"`
	InternalCombineBinary *bool `yaml:"internal_combine_binary"`
	// Reception holds what differs for the messages of some modems.
	Reception map[string]Reception `yaml:"reception"`
	// ICPurgeAfter is how long parts wait for the others, from when the first came;
	// 0: for ever. Then they are delivered as they are if ICPurgeRead is set, and
	// removed otherwise. ICPurgeInterval is how often that is looked at.
	ICPurgeAfter    config.Duration `yaml:"ic_purge_after"`
	ICPurgeRead     bool            `yaml:"ic_purge_read"`
	ICPurgeInterval config.Duration `yaml:"ic_purge_interval"`
	// DateFilename puts the date into the names of received files, in the form of
	// DateFilenameFormat: 0 not, 1 first, 2 behind the modem.
	DateFilename       int    `yaml:"date_filename"`
	DateFilenameFormat string `yaml:"date_filename_format"`
	// The copies are second places for the files. ReportCopy defaults to
	// IncomingCopy. EventHandlerUseCopy shows the handler the copy.
	IncomingCopy        string `yaml:"incoming_copy"`
	ReportCopy          string `yaml:"report_copy"`
	SentCopy            string `yaml:"sent_copy"`
	FailedCopy          string `yaml:"failed_copy"`
	EventHandlerUseCopy bool   `yaml:"eventhandler_use_copy"`
	// LanguageFile translates the headers of files (smstools spec §1.2).
	LanguageFile string `yaml:"language_file"`
	// TimeFormat is the strftime form of times in files.
	TimeFormat string `yaml:"datetime_format"`
	// EventHandler is executed for every event, as smsd does (smstools spec §5.2).
	EventHandler string `yaml:"eventhandler"`
	// ModemEventHandlers replace it for events of some modems.
	ModemEventHandlers map[string]string `yaml:"modem_eventhandlers"`
	// CheckHandler is shown every file before it is read: it accepts with 0, rejects
	// with 1, and has taken the file over with 2 (smstools spec §5.2). With anything
	// else the file is held.
	CheckHandler string `yaml:"checkhandler"`
	// ExecutableCheck looks at the start whether the handlers can be executed.
	ExecutableCheck bool `yaml:"executable_check"`
	// HandlerTimeout ends a handler that hangs.
	HandlerTimeout config.Duration `yaml:"handler_timeout"`
	// HandlerPatience is how long the calls for one modem wait for one of them; then
	// the next ones begin beside it.
	HandlerPatience config.Duration `yaml:"handler_patience"`
	// HandlerParallel is how many event handlers, and how many check handlers, may
	// run at once.
	HandlerParallel int `yaml:"handler_parallel"`
	// HandlerLimits bound what a handler may use.
	HandlerLimits hook.Limits `yaml:"handler_limits"`
	// Rescan is how often the directory is looked at although nothing told so.
	Rescan config.Duration `yaml:"rescan"`
}

// DefaultConfig returns the defaults of smsd, without directories.
func DefaultConfig() Config {
	return Config{
		Alphabet: "iso", OutgoingUTF8: true, TrimText: true, KeepFilename: true, StoreOriginalFilename: true, StoreSentPDU: 1, StoreReceivedPDU: 1, MessageIDs: 2,
		TimeFormat: smsfile.DefaultTimeFormat, HandlerTimeout: config.Duration(time.Minute),
		HandlerPatience: config.Duration(5 * time.Second), HandlerParallel: 16, ExecutableCheck: true,
		Rescan:    config.Duration(10 * time.Second),
		CSConvert: true, InternalCombine: true, DateFilenameFormat: "%Y-%m-%d",
		ICPurgeAfter: config.Duration(24 * time.Hour), ICPurgeRead: true, ICPurgeInterval: config.Duration(30 * time.Minute),
	}
}

// UnmarshalYAML reads a spool over the defaults.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Config
	p := plain(DefaultConfig())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*c = Config(p)
	return nil
}

// ErrConfig says that the configuration of the spool cannot be used.
var ErrConfig = errors.New("spool configuration")

// Check reports everything that is wrong with the configuration, on the disk too:
// directories must exist and be writable.
func (c *Config) Check() error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...))
	}
	if c.Outgoing != "" && c.Checked == "" {
		bad("outgoing is set, checked is not: accepted files need a place to wait")
	}
	if smsfile.ParseAlphabet([]byte(c.Alphabet)) != smsfile.ISO && smsfile.ParseAlphabet([]byte(c.Alphabet)) != smsfile.UTF8 {
		bad("alphabet is %q, want iso or utf-8", c.Alphabet)
	}
	if c.MessageIDs < 1 || c.MessageIDs > 3 {
		bad("messageids is %d, want 1, 2 or 3", c.MessageIDs)
	}
	for modem, ids := range c.ModemMessageIDs {
		if ids < 1 || ids > 3 {
			bad("modem_messageids: %s has %d, want 1, 2 or 3", modem, ids)
		}
	}
	for name, v := range map[string]int{"store_sent_pdu": c.StoreSentPDU, "store_received_pdu": c.StoreReceivedPDU} {
		if v < 0 || v > storeAllPDUs {
			bad("%s is %d, want 0 to 3", name, v)
		}
	}
	if c.DateFilename < 0 || c.DateFilename > int(smsfile.DateSecond) {
		bad("date_filename is %d, want 0, 1 or 2", c.DateFilename)
	}
	for _, l := range []struct{ name, path string }{{"blacklist", c.Blacklist}, {"whitelist", c.Whitelist}} {
		if l.path == "" {
			continue
		}
		if _, err := os.ReadFile(l.path); err != nil {
			bad("%s: %w; make it readable for the service", l.name, err)
		}
	}
	if c.HandlerTimeout <= 0 || c.HandlerPatience <= 0 || c.HandlerParallel < 1 {
		bad("handler_timeout, handler_patience and handler_parallel must be more than nothing")
	}
	for name, command := range c.handlers() {
		if err := (hook.Hook{Command: command}).Check(); err != nil && c.ExecutableCheck {
			bad("%s: %w", name, err)
		}
	}
	if _, err := c.language(); err != nil {
		bad("language_file: %w", err)
	}
	dirs := c.directories()
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		if err := config.Writable(dirs[name]); err != nil {
			bad("%s: %w", name, err)
		}
	}
	return errors.Join(problems...)
}

// handlers are the programs, by setting.
func (c *Config) handlers() map[string]string {
	all := map[string]string{"eventhandler": c.EventHandler, "checkhandler": c.CheckHandler}
	for modem, command := range c.ModemEventHandlers {
		all["eventhandler of "+modem] = command
	}
	return all
}

// directories are those that must be usable, by setting.
func (c *Config) directories() map[string]string {
	dirs := map[string]string{}
	for name, dir := range map[string]string{
		"outgoing": c.Outgoing, "checked": c.Checked, "sent": c.Sent, "failed": c.Failed, "incoming": c.Incoming, "report": c.Report,
		"phonecalls":    c.PhoneCalls,
		"incoming_copy": c.IncomingCopy, "report_copy": c.ReportCopy, "sent_copy": c.SentCopy, "failed_copy": c.FailedCopy,
	} {
		if dir != "" {
			dirs[name] = dir
		}
	}
	for queue, dir := range c.Queues {
		dirs["queue "+queue] = dir
	}
	return dirs
}

// waiting returns the directory in which messages of a queue wait.
func (c *Config) waiting(queue string) string {
	if dir := c.Queues[queue]; dir != "" {
		return dir
	}
	return c.Checked
}

// include reads a file for an Include header, if it lies below an allowed
// directory, whatever links and dots say.
func (c *Config) include(path string) ([]byte, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, errors.New("the file does not exist or cannot be read")
	}
	allowed := slices.ContainsFunc(c.IncludeFrom, func(dir string) bool {
		root, err := filepath.EvalSymlinks(dir)
		return err == nil && strings.HasPrefix(real, strings.TrimSuffix(root, "/")+"/")
	})
	if !allowed {
		return nil, errors.New("the file is not below a directory that include_from lists")
	}
	info, err := os.Stat(real)
	if err != nil || !info.Mode().IsRegular() || info.Size() > smsfile.DefaultMaxSize {
		return nil, errors.New("the file is not a regular file of a sensible size")
	}
	return os.ReadFile(real)
}
