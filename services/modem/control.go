package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Who may hold a modem back.
const (
	byOperator = "operator"
	byFile     = "suspend file"
)

// control is what operators change about a worker from outside of its goroutines.
type control struct {
	mu sync.Mutex
	// holds are the reasons to be suspended, by who gave them.
	holds map[string]string
	// modem is there while a session serves; ready is closed then.
	modem *driver.Modem
	ready chan struct{}
	// end ends the round that goes on, and ended is closed when it has ended.
	end   context.CancelFunc
	ended chan struct{}
	// resting says that the round only waits.
	resting bool
	// step is what an operator wants the next session to begin with.
	step rung
}

// begin starts a round of the worker: a session with the pause after it, or a
// suspension. The context ends with ctx, or when an operator changes something.
func (c *control) begin(ctx context.Context) (round context.Context, done func()) {
	round, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end, c.ended, c.resting = cancel, ended, false
	return round, func() {
		cancel()
		close(ended)
	}
}

// interrupt ends the round, and returns what is closed when that has happened.
func (c *control) interrupt() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end == nil {
		ended := make(chan struct{})
		close(ended)
		return ended
	}
	c.end()
	return c.ended
}

// hold adds a reason to be suspended, and reports whether it is news.
func (c *control) hold(by, reason string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, held := c.holds[by]; held && before == reason {
		return false
	}
	if c.holds == nil {
		c.holds = map[string]string{}
	}
	c.holds[by] = reason
	return true
}

// release takes a reason away, and reports whether there was one.
func (c *control) release(by string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, held := c.holds[by]
	delete(c.holds, by)
	return held
}

// held returns why the modem is suspended.
func (c *control) held() (reason string, held bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for by, reason := range c.holds {
		text := "by the " + by
		if reason != "" {
			text += ": " + reason
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, "; "), len(all) > 0
}

func (c *control) attach(m *driver.Modem) (detach func()) {
	c.set(func() {
		c.modem = m
		close(c.ready)
	})
	return func() { c.set(func() { c.modem, c.ready = nil, make(chan struct{}) }) }
}

// takeStep returns what an operator wants the session to begin with, once.
func (c *control) takeStep() (step rung) {
	c.set(func() { step, c.step = c.step, rungReopen })
	return step
}

func (c *control) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *control) now() (m *driver.Modem, resting bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.modem, c.resting
}

// await returns the modem, and waits for one that is being opened and initialised.
func (c *control) await(ctx context.Context) *driver.Modem {
	if _, held := c.held(); held {
		return nil
	}
	c.mu.Lock()
	ready, resting := c.ready, c.resting
	c.mu.Unlock()
	if resting {
		return nil
	}
	select {
	case <-ready:
	case <-ctx.Done():
	}
	m, _ := c.now()
	return m
}

// rest waits, and keeps the state of the modem visible meanwhile. A d of 0 waits
// until round ends.
func (w *worker) rest(round context.Context, d time.Duration) {
	w.control.set(func() { w.control.resting = true })
	if d > 0 {
		var cancel context.CancelFunc
		round, cancel = context.WithTimeout(round, d)
		defer cancel()
	}
	for sleep(round, bus.StatusInterval) {
		w.status.publish(round)
	}
}

// suspended waits while the modem is suspended, and reports whether it was.
func (w *worker) suspended(round context.Context) bool {
	reason, held := w.control.held()
	if !held {
		return false
	}
	w.log.Info("modem suspended", zap.String("reason", reason))
	w.status.set(round, life.ModemSuspended, reason)
	w.rest(round, 0)
	return true
}

// recall finds out whether the modem was suspended when the worker last ended.
func (w *worker) recall(ctx context.Context) {
	s, err := w.bus.Suspension(ctx, w.host(), w.dev.Name)
	switch {
	case err != nil && ctx.Err() == nil:
		// What cannot be read is taken for a suspension: sending against an
		// operator's will is worse than waiting for one.
		w.log.Error("asking whether the modem is suspended", zap.Error(err))
		w.control.hold(byOperator, "the record of its suspension cannot be read")
	case s != nil:
		w.control.hold(byOperator, s.Reason)
	}
}

func (w *worker) host() string { return w.status.modem().Host }

