package modem

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
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
// A modem that is so slow that all queries are owed stays out of step, until the
// device is opened anew. Only for a modem that answers none of the queries with
// its information line does time have to do: AT, one result code, silence.

// markers are queries that every GSM modem answers with a line of their name,
// and whose name never comes unsolicited.
var markers = []string{"+CMEE", "+CMGF", "+CNMI", "+CSMS", "+CPMS", "+CSCS"}

// escape leaves a prompt (3GPP TS 27.005 §3.5.1) and ends a command line of
// which the modem got only a part. Ctrl-Z would do so too, and send what was typed.
const escape = "\x1b\r"

// step is what the holder of the turn knows about the modem.
type step struct {
	// missedPlaces is how long the list of missed calls is; 0: not asked yet.
	missedPlaces int
	// lost tells that an answer may come that nobody waits for.
	lost bool
	// owed are the commands given since the modem was last known to be in step
	// that have not been answered.
	owed []string

	// started, pinAsked, recognised, identified and cpmsAsked are steps of Init that are
	// done once; registered tells that a network was found once.
	started, pinAsked, recognised, identified, cpmsAsked, registered bool

	// simChecked and moreAsked are done once too.
	simChecked, moreAsked bool
	// moreMode is the mode of AT+CMMS that the modem knows, 0 for none, and
	// linked tells that it is in force.
	moreMode int
	linked   bool
	// answered is when the last answer was complete.
	answered time.Time

	// echoes tells that the modem repeated the last command, and silent that it did not
	// do so at the end of Init, which had told it not to.
	echoes, silent bool
	// references tells that the modem has told a +CMGS with its reference.
	references bool

	identity Identity
	// memory is the name of the memory in use; empty: not known.
	memory string
	// home is the first that was in use, others are those for writing and for
	// receiving, and memories those to be looked at.
	home             string
	others, memories []string
	// cnmi is the setting of AT+CNMI that was accepted.
	cnmi string
}

func (s *step) owe(command string) {
	s.lost = true
	if command != "" && !slices.Contains(s.owed, command) {
		s.owed = append(s.owed, command)
	}
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

// probe tries the markers that are free; silence, if the modem knows no marker.
func (m *Modem) probe(ctx context.Context) error {
	answered, known := false, false
	for _, name := range markers {
		if m.step.isOwed(name) {
			continue
		}
		x := newExchange("AT" + name + "?")
		x.marker = name
		own, err := m.listen(ctx, x)
		if err != nil {
			return err
		}
		if own {
			m.step.found()
			return nil
		}
		answered, known = answered || x.strays > 0, known || x.known
		if x.strays > 0 {
			continue
		}
		// The modem may be at a prompt that came late.
		if err := m.put(escape); err != nil {
			return err
		}
	}
	if !answered || known {
		return fmt.Errorf("%w: probing", ErrOutOfStep)
	}
	return m.probeBySilence(ctx)
}

// drain throws away what comes, until there was silence for Timeouts.Quiet.
func (m *Modem) drain(ctx context.Context) error {
	x := newExchange("")
	x.marker = neverMarked
	m.mu.Lock()
	m.current = x
	m.mu.Unlock()
	err := m.untilQuiet(ctx, x, m.cfg.Timeouts.Quiet)
	m.abandon(x)
	return unlessTimeout(err)
}

// neverMarked is a marker that no line bears, so that result codes are only counted.
const neverMarked = " "

// probeBySilence is for a modem that knows none of the queries: one AT, one
// result code, and nothing else until there was silence.
func (m *Modem) probeBySilence(ctx context.Context) error {
	for range m.cfg.Attempts {
		x := newExchange("AT")
		x.marker = neverMarked
		if _, err := m.listen(ctx, x); err != nil {
			return err
		}
		if x.strays == 1 {
			m.step.found()
			return nil
		}
	}
	return fmt.Errorf("%w: waiting for silence", ErrOutOfStep)
}

// listen gives a command with a marker. It waits for its own final result code,
// for Timeouts.Probe, or, once any answer came, for Timeouts.Quiet after the last.
func (m *Modem) listen(ctx context.Context, x *exchange) (own bool, err error) {
	m.begin(x)
	if err := m.put(x.command + "\r"); err != nil {
		m.abandon(x)
		return false, err
	}
	if err := m.untilQuiet(ctx, x, m.cfg.Timeouts.Probe); err != nil {
		m.abandon(x)
		return false, unlessTimeout(err)
	}
	return true, nil
}

// untilQuiet waits for the final result code of x; an ErrTimeout when there was
// silence, at first for the given time, and for Timeouts.Quiet after each answer.
func (m *Modem) untilQuiet(ctx context.Context, x *exchange, first time.Duration) error {
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		s, err := m.next(ctx, x, timer)
		if err != nil || s.kind == stepFinal {
			return err
		}
		timer.Reset(m.cfg.Timeouts.Quiet)
	}
}
