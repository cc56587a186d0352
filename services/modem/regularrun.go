package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// regularStep is where a regular run is (smstools spec §5.3).
type regularStep int

const (
	// regularBefore: the first program is next, and the file of answers of the run
	// before is still there.
	regularBefore regularStep = iota
	// regularFile: the commands of the file are next.
	regularFile
	// regularAfter: the second program is next.
	regularAfter
	// regularCommands: the commands of the configuration are next.
	regularCommands
	// regularDone: nothing is, until the run is due again.
	regularDone
)

// regular is the state of the regular run. It belongs to the worker's goroutine while
// no session serves, and then to the one that runs it.
type regular struct {
	step regularStep
	// due is when the next run begins; the first one does at once.
	due time.Time
}

// errPortWanted ends a session because a program wants the port.
var errPortWanted = errors.New("a program of the regular run wants the port")

// beginRegular starts a run when one is due.
func (w *worker) beginRegular() {
	r := &w.regular
	if r.step == regularDone && !w.now().Before(r.due) {
		r.step = regularBefore
	}
	if r.step == regularBefore {
		r.due = w.now().Add(time.Duration(w.dev.Regular.Interval))
	}
}

// runPortless takes the steps that want the port closed, before it is opened.
func (w *worker) runPortless(ctx context.Context) {
	if !w.dev.Regular.wanted() {
		return
	}
	w.beginRegular()
	for ctx.Err() == nil && (w.regular.step == regularBefore || w.regular.step == regularAfter) && w.wantsPort() {
		w.status.set(ctx, life.ModemStarting, "a program of the regular run has the port")
		w.runProgram(ctx)
	}
}

// wantsPort reports whether the next step is a program that may use the port.
func (w *worker) wantsPort() bool {
	return !w.dev.Regular.KeepOpen && w.program() != ""
}

// program is the one of the next step.
func (w *worker) program() string {
	switch w.regular.step {
	case regularBefore:
		return w.dev.Regular.Run
	case regularAfter:
		return w.dev.Regular.PostRun
	default:
		return ""
	}
}

// runRegularly makes the regular runs of a session, until a program wants the port.
func (w *worker) runRegularly(ctx context.Context, m *driver.Modem) error {
	if !w.dev.Regular.wanted() {
		return nil
	}
	for {
		w.beginRegular()
		for w.regular.step != regularDone {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if w.wantsPort() {
				return errPortWanted
			}
			if err := w.regularStep(ctx, m); err != nil {
				return err
			}
		}
		if !sleep(ctx, w.regular.due.Sub(w.now())) {
			return ctx.Err()
		}
	}
}

// regularStep takes one step with the port open.
func (w *worker) regularStep(ctx context.Context, m *driver.Modem) error {
	var err error
	switch w.regular.step {
	case regularBefore, regularAfter:
		w.runProgram(ctx)
		return nil
	case regularFile:
		err = w.giveAll(ctx, m, w.usedUp())
	case regularCommands:
		err = w.giveAll(ctx, m, w.dev.Regular.Cmds)
	}
	w.regular.step++
	return err
}

// runProgram takes a step that is a program.
func (w *worker) runProgram(ctx context.Context) {
	program, event := w.program(), "PRE_RUN"
	if w.regular.step == regularAfter {
		event = "POST_RUN"
	}
	if program != "" {
		w.runHook(ctx, program, event)
	}
	if w.regular.step == regularBefore && w.dev.StatFile != "" {
		if err := os.Remove(w.dev.StatFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.log.Warn("removing the answers of the regular run before", zap.Error(err))
		}
	}
	w.regular.step++
}

func (w *worker) runHook(ctx context.Context, program, event string) {
	name := "regular_run"
	if event == "POST_RUN" {
		name = "regular_run_post_run"
	}
	r, err := hook.Hook{Command: program, Timeout: time.Duration(w.dev.Regular.Timeout)}.Run(ctx, event, w.dev.StatFile, w.dev.Name)
	w.noteOutput(name, r)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		w.alarm(ctx, "regular-run", fmt.Sprintf("problem with %s of modem %s: %v", name, w.dev.Name, err))
	case r.Code != 0:
		w.alarm(ctx, "regular-run", fmt.Sprintf("problem with %s of modem %s, result %d", name, w.dev.Name, r.Code))
	}
}

