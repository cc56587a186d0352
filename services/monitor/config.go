package monitor

import (
	"errors"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Config is the configuration of the statistics.
type Config struct {
	// Host is the name of this host, and Modems are its modems, in order.
	Host   string   `yaml:"-"`
	Modems []string `yaml:"-"`

	// Directory is where the files are written.
	Directory string `yaml:"directory"`
	// Interval is how often a file of statistics is written; 0: never.
	Interval config.Duration `yaml:"interval"`
	// NoZeroes leaves out files of statistics without numbers.
	NoZeroes bool `yaml:"no_zeroes"`
	// StatusInterval is how often the status file is looked after.
	StatusInterval config.Duration `yaml:"status_interval"`
	// Counters and Uptime are shown in the status file.
	Counters bool `yaml:"include_counters"`
	Uptime   bool `yaml:"include_uptime"`
	// WithoutCounters and WithoutBitErrors are modems that those are not shown of.
	WithoutCounters  []string `yaml:"without_counters"`
	WithoutBitErrors []string `yaml:"without_bit_errors"`
	// TimeFormat is the strftime form of times in the status file.
	TimeFormat string `yaml:"datetime_format"`
}

// DefaultConfig returns the defaults of smsd, without a directory.
func DefaultConfig() Config {
	return Config{
		Interval: config.Duration(time.Hour), StatusInterval: config.Duration(time.Second), Counters: true,
		TimeFormat: smsfile.DefaultTimeFormat,
	}
}

// UnmarshalYAML reads the statistics over the defaults.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Config
	p := plain(DefaultConfig())
	if err := unmarshal(&p); err != nil {
		return err
	}
	*c = Config(p)
	return nil
}

// ErrConfig says that the configuration of the statistics cannot be used.
var ErrConfig = errors.New("stats configuration")

// Check reports everything that is wrong with the configuration, on the disk too.
func (c *Config) Check() error {
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...))
	}
	if c.Directory == "" {
		bad("directory is not set: give the place of the files")
	} else if err := config.Writable(c.Directory); err != nil {
		bad("directory: %w", err)
	}
	if c.Interval < 0 || c.Interval%config.Duration(time.Second) != 0 {
		bad("interval is %s, want whole seconds, or 0 for no files", time.Duration(c.Interval))
	}
	if c.StatusInterval <= 0 {
		bad("status_interval is %s, want a time", time.Duration(c.StatusInterval))
	}
	return errors.Join(problems...)
}
