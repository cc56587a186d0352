package modem

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Init brings the modem into the state that Config describes, in the order of
// smstools spec §7.5, and returns who it is. It may be called again after
// trouble: what is done once per Modem, such as Start and the PIN, is not repeated.
//
// Errors that the SIM's owner must mend are ErrPINRequired, ErrPINRefused,
// ErrPUKRequired and ErrNoSIM; ErrNotAnswering, ErrOutOfStep and ErrGone call
// for the device to be opened anew.
func (m *Modem) Init(ctx context.Context) (Identity, error) {
	if err := m.take(ctx); err != nil {
		return Identity{}, err
	}
	defer m.release()
	m.step.silent = false
	for _, step := range []func(context.Context) error{
		m.start, m.wakeUp, m.preInit, m.recognise, m.early, m.checkSIM, m.unlock, m.recognise, m.familyInit, m.userInit, m.checkSignal, m.checkNetwork,
		m.selectPDUMode, m.setSMSC, m.identify, m.prepareMemory, m.prepareSending, m.prepareReceiving,
	} {
		if err := step(ctx); err != nil {
			return m.step.identity, err
		}
	}
	m.step.silent = m.cfg.PreInit && !m.step.echoes
	return m.step.identity, nil
}

// Stop gives the command that the user wants at the end (smstools stop). It does not Close.
func (m *Modem) Stop(ctx context.Context) error {
	if m.cfg.Stop == "" {
		return nil
	}
	_, err := m.do(ctx, m.cfg.Stop, m.patience(OpStop))
	return err
}

func (m *Modem) start(ctx context.Context) error {
	if m.step.started || m.cfg.Start == "" {
		return nil
	}
	m.step.started = true
	_, err := m.exchange(ctx, newExchange(m.cfg.Start), m.patience(OpStart))
	if err := unlessTimeout(err); err != nil {
		return err
	}
	return m.pause(ctx, m.cfg.StartSleep)
}

// wakeUp gives AT until the modem answers, and then makes sure that the answer
// is to what was asked.
func (m *Modem) wakeUp(ctx context.Context) error {
	if m.cfg.Wakeup != "" {
		if err := m.put(m.cfg.Wakeup + "\r"); err != nil {
			return err
		}
		m.step.lost = true
	}
	if m.cfg.WakeupAT {
		_, err := m.exchange(ctx, newExchange("AT"), m.cfg.Timeouts.Probe)
		if err := unlessTimeout(err); err != nil {
			return err
		}
	}
	result, err := m.knock(ctx)
	if err != nil {
		return err
	}
	if result.Numeric {
		if err := m.tolerate(ctx, "ATV1"); err != nil {
			return err
		}
	}
	if m.step.lost {
		return m.probe(ctx)
	}
	return nil
}

// knock gives AT until there is any answer.
func (m *Modem) knock(ctx context.Context) (atline.Result, error) {
	for attempt := range m.cfg.Attempts {
		result, err := m.exchange(ctx, newExchange("AT"), m.cfg.Timeouts.Probe)
		if err == nil && attempt > 0 {
			// A modem that wakes up answers all that it was given in one go.
			err = m.drain(ctx)
		}
		if err == nil {
			return result, nil
		}
		if err := unlessTimeout(err); err != nil {
			return atline.Result{}, err
		}
		if err := m.put(escape); err != nil {
			return atline.Result{}, err
		}
	}
	return atline.Result{}, ErrNotAnswering
}

// echoOff tells a modem not to repeat what it is told (ITU-T V.250 §6.2.4).
const echoOff = "ATE0"