// noteOutput says that a program said something, which may quote anything.
func (w *worker) noteOutput(name string, r hook.Result) {
	if r.Output == "" {
		return
	}
	w.log.Warn("a program said something; level debug shows it", zap.String("setting", name), zap.Int("octets", len(r.Output)))
	w.log.Debug("a program said", zap.String("setting", name), zap.String("output", oneLine(r.Output)))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// maxCmdFile bounds the file with commands, in octets.
const maxCmdFile = 64 << 10

// usedUp reads the file with commands and removes it. That happens before they are
// given, so that none is given twice: they may cost money.
func (w *worker) usedUp() []string {
	path := w.dev.CmdFile
	if path == "" {
		return nil
	}
	data, err := readBounded(path, maxCmdFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		w.log.Error("the commands of regular_run_cmdfile are not given", zap.Error(err))
		return nil
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// readBounded reads a regular file of at most limit octets.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("%s is no regular file", path))
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s has more than %d octets", path, limit)
	}
	return data, err
}

// giveAll gives commands. That the modem refuses one, or answers something else,
// does not keep the others from being given.
func (w *worker) giveAll(ctx context.Context, m *driver.Modem, lines []string) error {
	for _, line := range lines {
		c, err := parseRegular(line)
		if err != nil {
			w.log.Error("a command of the regular run is not given", zap.Error(err))
			continue
		}
		answer, err := w.give(ctx, m, &c)
		if errors.Is(err, driver.ErrGone) || ctx.Err() != nil {
			return err
		}
		w.keepAnswer(c.text, answer)
		name := commandName(c.text)
		switch {
		case err != nil:
			w.log.Warn("a command of the regular run", zap.String("command", name), zap.Error(err))
		case c.expect != nil && !c.expect.MatchString(answer):
			w.log.Warn("a command of the regular run has another answer than it should", zap.String("command", name))
		}
	}
	return nil
}

// commandName is a command without its parameters, which may tell a number or a code.
func commandName(command string) string {
	name, _, _ := strings.Cut(command, "=")
	if strings.HasPrefix(strings.ToUpper(name), "ATD") {
		return "ATD"
	}
	return name
}

// give gives a command, and returns its answer on one line.
func (w *worker) give(ctx context.Context, m *driver.Modem, c *regularCommand) (answer string, err error) {
	if c.isUSSD() {
		return w.giveUSSD(ctx, m, c.text)
	}
	lines, err := m.Command(ctx, c.text, w.patience("cmd", 1))
	var refused *driver.RefusedError
	switch {
	case err == nil:
		lines = append(lines, "OK")
	case errors.As(err, &refused) && refused.Text != "":
		lines = append(lines, refused.Text)
	default:
		lines = append(lines, "("+err.Error()+")")
	}
	return oneLine(strings.Join(lines, " ")), err
}

// giveUSSD gives a command whose answer comes from the network: the line of it, as
// the handler leaves it, and readable behind it where that is something else.
func (w *worker) giveUSSD(ctx context.Context, m *driver.Modem, command string) (string, error) {
	const factor = 3
	u, err := m.USSDCommand(ctx, command, w.patience(string(driver.OpCUSD), factor))
	if err != nil {
		return "(" + err.Error() + ")", err
	}
	answer := oneLine(u.Line)
	if handler := (hook.Hook{Command: w.dev.USSDHandler, Timeout: time.Duration(w.dev.Regular.Timeout)}); !handler.IsZero() {
		var r hook.Result
		answer, r, err = handler.USSD(ctx, w.dev.Name, m.Charset(ctx), command, answer)
		w.noteOutput("eventhandler_ussd", r)
		if err == nil && r.Code != 0 {
			err = fmt.Errorf("eventhandler_ussd ended with %d", r.Code)
		}
		if err != nil {
			w.log.Error("problem with eventhandler_ussd", zap.Error(err))
		}
	}
	if text := oneLine(u.Text); text != "" && !strings.Contains(answer, text) {
		answer += " // " + text
	}
	return answer, nil
}

// patience is the time that an answer may take, in factors of read_timeout.
func (w *worker) patience(op string, factor int) time.Duration {
	if own := w.dev.ReadTimeouts[op]; own > 0 {
		factor = own
	}
	return time.Duration(factor) * time.Duration(w.dev.ReadTimeout)
}

// keepAnswer writes an answer where it is wanted. The log has it only in the format
// of smsd: it may tell numbers, codes and money.
func (w *worker) keepAnswer(command, answer string) {
	text := "CMD: " + command + ": " + answer
	line := fmt.Sprintf("%s,%d, %s: %s\n", w.now().Format(time.DateTime), w.dev.LogLevel, w.dev.Name, text)
	for _, path := range []string{w.dev.StatFile, w.dev.LogFile} {
		if err := appendLine(path, line); err != nil {
			w.log.Error("writing an answer of the regular run", zap.Error(err))
		}
	}
	fields := []zap.Field{zap.String("command", commandName(command))}
	if w.dev.LogFile == "" {
		fields = append(fields, log.Smsd(w.dev.LogLevel, "%s", text))
	}
	w.log.Info("a command of the regular run was given", fields...)
}

// appendLine writes to a file that its owner and group may read; a path of "" is none.
func appendLine(path, line string) error {
	if path == "" {
		return nil
	}
	const mode = 0o640
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}
