// Package boot is what all programs share: one configuration file, the log, and
// the way to the broker, in one order: flags, configuration, log, connection,
// services.
package boot

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/kit/process"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/monitor"
	"github.com/viesti-sms/viesti/services/scheduler"
	"github.com/viesti-sms/viesti/services/smpp"
	"github.com/viesti-sms/viesti/services/spool"
)

// Config is the configuration file. Every program reads the same file and uses
// its own sections of it.
type Config struct {
	// Host names this host in accounts, events and the state of modems; it must be
	// unique. Default: the host name up to the first dot.
	Host string `yaml:"host"`
	// State is the directory of everything that viestid must keep.
	State string     `yaml:"state"`
	NATS  NATS       `yaml:"nats"`
	Log   log.Config `yaml:"log"`
	// Queues are the provider queues, in order; shared policy.
	Queues []policyfile.Queue `yaml:"queues"`
	// Lists allow and deny destinations; shared policy.
	Lists policyfile.Lists `yaml:"lists"`
	// Inbound says which account gets what arrives, in order; shared policy.
	Inbound []policyfile.Inbound `yaml:"inbound"`
	// QuietHours are hours at which messages wait; shared policy.
	QuietHours []policyfile.QuietHours `yaml:"quiet_hours"`
	// Accounts are the SMPP clients; shared policy.
	Accounts []policyfile.Account `yaml:"accounts"`
	Spool    *spool.Config        `yaml:"spool"`
	Modems   []modem.Device       `yaml:"modems"`
	// Stats are the files of status and statistics.
	Stats *monitor.Config `yaml:"stats"`
	// SMPP is the server for SMPP clients; without the section nothing listens.
	SMPP *smpp.Config `yaml:"smpp"`
	// Jobs are what this host may run again and again.
	Jobs []scheduler.Job `yaml:"jobs"`
	// Alarms say what is done about alarms.
	Alarms scheduler.Alarms `yaml:"alarms"`
	// Stuck says what is too long for messages and modems.
	Stuck    scheduler.Stuck `yaml:"stuck"`
	Programs `yaml:",inline"`
	// PIDFile is written by viestid, which holds it: a second one does not start.
	PIDFile string `yaml:"pidfile"`
	// InfoFile says, while the modems' part of the process stops, what it waits for.
	InfoFile string `yaml:"infofile"`
	// User and Group are whom a process that root starts becomes; Group is added to
	// the groups of the user.
	User  string `yaml:"user"`
	Group string `yaml:"group"`
	// Umask is the mask of the modes of new files, in octal; default: as inherited.
	Umask config.Text `yaml:"umask"`
}

// NATS says where the broker is.
type NATS struct {
	// Target is a broker that runs by itself; without one viestid runs its own.
	bus.Target `yaml:",inline"`
	// Prefix begins all subjects; default "sms".
	Prefix string `yaml:"prefix"`
	// Replicas is the number of servers that keep each stream: 1, 3 or 5.
	Replicas int `yaml:"replicas"`
	// MaxQueued bounds the octets of waiting messages; more are not accepted until
	// some are sent. Default: for the embedded broker two thirds of its disk space,
	// otherwise no bound.
	MaxQueued uint64 `yaml:"max_queued"`
	// Embedded is the broker of viestid.
	Embedded Embedded `yaml:"embedded"`
}

// Embedded configures the broker within viestid.
type Embedded struct {
	// Listen is where other processes reach it; default a free port on loopback.
	// Whoever connects needs the key in the state directory.
	Listen string `yaml:"listen"`
	// SyncInterval is how long an accepted message may stay unsynced to the disk;
	// default 0: not at all, so that it survives a power cut.
	SyncInterval config.Duration `yaml:"sync_interval"`
	// MaxStore bounds the disk space in octets; a full broker refuses new messages.
	MaxStore int64 `yaml:"max_store"`
}

// ErrConfig says that the configuration cannot be used.
var ErrConfig = errors.New("configuration")

// Load reads the configuration file.
func Load(path string) (*Config, error) {
	c := &Config{}
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	return c, nil
}

