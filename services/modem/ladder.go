package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/hook"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Resets says how a modem is brought back that does not answer any more.
type Resets struct {
	// ResetUSB takes the USB device away and gives it back, unless another modem of
	// the configuration is on the same.
	ResetUSB bool `yaml:"reset_usb"`
	// ResetCmd is a program that does what it can, a power switch for instance; it
	// gets the modem's name and device behind its own arguments.
	ResetCmd string `yaml:"reset_cmd"`
	// ResetTimeout is how long it may run.
	ResetTimeout config.Duration `yaml:"reset_timeout"`
}

func defaultResets() Resets {
	return Resets{ResetUSB: true, ResetTimeout: config.Duration(time.Minute)}
}

// rung is a step of the ladder; each is harsher than the one before.
type rung int

const (
	// rungReopen opens the device anew, which every session does.
	rungReopen rung = iota
	// rungRadio switches the radio off and on (AT+CFUN).
	rungRadio
	// rungVendor gives the family's own command for a restart.
	rungVendor
	// rungUSB takes the USB device away and gives it back.
	rungUSB
	// rungCommand runs ResetCmd.
	rungCommand
	// rungAlarm tells that somebody must see to it.
	rungAlarm
	rungs
)

func (r rung) String() string {
	return [...]string{"opening it anew", "radio off and on", "restart by its own command", "USB device off and on", "reset_cmd", "alarm"}[r]
}

// ladder is what was tried with a modem that does not answer. It belongs to the
// worker's goroutine.
type ladder struct {
	// failures are sessions, one after the other, in which the modem did not answer.
	failures int
	// counts are how often each step was taken since the start.
	counts [rungs]uint64
	// family is the one that is configured, or that the modem showed when it last
	// answered; known is false before either: some do not survive every step.
	family driver.Profile
	known  bool
	// asked is the step that an operator wants, in place of the next one, until it
	// was taken.
	asked rung
	// postponed is such a step that waits until the family is known.
	postponed rung
}

// round is how many sessions the ladder takes; between rounds are as many in which
// the device is only opened anew.
const round = 2 * int(rungs)

// next is the step to be taken before the next session.
func (l *ladder) next() rung {
	if l.asked != rungReopen {
		return l.asked
	}
	if l.failures < 1 {
		return rungReopen
	}
	if r := rung((l.failures - 1) % round); r < rungs {
		return r
	}
	return rungReopen
}

// restart is the family's command for a restart; empty: none is known. They are
// alternatives, so that each round tries another one.
func (l *ladder) restart() string {
	if len(l.family.Reset) == 0 {
		return ""
	}
	return l.family.Reset[l.counts[rungVendor]%uint64(len(l.family.Reset))]
}

// answered forgets what was: the modem works.
func (w *worker) answered(m *driver.Modem) {
	if w.ladder.failures > 0 {
		w.log.Info("the modem answers again", zap.Int("sessions in vain", w.ladder.failures))
	}
	w.ladder.failures = 0
	w.ladder.learn(m.Profile())
}

// learn takes over which family the modem belongs to.
func (l *ladder) learn(family driver.Profile) { l.family, l.known = family, true }

// errPostponed ends a session that found out which family the modem belongs to.
var errPostponed = errors.New("the modem is known now, and reset as an operator wants")

// resume asks for the step again that an operator wanted of a modem which was not
// known yet, and tells that the session is to end for it.
func (l *ladder) resume() error {
	if l.postponed == rungReopen {
		return nil
	}
	l.asked, l.postponed = l.postponed, rungReopen
	return errPostponed
}

// newLadder is that of a modem that was not heard yet.
func newLadder(profile string) ladder {
	family, found := driver.FindProfile(profile)
	return ladder{family: family, known: found && profile != "" && profile != driver.AutoProfile}
}

