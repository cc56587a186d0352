// Package log makes the zap logger of a process and the fields that every line
// about a message or a modem carries.
package log

import (
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Config says what is logged, how and where.
type Config struct {
	// Level is debug, info (the default), warn or error. With format smsd it may also
	// be a level of smsd, 1 to 9: lines of a greater severity number are left out.
	Level string `yaml:"level"`
	// Format is console (the default), json, or smsd: the lines of smsd, for programs
	// that read them, whole numbers included.
	Format string `yaml:"format"`
	// File is appended to; empty means standard error.
	File string `yaml:"file"`
	// TimeFormat is the strftime form of the times of format smsd, in which timems and
	// timeus stand for fractions of the second; empty: "%Y-%m-%d %H:%M:%S".
	TimeFormat string `yaml:"time_format"`
	// Modems have logs, or levels, of their own.
	Modems map[string]ModemLog `yaml:"modems"`
	// FormatTime writes a time in a strftime form.
	FormatTime func(t time.Time, format string) string `yaml:"-"`
}

// Errors of configurations.
var (
	// ErrFormat says that there is no such format.
	ErrFormat = errors.New("log format must be console, json or smsd")
	// ErrLevel says that there is no such level.
	ErrLevel = errors.New("log level must be debug, info, warn, error or, with format smsd, 1 to 9")
)

// Log is the log of a process.
type Log struct {
	*zap.Logger
	main   *target
	modems map[string]*target
	cfg    Config
}

// Open opens a log, and those of modems.
func Open(cfg Config) (*Log, error) {
	main, err := newTarget(cfg, nil)
	if err != nil {
		return nil, err
	}
	l := &Log{main: main, modems: map[string]*target{}, cfg: cfg, Logger: zap.New(main.core)}
	for name := range cfg.Modems {
		if l.modems[name], err = newTarget(cfg.modem(name), main.out); err != nil {
			delete(l.modems, name)
			l.Close()
			return nil, fmt.Errorf("modem %s: %w", name, err)
		}
	}
	if len(l.modems) > 0 {
		l.Logger = zap.New(&router{main: main.core, modems: l.modems})
	}
	return l, nil
}

// Reopen opens the files again, under the names in cfg, so that those that were
// renamed are let go; and changes the levels. The format stays as it is, and so do
// the modems that have logs of their own. On an error some may have changed.
func (l *Log) Reopen(cfg Config) error {
	cfg.Format = l.cfg.Format
	if err := l.main.reopen(cfg); err != nil {
		return err
	}
	for name, t := range l.modems {
		if _, ok := cfg.Modems[name]; !ok {
			continue
		}
		if err := t.reopen(cfg.modem(name)); err != nil {
			return fmt.Errorf("modem %s: %w", name, err)
		}
	}
	return nil
}

// Close flushes and closes it.
func (l *Log) Close() {
	for _, t := range l.modems {
		t.out.close()
	}
	l.main.out.close()
}

// New makes a logger. The returned function flushes and closes it.
func New(cfg Config) (*zap.Logger, func(), error) {
	l, err := Open(cfg)
	if err != nil {
		return nil, nil, err
	}
	return l.Logger, l.Close, nil
}

// Check reports what is wrong with the configuration, without opening anything.
func (c *Config) Check() error {
	if _, _, err := levels(*c); err != nil {
		return err
	}
	for name := range c.Modems {
		if _, _, err := levels(c.modem(name)); err != nil {
			return fmt.Errorf("modem %s: %w", name, err)
		}
	}
	if c.Format == FormatSmsd {
		return nil
	}
	_, err := encoder(c.Format)
	return err
}

// levels are the level of a configuration, and the greatest severity number that is
// logged with format smsd.
func levels(cfg Config) (zapcore.Level, int, error) {
	const digit = len("9")
	if cfg.Format == FormatSmsd && len(cfg.Level) == digit && cfg.Level >= "1" && cfg.Level <= "9" {
		severity := int(cfg.Level[0] - '0')
		return zapLevel(severity), severity, nil
	}
	level := zapcore.InfoLevel
	if cfg.Level != "" {
		if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
			return 0, 0, fmt.Errorf("%w, not %q", ErrLevel, cfg.Level)
		}
	}
	return level, severityOf(level), nil
}

func encoder(format string) (zapcore.Encoder, error) {
	cfg := zap.NewProductionEncoderConfig()
	cfg.EncodeTime = zapcore.ISO8601TimeEncoder
	cfg.EncodeDuration = zapcore.StringDurationEncoder
	switch format {
	case "", "console":
		cfg.EncodeLevel = zapcore.CapitalLevelEncoder
		return zapcore.NewConsoleEncoder(cfg), nil
	case "json":
		return zapcore.NewJSONEncoder(cfg), nil
	default:
		return nil, fmt.Errorf("%w, not %q", ErrFormat, format)
	}
}

// Message is the field of a line about a message.
func Message(id string) zap.Field { return zap.String("message", id) }

// Modem is the field of a line about a modem.
func Modem(name string) zap.Field { return zap.String(modemKey, name) }

// modemKey is the key of that field.
const modemKey = "modem"

// Server adapts a logger to what the embedded NATS server wants. Its notices
// are debugging to us.
type Server struct{ Logger *zap.SugaredLogger }

// Noticef logs at debug level.
func (s Server) Noticef(format string, v ...any) { s.Logger.Debugf(format, v...) }

// Warnf logs at warn level.
func (s Server) Warnf(format string, v ...any) { s.Logger.Warnf(format, v...) }

// Errorf logs at error level.
func (s Server) Errorf(format string, v ...any) { s.Logger.Errorf(format, v...) }

// Fatalf logs at error level: the server ends itself, the process decides for itself.
func (s Server) Fatalf(format string, v ...any) { s.Logger.Errorf(format, v...) }

// Debugf drops.
func (Server) Debugf(string, ...any) {}

// Tracef drops.
func (Server) Tracef(string, ...any) {}
