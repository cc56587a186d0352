// Package log makes the zap logger of a process and the fields that every line
// about a message or a modem carries.
package log

import (
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Config says what is logged, how and where.
type Config struct {
	// Level is debug, info (the default), warn or error.
	Level string `yaml:"level"`
	// Format is console (the default) or json.
	Format string `yaml:"format"`
	// File is appended to; empty means standard error.
	File string `yaml:"file"`
}

// ErrFormat says that there is no such format.
var ErrFormat = errors.New("log format must be console or json")

// New makes a logger. The returned function flushes and closes it.
func New(cfg Config) (*zap.Logger, func(), error) {
	level := zapcore.InfoLevel
	if cfg.Level != "" {
		if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
			return nil, nil, fmt.Errorf("reading log level: %w", err)
		}
	}
	encoder, err := encoder(cfg.Format)
	if err != nil {
		return nil, nil, err
	}
	out := os.Stderr
	if cfg.File != "" {
		if out, err = os.OpenFile(cfg.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640); err != nil {
			return nil, nil, fmt.Errorf("opening the log: %w", err)
		}
	}
	logger := zap.New(zapcore.NewCore(encoder, zapcore.Lock(out), level))
	return logger, func() {
		_ = logger.Sync()
		if out != os.Stderr {
			_ = out.Close()
		}
	}, nil
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
func Modem(name string) zap.Field { return zap.String("modem", name) }

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