// Complete fills in what the environment tells, and checks what can be checked
// without opening anything.
func (c *Config) Complete() error {
	if c.Host == "" {
		name, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("%w: finding the name of this host: %w; set host", ErrConfig, err)
		}
		c.Host, _, _ = strings.Cut(name, ".")
	}
	if c.NATS.Embedded.Listen == "" {
		c.NATS.Embedded.Listen = "127.0.0.1:0"
	}
	if c.Spool != nil {
		c.Spool.Host = c.Host
	}
	if c.SMPP != nil {
		c.SMPP.Host = c.Host
	}
	if c.Stats != nil {
		c.Stats.Host, c.Stats.Modems = c.Host, nil
		for _, m := range c.Modems {
			c.Stats.Modems = append(c.Stats.Modems, m.Name)
		}
	}
	c.Log.FormatTime = smsfile.FormatTime
	return c.checkQueues()
}

// Assume makes the process what the configuration wants it to be, before it opens
// anything: its user and group, and the mask of its files.
func (c *Config) Assume() error {
	if c.Umask != "" {
		mask, err := c.umask()
		if err != nil {
			return err
		}
		process.Umask(mask)
	}
	return process.Become(c.User, c.Group)
}

func (c *Config) umask() (uint32, error) {
	const octal, bits, most = 8, 32, 0o777
	mask, err := strconv.ParseUint(string(c.Umask), octal, bits)
	if err != nil || mask > most {
		return 0, fmt.Errorf("%w: umask is %q, want an octal number like 0027", ErrConfig, c.Umask)
	}
	return uint32(mask), nil
}

func (c *Config) checkQueues() error {
	if _, err := c.rules().Policy(); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	known := map[string]bool{}
	for _, q := range c.Queues {
		known[q.Name] = true
	}
	if len(c.Queues) == 0 {
		return nil
	}
	for _, m := range c.Modems {
		for _, q := range m.Queues {
			if !known[q] {
				return fmt.Errorf("%w: modem %s serves the queue %s, which queues does not list", ErrConfig, m.Name, q)
			}
		}
	}
	return nil
}

// Check checks the sections of the services, on the disk too.
func (c *Config) Check() error {
	modems := c.ModemConfig()
	timers := c.SchedulerConfig()
	err := errors.Join(c.checkProcess(), modems.Check(), timers.Check())
	if c.Spool != nil {
		err = errors.Join(err, c.Spool.Check())
	}
	if c.Stats != nil {
		err = errors.Join(err, c.Stats.Check())
	}
	if c.SMPP != nil {
		err = errors.Join(err, c.SMPP.Check())
	}
	return err
}

// checkProcess checks what is the process's own.
func (c *Config) checkProcess() error {
	var problems []error
	if err := c.Log.Check(); err != nil {
		problems = append(problems, fmt.Errorf("%w: %w", ErrConfig, err))
	}
	if c.Umask != "" {
		if _, err := c.umask(); err != nil {
			problems = append(problems, err)
		}
	}
	files := []struct{ name, path string }{{"log.file", c.Log.File}, {"pidfile", c.PIDFile}, {"infofile", c.InfoFile}}
	for _, name := range slices.Sorted(maps.Keys(c.Log.Modems)) {
		files = append(files, struct{ name, path string }{"log.modems." + name + ".file", c.Log.Modems[name].File})
	}
	for _, f := range files {
		if f.path == "" || f.path == log.StandardError {
			continue
		}
		if info, err := os.Stat(filepath.Dir(f.path)); err != nil || !info.IsDir() {
			problems = append(problems, fmt.Errorf("%w: %s: there is no directory %s; make it, or give another file", ErrConfig, f.name, filepath.Dir(f.path)))
		}
	}
	return errors.Join(problems...)
}

// rules are the shared policy as the file has it.
func (c *Config) rules() *policyfile.Rules {
	return &policyfile.Rules{Queues: c.Queues, Lists: c.Lists, Inbound: c.Inbound, QuietHours: c.QuietHours, Accounts: c.Accounts}
}

// Policy is the shared policy that the file gives; Complete has checked it.
func (c *Config) Policy() *policy.Policy {
	p, _ := c.rules().Policy()
	return p
}

// ModemConfig is the configuration of the modem worker.
func (c *Config) ModemConfig() modem.Config {
	modems := slices.Clone(c.Modems)
	for i := range modems {
		modems[i].AlarmRecipients = len(c.Alarms.Recipients(modems[i].Name))
	}
	return modem.Config{Host: c.Host, State: c.State, InfoFile: c.InfoFile, Modems: modems}
}

// SchedulerConfig is the configuration of the scheduler.
func (c *Config) SchedulerConfig() scheduler.Config {
	return scheduler.Config{Host: c.Host, Jobs: c.Jobs, Alarms: c.Alarms, Stuck: c.Stuck}
}
