package modem

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// How a modem that is out of step is brought back.
//
// A modem carries out commands one after the other and answers them in that
// order (ITU-T V.250 §5.2). So once a line has come that only the newest command
// can have caused, all that earlier commands still owed has come before it, and
// the next final result code is the newest command's own. Such a line is the
// marker: the information line of a query whose name occurs in none of the
// commands that are still owed an answer. Each probe is owed an answer itself,
// so the next one uses another query. Result codes before the marker are counted
// and thrown away. That holds whenever the late answers come, without any
// assumption about time.
//
// Only for a modem that answers no query with its information line does time
// have to do: silence, AT, one OK, silence.

// markers are queries that every GSM modem answers with a line of their name,
// and whose name never comes unsolicited.
var markers = []string{"+CMEE", "+CMGF", "+CNMI", "+CSMS", "+CPMS", "+CSCS"}

// escape leaves a prompt (3GPP TS 27.005 §3.5.1) and ends a command line of
// which the modem got only a part. Ctrl-Z would do so too, and send what was typed.
const escape = "\x1b\r"

// step is what the holder of the turn knows about the modem.
type step struct {
	// lost tells that an answer may come that nobody waits for.
	lost bool
	// owed are the commands given since the modem was last known to be in step
	// that have not been answered.
	owed []string

	started    bool
	pinRefused bool
	pinAsked   bool
	registered bool
	identified bool
	identity   Identity
	memory     string
	cpmsAsked  bool
	cnmi       string
}

func (s *step) owe(command string) {
	s.lost = true
	s.owed = append(s.owed, command)
}

func (s *step) found() { s.lost, s.owed = false, nil }

// isOwed reports whether a late answer may hold the name.
func (s *step) isOwed(name string) bool {
	for _, command := range s.owed {
		if strings.Contains(strings.ToUpper(command), name) {
			return true
		}
	}
	return false
}

// synchronise brings the modem into step if it is not. The turn is held.
func (m *Modem) synchronise(ctx context.Context) error {
	if !m.step.lost {
		return nil
	}
	if err := m.put(escape); err != nil {
		return err
	}
	return m.probe(ctx)
}

// probe tries the markers that are free, then silence.
func (m *Modem) probe(ctx context.Context) error {
	answered := false
	for _, name := range markers {
		if m.step.isOwed(name) {
			continue
		}
		own, any, err := m.probeWith(ctx, name)
		if err != nil || own {
			return err
		}
		if answered = answered || any; !any {
			// The modem may be at a prompt that came late.
			if err := m.put(escape); err != nil {
				return err
			}
		}
	}
	if !answered {
		return fmt.Errorf("%w: probing", ErrOutOfStep)
	}
	return m.probeBySilence(ctx)
}

// probeWith gives one query. own tells that its own answer came, and any that
// at least some result code did.
func (m *Modem) probeWith(ctx context.Context, name string) (own, any bool, err error) {
	x := newExchange("AT" + name + "?")
	x.marker = name
	m.begin(x)
	if err := m.put(x.command + "\r"); err != nil {
		m.abandon(x)
		return false, false, err
	}
	timer := time.NewTimer(m.cfg.Timeouts.Probe)
	defer timer.Stop()
	for {
		s, err := m.next(ctx, x, timer)
		if err != nil {
			m.abandon(x)
			return false, x.strays > 0, unlessTimeout(err)
		}
		if s.kind == stepFinal {
			m.step.found()
			return true, true, nil
		}
		// A result code without the marker: either an earlier command's, or the
		// query is not understood. No need to wait for long.
		timer.Reset(m.cfg.Timeouts.Quiet)
	}
}

// probeBySilence is for a modem that knows none of the queries.
func (m *Modem) probeBySilence(ctx context.Context) error {
	for range m.cfg.Attempts {
		result, err := m.exchange(ctx, newExchange("AT"), m.cfg.Timeouts.Probe)
		if err := unlessTimeout(err); err != nil {
			return err
		}
		if err != nil || result.Code != atline.OK {
			continue
		}
		quiet, err := m.isQuiet(ctx)
		if err != nil {
			return err
		}
		if quiet {
			m.step.found()
			return nil
		}
	}
	return fmt.Errorf("%w: waiting for silence", ErrOutOfStep)
}

// isQuiet listens for Timeouts.Quiet and reports whether no result code came.
func (m *Modem) isQuiet(ctx context.Context) (bool, error) {
	x := newExchange("")
	m.mu.Lock()
	m.current = x
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.current = nil
		m.mu.Unlock()
	}()
	timer := time.NewTimer(m.cfg.Timeouts.Quiet)
	defer timer.Stop()
	_, err := m.next(ctx, x, timer)
	return err != nil, unlessTimeout(err)
}
