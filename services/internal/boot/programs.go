package boot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/lifecycle"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Programs are what viestid runs beside itself (smstools spec §5.2).
type Programs struct {
	// Start is run once, before any service; viestid does not start when it fails.
	Start string `yaml:"start"`
	// StartTimeout is how long it may take; default five minutes.
	StartTimeout config.Duration `yaml:"start_timeout"`
	// Child runs as long as viestid does. That it ends is logged, and no more.
	Child string `yaml:"child"`
}

// ErrStart says that the start program failed.
var ErrStart = errors.New("the start program failed")

// CheckPrograms looks whether the programs are there; viestid alone runs them.
func (p *Programs) CheckPrograms() error {
	var problems []error
	for _, c := range []struct{ name, command string }{{"start", p.Start}, {"child", p.Child}} {
		if err := (hook.Hook{Command: c.command}).Check(); err != nil {
			problems = append(problems, fmt.Errorf("%w: %s: %w", ErrConfig, c.name, err))
		}
	}
	if p.StartTimeout < 0 {
		problems = append(problems, fmt.Errorf("%w: start_timeout is negative", ErrConfig))
	}
	return errors.Join(problems...)
}

// Begin runs the start program, if there is one, and waits for it.
func (p *Programs) Begin(ctx context.Context, logger *zap.Logger) error {
	const patience = 5 * time.Minute
	h := hook.Hook{Command: p.Start, Timeout: time.Duration(p.StartTimeout)}
	if h.IsZero() {
		return nil
	}
	if h.Timeout == 0 {
		h.Timeout = patience
	}
	r, err := h.Run(ctx)
	said(logger, "the start program", r)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrStart, err)
	case r.Code != 0:
		return fmt.Errorf("%w with exit code %d; without it nothing is started. What it said is in the log", ErrStart, r.Code)
	}
	logger.Info("the start program has run", zap.Duration("took", r.Took))
	return nil
}

// Beside is the child as a service; none when there is no child.
func (p *Programs) Beside(logger *zap.Logger) []lifecycle.Service {
	const forever = 100 * 365 * 24 * time.Hour
	h := hook.Hook{Command: p.Child, Timeout: forever}
	if h.IsZero() {
		return nil
	}
	return []lifecycle.Service{{Name: "child", Run: func(ctx context.Context) error {
		logger.Info("the child program begins")
		r, err := h.Run(ctx)
		said(logger, "the child program", r)
		if ctx.Err() == nil {
			logger.Error("the child program has ended; it is not started again before viestid is", zap.Int("result", r.Code), zap.Error(err))
		}
		return nil
	}}}
}

// said logs what a program wrote.
func said(logger *zap.Logger, who string, r hook.Result) {
	if r.Output != "" {
		logger.Warn(who+" said something", zap.String("output", log.OneLine(r.Output)))
	}
}