// listen answers operators until the returned function is called.
func (w *worker) listen() (stop func()) {
	stop, err := w.bus.AnswerCommands(w.host(), w.dev.Name, w.obey)
	if err != nil {
		w.log.Error("no operator can reach this modem", zap.Error(err))
		return func() {}
	}
	return stop
}

// obey carries out a command of an operator.
func (w *worker) obey(c wire.Command) wire.Reply {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout+time.Second)
	defer cancel()
	var err error
	switch c.Verb {
	case wire.VerbSuspend:
		err = w.suspend(ctx, c.Argument)
	case wire.VerbResume:
		err = w.resume(ctx)
	case wire.VerbReset:
		err = w.reset(ctx, rung(min(c.Step, uint32(rungs))))
	case wire.VerbStatus:
		s := w.status.snapshot()
		return wire.Reply{Status: &s}
	default:
		if m := w.control.await(ctx); m != nil {
			return w.answer(m, c)
		}
		s := w.status.snapshot()
		err = notOpen(s)
	}
	if err != nil {
		return wire.Reply{Error: err.Error()}
	}
	return wire.Reply{}
}

// notOpen says why a modem takes no commands, as its status does.
func notOpen(s life.ModemStatus) error {
	if s.Reason == "" {
		return fmt.Errorf("%w: its state is %s", errNotOpen, s.State)
	}
	return fmt.Errorf("%w: its state is %s: %s", errNotOpen, s.State, s.Reason)
}

// What keeps an operator's command from being carried out.
var (
	errNotOpen   = errors.New("the modem is not at work")
	errUnended   = errors.New("what the modem has in hand is not finished yet; it is done after that")
	errSuspended = errors.New("the modem is suspended")
	errNoStep    = errors.New("no such step of a reset here")
	errInService = errors.New("the modem is not suspended")
)

// suspend takes the modem out of service: that is recorded first, so that it holds
// whatever happens, and then the part in hand is finished and the port closed.
func (w *worker) suspend(ctx context.Context, reason string) error {
	s := life.Suspension{Reason: reason, Since: w.now()}
	if err := w.bus.Suspend(ctx, w.host(), w.dev.Name, s); err != nil {
		return err
	}
	if !w.control.hold(byOperator, reason) {
		return nil
	}
	return w.turnOver(ctx)
}

// resume ends a suspension by an operator, or a pause after trouble.
func (w *worker) resume(ctx context.Context) error {
	if err := w.bus.Resume(ctx, w.host(), w.dev.Name); err != nil {
		return err
	}
	released := w.control.release(byOperator)
	reason, held := w.control.held()
	_, resting := w.control.now()
	switch {
	case held:
		if released {
			w.control.interrupt()
		}
		return fmt.Errorf("%w %s; change that file (%s)", errSuspended, reason, w.dev.SuspendFile)
	case released || resting:
		w.log.Info("an operator resumes the modem")
		return w.turnOver(ctx)
	default:
		return errInService
	}
}

// reset ends the session, once the part in hand is finished: the next one begins
// with a step of the ladder, opening the device and initialising the modem from
// scratch. A block ends too.
func (w *worker) reset(ctx context.Context, step rung) error {
	if reason, held := w.control.held(); held {
		return fmt.Errorf("%w %s; resume it first", errSuspended, reason)
	}
	switch {
	case step >= rungAlarm:
		return fmt.Errorf("%w: %d; there are 0 to %d", errNoStep, step, rungAlarm-1)
	case step == rungCommand && w.dev.ResetCmd == "":
		return fmt.Errorf("%w: the modem has no reset_cmd", errNoStep)
	case step == rungUSB && !w.mayResetUSB():
		return fmt.Errorf("%w: the modem is not alone on a USB device, or reset_usb is off", errNoStep)
	}
	w.log.Info("an operator resets the modem", zap.Stringer("step", step))
	w.control.set(func() { w.control.step = step })
	return w.turnOver(ctx)
}

// turnOver ends the round and waits until it has ended.
func (w *worker) turnOver(ctx context.Context) error {
	select {
	case <-w.control.interrupt():
		return nil
	case <-ctx.Done():
		return errUnended
	}
}