// failed notes how a session ended. What is not the modem's silence needs no reset.
func (w *worker) failed(err error) {
	for _, silence := range []error{driver.ErrNotAnswering, driver.ErrOutOfStep, driver.ErrTimeout} {
		if errors.Is(err, silence) {
			w.ladder.failures++
			return
		}
	}
}

// count notes that a step is taken, and tells of it.
func (w *worker) count(r rung) {
	w.ladder.counts[r]++
	w.status.reset(w.ladder.counts[:])
	w.log.Warn("resetting the modem", zap.Stringer("step", r), zap.Uint64("times", w.ladder.counts[r]))
	w.status.set(context.Background(), life.ModemStarting, "it is being reset: "+r.String())
}

// resetClosed takes a step that needs the device closed.
func (w *worker) resetClosed(ctx context.Context, r rung) {
	if r < rungUSB {
		return
	}
	w.ladder.asked = rungReopen
	var err error
	switch {
	case r == rungUSB && w.mayResetUSB():
		w.count(r)
		const pause = 2 * time.Second
		err = serial.ResetUSB(ctx, serial.Sysfs, w.device(), pause)
	case r == rungCommand && w.dev.ResetCmd != "":
		w.count(r)
		err = w.runResetCmd(ctx)
	case r == rungAlarm:
		w.count(r)
		w.alarm(ctx, "modem-silent", fmt.Sprintf("modem %s does not answer, and resetting it did not help; it is tried on, but somebody should see to it", w.dev.Name))
	}
	if err != nil {
		w.log.Warn("the reset failed", zap.Stringer("step", r), zap.Error(err))
	}
}

func (w *worker) runResetCmd(ctx context.Context) error {
	result, err := hook.Hook{Command: w.dev.ResetCmd, Timeout: time.Duration(w.dev.ResetTimeout)}.Run(ctx, w.dev.Name, w.device())
	if err == nil && result.Code != 0 {
		return fmt.Errorf("reset_cmd ended with %d", result.Code)
	}
	return err
}

// mayResetUSB reports whether the modem is alone on its USB device.
func (w *worker) mayResetUSB() bool {
	if !w.dev.ResetUSB || strings.HasPrefix(w.device(), "@") {
		return false
	}
	own, err := serial.USBDevice(serial.Sysfs, w.device())
	if err != nil {
		return false
	}
	for _, other := range w.places.others(w.dev.Name) {
		if device, err := serial.USBDevice(serial.Sysfs, other); err == nil && device == own {
			w.log.Warn("another modem is on the same USB device, which is therefore not reset", zap.String("other", other))
			return false
		}
	}
	return true
}

// errRestarting ends a session in which the modem was told to restart.
var errRestarting = errors.New("the modem was told to restart")

// resetOpen takes a step that the modem itself carries out. Nothing is waited for:
// it has not answered so far, and may restart without a word.
func (w *worker) resetOpen(ctx context.Context, m *driver.Modem, r rung) error {
	asked := w.ladder.asked == r
	w.ladder.asked = rungReopen
	timeout := time.Duration(w.dev.ReadTimeout)
	switch family := &w.ladder.family; {
	case asked && !w.ladder.known && (r == rungRadio || r == rungVendor):
		w.ladder.postponed = r
	case r == rungRadio && w.ladder.known && !family.KeepRadioOn:
		w.count(r)
		for _, command := range []string{"AT+CFUN=0", "AT+CFUN=1"} {
			if err := m.Tell(ctx, command); err != nil {
				return err
			}
			sleep(ctx, timeout)
		}
	case r == rungVendor && len(family.Reset) > 0:
		command := w.ladder.restart()
		w.count(r)
		_ = m.Tell(ctx, command) // when it fails, the device is gone, which is as good
		sleep(ctx, family.Away)
		return errRestarting
	case r == rungRadio || r == rungVendor:
		w.log.Info("no such step for this modem, as far as its family is known", zap.Stringer("step", r), zap.String("family", family.Name))
	}
	return ctx.Err()
}