func (m *Modem) preInit(ctx context.Context) error {
	var settings []string
	if m.cfg.PreInit {
		if err := m.tolerate(ctx, echoOff); err != nil {
			return err
		}
		settings = append(settings, "+CMEE=1")
	}
	if m.cfg.CallerID {
		settings = append(settings, "+CLIP=1")
	}
	if m.cfg.CellInfo {
		settings = append(settings, "+CREG=2")
	}
	if len(settings) == 0 {
		return nil
	}
	_, err := m.doHeld(ctx, "AT"+strings.Join(settings, ";"), m.patience(OpPreInit))
	if !isRefusal(err) || len(settings) == 1 {
		return unlessRefusal(err)
	}
	// One of them is not known; the others may be.
	for _, setting := range settings {
		if err := m.tolerate(ctx, "AT"+setting); err != nil {
			return err
		}
	}
	return nil
}

func (m *Modem) userInit(ctx context.Context) error {
	for _, command := range []string{m.cfg.Init, m.cfg.Init2} {
		if command == "" {
			continue
		}
		if err := m.insist(ctx, command, ErrInit); err != nil {
			return err
		}
	}
	return nil
}

// insist gives a command, and once more after a pause when it is refused.
func (m *Modem) insist(ctx context.Context, command string, sentinel error) error {
	timeout := m.patience(OpInit)
	_, err := m.doHeld(ctx, command, timeout)
	if !isRefusal(err) {
		return err
	}
	return m.repeat(ctx, command, timeout, sentinel)
}

// repeat gives a command that was refused once more, after a pause.
func (m *Modem) repeat(ctx context.Context, command string, timeout time.Duration, sentinel error) error {
	if err := m.pause(ctx, m.cfg.ErrorSleep); err != nil {
		return err
	}
	_, err := m.doHeld(ctx, command, timeout)
	if isRefusal(err) {
		return fmt.Errorf("%w: %w", sentinel, err)
	}
	return err
}

func (m *Modem) checkSignal(ctx context.Context) error {
	if !m.cfg.SignalQuality {
		return nil
	}
	_, err := m.query(ctx, "AT+CSQ", "+CSQ", OpCSQ)
	return err
}

func (m *Modem) checkNetwork(ctx context.Context) error {
	if m.cfg.CheckNetwork != checkAtInit {
		return nil
	}
	return m.waitRegistered(ctx)
}

// pduMode selects PDU mode (3GPP TS 27.005 §3.2.3).
const pduMode = "AT+CMGF=0"

func (m *Modem) selectPDUMode(ctx context.Context) error {
	if !m.cfg.SelectPDUMode {
		return nil
	}
	m.restarted.Store(false)
	for patience := m.Profile().SlowStart; ; patience -= slowStartPause {
		err := m.enterPDUMode(ctx)
		if patience <= 0 || !isTooEarly(err) {
			return m.againUnlessAccepted(ctx, err)
		}
		if err := m.pause(ctx, slowStartPause); err != nil {
			return err
		}
	}
}

// slowStartPause is the pause before a modem that is starting is asked again.
const slowStartPause = time.Second

// againUnlessAccepted asks for PDU mode once more, after a pause, when it was refused.
func (m *Modem) againUnlessAccepted(ctx context.Context, err error) error {
	if !isRefusal(err) {
		return err
	}
	return m.repeat(ctx, pduMode, m.patience(OpCMGF), ErrPDUMode)
}

func (m *Modem) setSMSC(ctx context.Context) error {
	if m.cfg.SMSC == "" {
		return nil
	}
	command := "AT+CSCA=" + atline.Quote("+"+strings.TrimPrefix(m.cfg.SMSC, "+"))
	_, err := m.doHeld(ctx, command, m.patience(OpCSCA))
	if isRefusal(err) {
		return fmt.Errorf("%w: %w", ErrSMSC, err)
	}
	return err
}

// tolerate gives a command that a modem may refuse.
func (m *Modem) tolerate(ctx context.Context, command string) error {
	_, err := m.doHeld(ctx, command, m.patience(OpInit))
	return unlessRefusal(err)
}

// pause waits without giving up the turn.
func (m *Modem) pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.done:
		return m.Err()
	}
}
