package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// NoReference is the message reference of a message that was accepted by a modem
// that did not tell one.
const NoReference = -1

// endOfPDU is Ctrl-Z (3GPP TS 27.005 §4.3).
const endOfPDU = "\x1a"

// Send sends one PDU (AT+CMGS, 3GPP TS 27.005 §4.3). pduHex is the service
// centre address and the TPDU in hex, length that of the TPDU alone, in octets.
// It returns the TP-MR, 0 to 255, or NoReference.
//
// Every error is a *RefusedError or an *UnknownError. The former means that the
// network certainly does not have the message: the PDU is written only after the
// modem's prompt (against smstools W19). The end of ctx after the PDU was
// written is an *UnknownError.
func (m *Modem) Send(ctx context.Context, pduHex string, length int) (int, error) {
	return m.SendMore(ctx, pduHex, length, false)
}

// SendMore is Send; more tells that another message follows at once, so that the
// radio link may stay open (Config.MoreMessages).
func (m *Modem) SendMore(ctx context.Context, pduHex string, length int, more bool) (int, error) {
	if !atline.IsPDU(pduHex) || length < 0 {
		return 0, notGiven(atline.Recipient, fmt.Errorf("%w: it is no PDU", ErrCommand))
	}
	release, err := m.takeSoon(ctx)
	if err != nil {
		return 0, notGiven(atline.Modem, err)
	}
	defer release()
	if err := m.prepareToSend(ctx, more); err != nil {
		return 0, notGiven(atline.Modem, err)
	}
	if m.cfg.Phase1 {
		pduHex = withoutCentre(pduHex)
	}
	x := newExchange("AT+CMGS=" + strconv.Itoa(length))
	if err := m.prompt(ctx, x); err != nil {
		return 0, err
	}
	return m.submit(ctx, x, pduHex)
}

// takeSoon is take for a message, which another modem may have when this one is
// busy, or out of step: after the time that the prompt may take, it is an ErrBusy.
func (m *Modem) takeSoon(ctx context.Context) (release func(), err error) {
	soon, cancel := context.WithTimeoutCause(ctx, m.patience(OpCMGS), ErrBusy)
	defer cancel()
	if err = m.take(soon); err == nil {
		if err = m.synchronise(soon); err == nil {
			return m.release, nil
		}
		m.release()
	}
	if ctx.Err() == nil && soon.Err() != nil {
		err = context.Cause(soon)
	}
	return nil, err
}

// Ready waits until no command is under way and the modem answers as it should. An
// ErrOutOfStep says that it does not.
func (m *Modem) Ready(ctx context.Context) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.release()
	return m.synchronise(ctx)
}

// prepareToSend does what is only needed at times: after a time-out, before the
// first message, and when the modem has restarted by itself. In text mode, which
// many start in, AT+CMGS would take the length for a number and the PDU for a text.
func (m *Modem) prepareToSend(ctx context.Context, more bool) error {
	if err := m.keepLink(ctx, more); err != nil {
		return err
	}
	if err := m.synchronise(ctx); err != nil {
		return err
	}
	if m.restarted.Load() && m.cfg.SelectPDUMode {
		if err := m.enterPDUMode(ctx); err != nil {
			return fmt.Errorf("%w: %w", ErrPDUMode, err)
		}
		m.restarted.Store(false)
	}
	if m.cfg.CheckNetwork == checkBeforeSend {
		if err := m.ensureRegistered(ctx); err != nil {
			return err
		}
	}
	return m.rest(ctx)
}

// notGiven is the refusal of a message that the modem was not asked to send.
func notGiven(class atline.Class, err error) *RefusedError {
	return &RefusedError{Command: "AT+CMGS", Code: -1, Class: class, Err: err}
}

// prompt gives AT+CMGS and waits for the prompt. Without one it makes sure that
// whatever comes next is not taken for a PDU.
func (m *Modem) prompt(ctx context.Context, x *exchange) error {
	x.wantsPrompt = true
	m.begin(x)
	if err := m.put(x.command + "\r"); err != nil {
		m.abandon(x)
		return noPrompt(err)
	}
	s, err := m.await(ctx, x, stepPrompt, m.patience(OpCMGS))
	if err != nil {
		_ = m.put(escape)
		return noPrompt(err)
	}
	if s.kind == stepPrompt {
		return m.atPrompt(x)
	}
	if s.result.Code != atline.OK {
		return refused(x.command, s.result)
	}
	// OK instead of a prompt is an answer to nothing that was asked.
	m.abandon(x)
	_ = m.put(escape)
	return noPrompt(ErrNoPrompt)
}

// atPrompt makes sure that the prompt is that of PDU mode.
func (m *Modem) atPrompt(x *exchange) error {
	m.mu.Lock()
	echoed := x.echoed()
	m.mu.Unlock()
	if !m.noteEcho(echoed) {
		return nil
	}
	m.abandon(x)
	_ = m.put(escape)
	return noPrompt(errForgot)
}

func noPrompt(err error) error {
	if errors.Is(err, ErrTimeout) {
		err = fmt.Errorf("%w: %w", ErrNoPrompt, err)
	}
	return notGiven(atline.Modem, err)
}

// submit writes the PDU and waits for the final answer.
func (m *Modem) submit(ctx context.Context, x *exchange, pduHex string) (int, error) {
	m.mu.Lock()
	x.echo = pduHex
	m.mu.Unlock()
	m.trace(Out, atline.Line{Text: pduHex})
	if err := m.put(pduHex + endOfPDU); err != nil {
		m.abandon(x)
		return 0, &UnknownError{Err: err}
	}
	s, err := m.await(ctx, x, stepFinal, m.cfg.Timeouts.PDU)
	m.step.answered = time.Now()
	reference, accepted := x.reference()
	switch {
	case accepted:
		m.step.references = m.step.references || reference != NoReference
		// +CMGS is the acceptance; the OK after it, or its absence, adds nothing.
		return reference, nil
	case err != nil:
		return 0, &UnknownError{Err: err}
	case s.result.Code != atline.OK:
		return 0, refused(x.command, s.result)
	case m.step.references:
		// From a modem that tells references, OK alone answers something else: the
		// answer to the PDU may still come.
		m.abandon(x)
		return 0, &UnknownError{Err: fmt.Errorf("%w: OK without a reference", ErrAnswer)}
	default:
		return NoReference, nil
	}
}

// reference finds the +CMGS line of an answer, which is the acceptance also where it
// tells no reference, or one that is none.
func (x *exchange) reference() (reference int, accepted bool) {
	for _, line := range x.lines {
		if reference, accepted = acceptance(line); accepted {
			return reference, accepted
		}
	}
	return 0, false
}

// acceptance reads a +CMGS line.
func acceptance(line string) (reference int, accepted bool) {
	reference, err := atline.ParseCMGS(line)
	switch {
	case err == nil:
		return reference, true
	case atline.Name(line) == "+CMGS":
		return NoReference, true
	default:
		return 0, false
	}
}
