package modem

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// maxAnswer bounds the octets of one answer; a full memory of 500 messages has half of it.
const maxAnswer = 512 << 10

// stepKind is what the reader tells the command that waits.
type stepKind uint8

const (
	// stepLine: a line of the answer came.
	stepLine stepKind = iota
	// stepPrompt: the prompt came.
	stepPrompt
	// stepFinal: the final result code came; the exchange is over.
	stepFinal
)

type stepped struct {
	kind   stepKind
	result atline.Result
}

// exchange is one command and its answer. While it is Modem.current, its fields
// are guarded by Modem.mu; after stepFinal it belongs to the caller again.
type exchange struct {
	command string
	// echo is the line that an echoing modem repeats; empty once it came.
	echo string
	// marker, when not empty, is the name of the line before which nothing is
	// taken for an answer to this command.
	marker string
	// strays counts final result codes that came before the marker, and known
	// tells that another marker's line did, so that the modem knows them.
	strays      int
	known       bool
	wantsPrompt bool

	lines []string
	size  int

	// steps has room for one of each kind, so that the reader never waits.
	steps chan stepped
}

func newExchange(command string) *exchange {
	return &exchange{command: command, echo: command, steps: make(chan stepped, 3)}
}

func (x *exchange) commandText() string {
	if x == nil {
		return ""
	}
	return x.command
}

// echoed reports whether the echo of the command came. Lines are not looked at any more
// when an exchange is over, or waits for its PDU.
func (x *exchange) echoed() bool { return x.echo == "" }

func (x *exchange) isEcho(line string) bool {
	if x == nil || x.echo == "" || line != x.echo {
		return false
	}
	x.echo = ""
	return true
}

func (x *exchange) prompted() {
	if x == nil || !x.wantsPrompt {
		return
	}
	x.wantsPrompt = false
	x.steps <- stepped{kind: stepPrompt}
}

// add takes a line of the answer. It reports false for one that belongs to an
// earlier command.
func (x *exchange) add(line atline.Line) bool {
	if x.marker != "" {
		if name := atline.Name(line.Text); name != x.marker {
			x.known = x.known || slices.Contains(markers, name)
			return false
		}
		x.marker = ""
	}
	x.size += len(line.Text)
	if x.size <= maxAnswer {
		x.lines = append(x.lines, line.Text)
	}
	if len(x.steps) == 0 {
		x.steps <- stepped{kind: stepLine}
	}
	return true
}

// finish ends the exchange, unless the result code is that of an earlier command.
func (x *exchange) finish(r atline.Result) bool {
	if x.marker != "" {
		x.strays++
		if len(x.steps) == 0 {
			x.steps <- stepped{kind: stepLine}
		}
		return false
	}
	x.steps <- stepped{kind: stepFinal, result: r}
	return true
}

// begin makes x the command that lines are for.
func (m *Modem) begin(x *exchange) {
	m.mu.Lock()
	m.current = x
	m.mu.Unlock()
	m.trace(Out, atline.Line{Text: x.command})
}

// abandon gives up waiting for x: its answer may still come, so the modem is
// out of step from now on.
func (m *Modem) abandon(x *exchange) {
	m.mu.Lock()
	if m.current == x {
		m.current = nil
	}
	m.mu.Unlock()
	m.step.owe(x.command)
}

// exchange gives a command and waits for its final result code. The turn is held.
func (m *Modem) exchange(ctx context.Context, x *exchange, timeout time.Duration) (atline.Result, error) {
	m.begin(x)
	if err := m.put(x.command + "\r"); err != nil {
		m.abandon(x)
		return atline.Result{}, err
	}
	s, err := m.await(ctx, x, stepFinal, timeout)
	if err == nil && x.size > maxAnswer {
		err = fmt.Errorf("%w: reading %d octets", ErrAnswer, x.size)
	}
	return s.result, err
}

// await waits for a step of the given kind or for the final one. Each line of
// the answer starts the time anew.
func (m *Modem) await(ctx context.Context, x *exchange, kind stepKind, timeout time.Duration) (stepped, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		s, err := m.next(ctx, x, timer)
		switch {
		case err != nil:
			m.abandon(x)
			return stepped{}, err
		case s.kind == kind || s.kind == stepFinal:
			return s, nil
		default:
			timer.Reset(timeout)
		}
	}
}

func (m *Modem) next(ctx context.Context, x *exchange, timer *time.Timer) (stepped, error) {
	select {
	case s := <-x.steps:
		return s, nil
	default:
	}
	select {
	case s := <-x.steps:
		return s, nil
	case <-timer.C:
		return stepped{}, fmt.Errorf("%w: giving %s", ErrTimeout, commandName(x.command))
	case <-ctx.Done():
		return stepped{}, ctx.Err()
	case <-m.done:
	}
	// The answer may have come with the last octets of the device.
	select {
	case s := <-x.steps:
		return s, nil
	default:
		return stepped{}, m.Err()
	}
}

// take waits for the turn. Whoever has it must release it.
func (m *Modem) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-m.done:
		return m.Err()
	default:
	}
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.done:
		return m.Err()
	}
}

func (m *Modem) release() { <-m.turn }

// do carries out one command that only succeeds with OK and returns the lines before it.
func (m *Modem) do(ctx context.Context, command string, timeout time.Duration) ([]string, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.release()
	return m.doHeld(ctx, command, timeout)
}

// doHeld is do for the holder of the turn.
func (m *Modem) doHeld(ctx context.Context, command string, timeout time.Duration) ([]string, error) {
	if err := m.synchronise(ctx); err != nil {
		return nil, err
	}
	if err := m.rest(ctx); err != nil {
		return nil, err
	}
	x := newExchange(command)
	result, err := m.exchange(ctx, x, timeout)
	m.step.answered = time.Now()
	if err != nil {
		return nil, err
	}
	m.noteEcho(x.echoed())
	if result.Code != atline.OK && result.Code != atline.Connect {
		return x.lines, refused(command, result)
	}
	return x.lines, nil
}

// noteEcho remembers whether the modem repeats commands. One that was silent and does so
// again has restarted without a word, and is in its first settings, text mode perhaps.
func (m *Modem) noteEcho(echoed bool) (again bool) {
	m.step.echoes = echoed
	again = m.step.silent && echoed
	if again {
		m.step.silent = false
		m.forgot()
	}
	return again
}

// rest waits until Config.Gap has passed since the last answer.
func (m *Modem) rest(ctx context.Context) error {
	if m.cfg.Gap <= 0 {
		return nil
	}
	return m.pause(ctx, m.cfg.Gap-time.Since(m.step.answered))
}

// Command carries out any command for an operator and returns the lines of its
// answer before the final one. A final one other than OK is a *RefusedError,
// with its Text; the lines are returned with it. A timeout of 0 is Timeouts.Command.
func (m *Modem) Command(ctx context.Context, command string, timeout time.Duration) ([]string, error) {
	if strings.ContainsFunc(command, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return nil, fmt.Errorf("%w: it holds a control character", ErrCommand)
	}
	return m.do(ctx, command, or(timeout, m.cfg.Timeouts.Command))
}
