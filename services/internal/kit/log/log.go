// Package log makes the zap logger of a process and the fields that every line
// about a message or a modem carries.
package log

import (
	"errors"
	"fmt"
	"os"
	"sync"
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
	level zap.AtomicLevel
	smsd  *smsdCore
	out   *output
	cfg   Config
}

// Open opens a log.
func Open(cfg Config) (*Log, error) {
	level, severity, err := levels(cfg)
	if err != nil {
		return nil, err
	}
	l := &Log{level: zap.NewAtomicLevelAt(level), out: &output{}, cfg: cfg}
	if err := l.out.open(cfg.File); err != nil {
		return nil, err
	}
	if cfg.Format == FormatSmsd {
		l.smsd = newSmsdCore(cfg, l.out, l.level, severity)
		l.Logger = zap.New(l.smsd)
		return l, nil
	}
	encoder, err := encoder(cfg.Format)
	if err != nil {
		l.Close()
		return nil, err
	}
	l.Logger = zap.New(zapcore.NewCore(encoder, l.out, l.level))
	return l, nil
}

// Reopen opens the file again, under the name in cfg, so that a file that was
// renamed is let go; and changes the level. The format stays as it is. On an error
// nothing changes.
func (l *Log) Reopen(cfg Config) error {
	cfg.Format = l.cfg.Format
	level, severity, err := levels(cfg)
	if err != nil {
		return err
	}
	if err := l.out.open(cfg.File); err != nil {
		return err
	}
	l.level.SetLevel(level)
	if l.smsd != nil {
		l.smsd.severity.Store(int32(severity))
	}
	return nil
}

// Close flushes and closes it.
func (l *Log) Close() { l.out.close() }

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

// output is where the lines go: a file that can be opened again, or standard error.
type output struct {
	mu   sync.Mutex
	file *os.File
}

// open goes over to a file; "" is standard error.
func (o *output) open(path string) error {
	var f *os.File
	if path != "" {
		var err error
		if f, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640); err != nil {
			return fmt.Errorf("opening the log: %w", err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file != nil {
		_ = o.file.Close()
	}
	o.file = f
	return nil
}

// Write writes a line.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return os.Stderr.Write(p)
	}
	return o.file.Write(p)
}

// Sync flushes a file.
func (o *output) Sync() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	return o.file.Sync()
}

// close flushes and closes a file; what is written then goes to standard error.
func (o *output) close() {
	_ = o.Sync()
	_ = o.open("")
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
