package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/codec/voicecall"
)

// Dialling is how a call is made (smstools spec §7.9).
type Dialling struct {
	voicecall.Call
	voicecall.Form
	// Number is as it is dialled, with plus where it is international.
	Number string
	// CPAS asks AT+CPAS, and CLCC AT+CLCC, whether a call that the modem took at
	// once was answered; without either the answer to ATD tells.
	CPAS, CLCC bool
	// RingOnly lets it ring for the whole time, whatever the modem says.
	RingOnly bool
	// ATH hangs up with ATH instead of AT+CHUP.
	ATH bool
}

// Results of calls beside those that modems give, such as OK, BUSY and NO CARRIER.
const (
	CallTimeout = "Timeout"
	CallHangup  = "Hangup"
)

const (
	dialTime    = 120 * time.Second
	pollTime    = 150 * time.Second
	beforeTones = 3 * time.Second
	betweenAsks = time.Second
)

// Dial calls, plays the tones when the call is answered, and hangs up. The result
// is what the modem said, CallTimeout or CallHangup. Nothing else is given to the
// modem meanwhile. An error is one of the line.
func (m *Modem) Dial(ctx context.Context, d Dialling) (result string, err error) {
	if err := m.take(ctx); err != nil {
		return "", err
	}
	defer m.release()
	if strings.Trim(d.Number, "+0123456789*#") != "" || d.Number == "" {
		return "", fmt.Errorf("%w: the number to be called has other signs than digits, *, # and +", ErrCommand)
	}
	result, err = m.ring(ctx, d)
	if err == nil && result == "OK" {
		err = m.playTones(ctx, d)
	}
	if errors.Is(err, ErrGone) || ctx.Err() != nil && m.Err() != nil {
		return result, err
	}
	return result, errors.Join(err, m.endCall(context.WithoutCancel(ctx), d))
}

// ring dials and waits until the call is answered or ends.
func (m *Modem) ring(ctx context.Context, d Dialling) (string, error) {
	patience := or(d.Time, dialTime)
	_, err := m.doHeld(ctx, "ATD"+d.Number+";", patience)
	var refused *RefusedError
	switch {
	case d.RingOnly && (err == nil || errors.As(err, &refused)):
		return CallTimeout, m.pause(ctx, or(d.Time, pollTime))
	case errors.As(err, &refused) && refused.Err == nil:
		return refused.Text, nil
	case errors.Is(err, ErrTimeout) && !errors.Is(err, ErrGone):
		return CallTimeout, nil
	case err != nil:
		return "", err
	case d.CPAS || d.CLCC:
		return m.pollCall(ctx, d)
	default:
		return "OK", nil
	}
}

// pollCall asks until the call was answered or is over.
func (m *Modem) pollCall(ctx context.Context, d Dialling) (string, error) {
	end := time.Now().Add(or(d.Time, pollTime))
	for begun := false; time.Now().Before(end); {
		answered, going, err := m.callState(ctx, d)
		switch {
		case err != nil:
			return "", err
		case answered:
			return "OK", nil
		case begun && !going:
			return CallHangup, nil
		}
		begun = begun || going
		if err := m.pause(ctx, betweenAsks); err != nil {
			return "", err
		}
	}
	return CallTimeout, nil
}

// callState tells whether the call is answered, and whether there is one at all
// (3GPP TS 27.007 §7.18, §8.1).
func (m *Modem) callState(ctx context.Context, d Dialling) (answered, going bool, err error) {
	command, name, op, field := "AT+CPAS", "+CPAS", OpCPAS, 0
	const inProgress, ringing = 4, 3
	if d.CLCC {
		command, name, op, field = "AT+CLCC", "+CLCC", OpCLCC, 2
	}
	line, err := m.query(ctx, command, name, op)
	if err != nil {
		return false, false, err
	}
	values, _ := atline.Values(line, name)
	fields := atline.Fields(values)
	if line == "" || len(fields) <= field {
		return false, false, nil
	}
	state, ok := fields[field].Int()
	switch {
	case !ok:
		return false, false, nil
	case d.CLCC:
		return state == 0, true, nil
	default:
		return state == inProgress, state == inProgress || state == ringing, nil
	}
}

func (m *Modem) playTones(ctx context.Context, d Dialling) error {
	command := d.Command(d.Form)
	if command == "" {
		return nil
	}
	for range d.Repeat {
		if err := m.pause(ctx, beforeTones); err != nil {
			return err
		}
		_, err := m.doHeld(ctx, command, m.cfg.Timeouts.Command)
		if isRefusal(err) {
			return nil // the other side has hung up
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Modem) endCall(ctx context.Context, d Dialling) error {
	_, err := m.doHeld(ctx, hangUp(d.ATH), m.patience(OpATH))
	return unlessRefusal(err)
}
