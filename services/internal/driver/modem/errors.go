package modem

import (
	"errors"
	"fmt"
	"strings"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Errors of a modem as a whole. After ErrGone the Modem is of no more use.
var (
	// ErrGone: the device was closed, unplugged or gave an I/O error.
	ErrGone = errors.New("modem is gone")
	// ErrClosed: Close was called. It is an ErrGone too.
	ErrClosed = fmt.Errorf("%w: closed by its user", ErrGone)
	// ErrWriteBlocked: the device took no octets for Timeouts.Write. It is an ErrGone too.
	ErrWriteBlocked = fmt.Errorf("%w: writing blocked", ErrGone)
	// ErrNotAnswering: no answer to AT, however often (smstools spec §7.5 step 2).
	ErrNotAnswering = errors.New("modem is not ready to answer commands")
	// ErrOutOfStep: an earlier command's answer is missing, and the modem could
	// not be brought to answer a probe. The device should be opened anew.
	ErrOutOfStep = errors.New("modem is out of step")
	// ErrTimeout: the answer to a command did not come in time.
	ErrTimeout = errors.New("modem did not answer in time")
	// ErrNoPrompt: AT+CMGS was not answered by a prompt; the PDU was not written.
	ErrNoPrompt = errors.New("modem gave no prompt")
	// ErrBusy: another command did not end in time for a message to be begun.
	ErrBusy = errors.New("modem is busy with another command")
	// ErrAnswer: an answer came that cannot be understood or is too long.
	ErrAnswer = errors.New("modem gave an unusable answer")
	// errForgot: the modem has lost its settings, and may take a PDU for a text.
	errForgot = errors.New("modem echoes again: it has restarted by itself")
	// ErrCommand: a command or PDU holds octets that would end it early.
	ErrCommand = errors.New("command is not acceptable")
)

// Errors of initialisation.
var (
	// ErrPINRequired: the SIM wants a PIN and none is configured.
	ErrPINRequired = errors.New("SIM PIN is required")
	// ErrPINRefused: the SIM refused the configured PIN. It is never given
	// again: the third wrong one blocks the card.
	ErrPINRefused = errors.New("SIM PIN was refused")
	// ErrPUKRequired: the SIM is blocked and wants its PUK.
	ErrPUKRequired = errors.New("SIM PUK is required")
	// ErrNoSIM: there is no SIM.
	ErrNoSIM = errors.New("SIM is missing")
	// ErrNotReady: the SIM is not ready and does not say what it waits for.
	ErrNotReady = errors.New("SIM is not ready")
	// ErrInit: the modem refused a configured initialisation command.
	ErrInit = errors.New("modem refused its initialisation")
	// ErrPDUMode: the modem refused AT+CMGF=0.
	ErrPDUMode = errors.New("modem refused PDU mode")
	// ErrSMSC: the modem refused the configured service centre.
	ErrSMSC = errors.New("modem refused the service centre")
	// ErrNotRegistered: the modem found no network in time.
	ErrNotRegistered = errors.New("modem is not registered")
	// ErrDenied: the network denied the registration three times before any
	// success (smstools spec §7.5 step 10). It is an ErrNotRegistered too.
	ErrDenied = fmt.Errorf("%w: registration denied", ErrNotRegistered)
)

// RefusedError is a command that was certainly not carried out.
type RefusedError struct {
	// Command is the name of the command, without its parameters: "AT+CMGS".
	Command string
	// Code is the number of a +CMS ERROR or +CME ERROR; -1 when there is none.
	Code int
	// Text is the modem's answer with the meaning of its number, such as
	// "+CMS ERROR: 38 (Network out of order)"; empty when there was no answer.
	Text string
	// Class says whose trouble it is.
	Class atline.Class
	// Err is the reason when it was not an answer, such as ErrNoPrompt or ErrGone; nil otherwise.
	Err error
}

// OfService reports whether the message service refused it (+CMS ERROR, 3GPP TS 27.005
// §3.2.5), and not the modem's equipment (+CME ERROR) or something that gives no reason.
func (e *RefusedError) OfService() bool { return strings.HasPrefix(e.Text, "+CMS ERROR") }

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%v: giving %s", e.Err, e.Command)
	}
	return fmt.Sprintf("modem refused: answering %s: %s", e.Command, e.Text)
}

// Unwrap returns Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// UnknownError is a message whose PDU was written, wholly or in part, without a
// final answer: the network may or may not have it.
type UnknownError struct {
	// Err is why there is no answer: ErrTimeout, ErrGone, or that of the context.
	Err error
}

// Error implements error.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("outcome is unknown: waiting for the answer to a PDU: %v", e.Err)
}

// Unwrap returns Err.
func (e *UnknownError) Unwrap() error { return e.Err }

func refused(command string, r atline.Result) *RefusedError {
	return &RefusedError{Command: commandName(command), Code: r.Number, Text: r.Text, Class: r.Class()}
}

// isRefusal reports whether an error is an answer of the modem.
func isRefusal(err error) bool {
	var r *RefusedError
	return errors.As(err, &r)
}

// isUnusable reports whether a modem answered, but not with what was asked for.
func isUnusable(err error) bool { return isRefusal(err) || errors.Is(err, ErrAnswer) }

func unlessRefusal(err error) error {
	if isRefusal(err) {
		return nil
	}
	return err
}

func unlessTimeout(err error) error {
	if errors.Is(err, ErrTimeout) {
		return nil
	}
	return err
}
