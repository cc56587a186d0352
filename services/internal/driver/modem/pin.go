package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

const (
	// simAttempts and simPause bound the wait for a SIM that says it is busy.
	simAttempts = 20
	simPause    = time.Second
	// pinChecks bounds the wait for the SIM to be ready after its PIN.
	pinChecks = 3
)

// +CME ERROR and +CMS ERROR numbers about the SIM.
const (
	cmeNoSIM     = 10
	cmePIN       = 11
	cmePUK       = 12
	cmeBusy      = 14
	cmsNoSIM     = 310
	cmsPIN       = 311
	cmsBusy      = 314
	cmsPUK       = 316
	cmePassword  = 16
	cmeSIMFailed = 13
)

// PINRefused reports whether the configured PIN was given and not accepted, be it
// that its answer was lost. The caller passes that on as Config.PINRefused to
// later Modems with the same PIN. It never waits, whatever the context, and also
// tells after the device is gone.
func (m *Modem) PINRefused(context.Context) bool { return m.pinRefused.Load() }

// unlock makes the SIM ready (smstools spec §7.5 step 7).
func (m *Modem) unlock(ctx context.Context) error {
	if m.cfg.IgnorePIN || m.cfg.PIN == "" && m.step.pinAsked {
		return nil
	}
	state, err := m.simState(ctx)
	if err != nil {
		return err
	}
	if state == "SIM PIN" {
		if err := m.enterPIN(ctx); err != nil {
			return err
		}
		if state, err = m.stateAfterPIN(ctx); err != nil {
			return err
		}
	}
	if err := simError(state); err != nil {
		return err
	}
	m.step.pinAsked = true
	return nil
}

// stateAfterPIN asks for the state after the PIN was accepted. A modem may take a
// moment to notice; one that goes on wanting the PIN has not liked it.
func (m *Modem) stateAfterPIN(ctx context.Context) (string, error) {
	for range pinChecks {
		state, err := m.simState(ctx)
		if err != nil || state != "SIM PIN" {
			return state, err
		}
		if err := m.pause(ctx, simPause); err != nil {
			return "", err
		}
	}
	m.pinRefused.Store(true)
	return "SIM PIN", nil
}

// simError says what a state of the SIM other than READY means after a PIN was given.
func simError(state string) error {
	switch {
	case state == "READY":
		return nil
	case strings.HasPrefix(state, "SIM PUK"):
		return ErrPUKRequired
	case state == "SIM PIN":
		return ErrPINRefused
	case state == "NOT INSERTED":
		return ErrNoSIM
	default:
		return fmt.Errorf("%w: waiting for %s", ErrNotReady, state)
	}
}

// simState asks what the SIM waits for, until it is not busy. A bare OK means
// that it waits for nothing.
func (m *Modem) simState(ctx context.Context) (string, error) {
	for attempt := 1; ; attempt++ {
		lines, err := m.doHeld(ctx, "AT+CPIN?", m.patience(OpAskPIN))
		state, again, err := simStateOf(lines, err)
		if !again || attempt == simAttempts {
			return state, err
		}
		if err := m.pause(ctx, simPause); err != nil {
			return "", err
		}
	}
}

// simStateOf understands an answer to AT+CPIN?; again tells that it may change soon.
func simStateOf(lines []string, err error) (state string, again bool, _ error) {
	var r *RefusedError
	if errors.As(err, &r) {
		return simRefusal(r)
	}
	if err != nil {
		return "", false, err
	}
	for _, line := range lines {
		if state, err := atline.ParseCPIN(line); err == nil {
			return state, state == "NOT READY", nil
		}
	}
	return "READY", false, nil
}

func simRefusal(r *RefusedError) (state string, again bool, _ error) {
	switch r.Code {
	case cmePIN, cmsPIN:
		return "SIM PIN", false, nil
	case cmePUK, cmsPUK:
		return "SIM PUK", false, nil
	case cmeNoSIM, cmsNoSIM:
		return "", false, fmt.Errorf("%w: %w", ErrNoSIM, r)
	case cmeBusy, cmsBusy:
		return "", true, fmt.Errorf("%w: %w", ErrNotReady, r)
	default:
		return "", false, fmt.Errorf("%w: %w", ErrNotReady, r)
	}
}

// pinAttempts is how many attempts a SIM allows (3GPP TS 31.102 §6.4).
const pinAttempts = 3

// mayGivePIN makes sure that giving the PIN is the first attempt, and has it noted.
func (m *Modem) mayGivePIN(ctx context.Context) error {
	if m.cfg.PINUnsure {
		lines, err := m.doHeld(ctx, "AT+CPINR", m.patience(OpAskPIN))
		if err := unlessRefusal(err); err != nil {
			return err
		}
		if left, ok := attemptsLeft(lines); !ok || left < pinAttempts {
			m.pinRefused.Store(true)
			return fmt.Errorf("%w or its answer was lost: an earlier attempt has no outcome, and the SIM does not say that it has all attempts left",
				ErrPINRefused)
		}
	}
	if m.cfg.BeforePIN == nil {
		return nil
	}
	if err := m.cfg.BeforePIN(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotReady, err)
	}
	return nil
}

// attemptsLeft reads the answer to AT+CPINR (3GPP TS 27.007 §8.65).
func attemptsLeft(lines []string) (int, bool) {
	for _, line := range lines {
		values, ok := atline.Values(line, "+CPINR")
		fields := atline.Fields(values)
		if ok && len(fields) > 1 && fields[0].Text == "SIM PIN" {
			return fields[1].Int()
		}
	}
	return 0, false
}

// enterPIN gives the PIN, once in the life of a Modem: that it was given is
// noted before it is written, since an answer that is lost may have been a refusal.
func (m *Modem) enterPIN(ctx context.Context) error {
	switch {
	case m.cfg.PIN == "":
		return ErrPINRequired
	case m.pinRefused.Load():
		return ErrPINRefused
	}
	if err := m.mayGivePIN(ctx); err != nil {
		return err
	}
	m.pinRefused.Store(true)
	command := "AT+CPIN=" + atline.Quote(string(m.cfg.PIN))
	_, err := m.doHeld(ctx, command, m.patience(OpEnterPIN))
	var r *RefusedError
	switch {
	case errors.As(err, &r) && (r.Code == cmeBusy || r.Code == cmeSIMFailed):
		// The SIM has not looked at it.
		m.pinRefused.Store(false)
		return fmt.Errorf("%w: %w", ErrNotReady, err)
	case r != nil && r.Code == cmePUK:
		return fmt.Errorf("%w: %w", ErrPUKRequired, err)
	case r != nil:
		return fmt.Errorf("%w: %w", ErrPINRefused, err)
	case err != nil:
		return err
	}
	m.pinRefused.Store(false)
	return m.pause(ctx, m.cfg.PINSleep)
}
