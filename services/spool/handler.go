package spool

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// handler is a configured program with what holds for all of them.
func (s *Spool) handler(command string) hook.Hook {
	return hook.Hook{Command: command, Timeout: time.Duration(s.cfg.HandlerTimeout), Limits: s.cfg.HandlerLimits}
}

// handlerOf is the event handler for a call: that of the modem, if it is one of
// this host and has one. What is refused before a modem has it is the common one's
// (smstools spec §5.2).
func (s *Spool) handlerOf(c *call) hook.Hook {
	if command := s.cfg.ModemEventHandlers[c.Modem]; command != "" && c.Host == s.cfg.Host {
		return s.handler(command)
	}
	return s.handler(s.cfg.EventHandler)
}

// observe logs what became of a run of a handler. The first failure of each is an
// alarm too, as smsd sends one alert (smstools spec §5.2).
func (s *Spool) observe(kind string, h hook.Hook, r hook.Result, err error, about ...zap.Field) {
	about = append(about, zap.String("kind", kind))
	if err != nil || r.Code != 0 {
		s.log.Error("problem with a handler", append(about, zap.Int("result", r.Code), zap.Duration("took", r.Took), zap.Error(err))...)
		if _, known := s.failing.LoadOrStore(kind+" "+h.Command, true); !known {
			s.alarm("handler", problem(kind, r, err))
		}
	} else {
		s.log.Debug("a handler has run", append(about, zap.Duration("took", r.Took))...)
	}
	if r.Output != "" {
		// What it says may quote the message.
		s.log.Warn("a handler said something; level debug shows it", append(about, zap.Int("octets", len(r.Output)), zap.Bool("more", r.Truncated))...)
		s.log.Debug("a handler said", append(about, zap.String("output", log.OneLine(r.Output)))...)
	}
}

func problem(kind string, r hook.Result, err error) string {
	if err != nil {
		return fmt.Sprintf("problem with %s: %v", kind, err)
	}
	if r.Code < 0 {
		return fmt.Sprintf("problem with %s: a signal ended it", kind)
	}
	return fmt.Sprintf("problem with %s, result %d", kind, r.Code)
}

// alarm tells that somebody should look. What the broker does not take in time is
// in the log alone.
func (s *Spool) alarm(code, text string) {
	const severity, patience = 4, 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := s.bus.Publish(ctx, &life.Event{
		ID: strings.ToLower(ulid.Make().String()), Account: subject.System, Time: s.now(),
		Kind: life.Alarm{Severity: severity, Code: code, Text: text + " on " + s.cfg.Host},
	})
	if err != nil {
		s.log.Error("raising an alarm", zap.String("alarm", text), zap.Error(err))
	}
}
