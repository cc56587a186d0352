package log

import (
	"fmt"
	"os"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// target is one log: a place, a level, and how lines look there.
type target struct {
	core  zapcore.Core
	level zap.AtomicLevel
	smsd  *smsdCore
	out   *output
}

// newTarget opens a log. Without a file of its own its lines go to base, and
// without that to standard error.
func newTarget(cfg Config, base *output) (*target, error) {
	level, severity, err := levels(cfg)
	if err != nil {
		return nil, err
	}
	t := &target{level: zap.NewAtomicLevelAt(level), out: &output{base: base}}
	if cfg.Format == FormatSmsd {
		t.smsd = newSmsdCore(cfg, t.out, t.level, severity)
		t.core = t.smsd
		return t, t.out.open(cfg.File)
	}
	encoder, err := encoder(cfg.Format)
	if err != nil {
		return nil, err
	}
	t.core = zapcore.NewCore(encoder, t.out, t.level)
	return t, t.out.open(cfg.File)
}

// reopen opens the file again and changes the level. On an error nothing changes.
func (t *target) reopen(cfg Config) error {
	level, severity, err := levels(cfg)
	if err != nil {
		return err
	}
	if err := t.out.open(cfg.File); err != nil {
		return err
	}
	t.level.SetLevel(level)
	if t.smsd != nil {
		t.smsd.severity.Store(int32(severity))
	}
	return nil
}

// StandardError is the name of a file that is none.
const StandardError = "-"

// output is where the lines go: a file that can be opened again, another output, or
// standard error.
type output struct {
	base *output
	mu   sync.Mutex
	file *os.File
}

// open goes over to a file; "" is the base.
func (o *output) open(path string) error {
	var f *os.File
	switch path {
	case "":
	case StandardError:
		f = os.Stderr
	default:
		var err error
		if f, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640); err != nil {
			return fmt.Errorf("opening the log: %w", err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file != nil && o.file != os.Stderr {
		_ = o.file.Close()
	}
	o.file = f
	return nil
}

// Write writes a line.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.file != nil:
		return o.file.Write(p)
	case o.base != nil:
		return o.base.Write(p)
	default:
		return os.Stderr.Write(p)
	}
}

// Sync flushes a file.
func (o *output) Sync() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil || o.file == os.Stderr {
		return nil
	}
	return o.file.Sync()
}

// close flushes and closes a file; what is written then goes to the base.
func (o *output) close() {
	_ = o.Sync()
	_ = o.open("")
}
