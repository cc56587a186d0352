package modem

import (
	"context"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
)

// Values of Config.CheckNetwork.
const (
	checkAtInit     = 1
	checkBeforeSend = 2
)

const (
	// networkPoll is the pause between two questions for the registration.
	networkPoll = time.Second
	// maxDenials is the number of denials before any success after which
	// there is no hope (smstools spec §7.5 step 10).
	maxDenials = 3
)

// registrations are asked in this order: circuit switched, packet, LTE. A SIM
// of the second or third kind alone shows nothing, or a refusal, in the first.
var registrations = []string{"+CREG", "+CGREG", "+CEREG"}

// ensureRegistered waits for the network unless it was there before.
func (m *Modem) ensureRegistered(ctx context.Context) error {
	if m.step.registered {
		return nil
	}
	return m.waitRegistered(ctx)
}

// waitRegistered asks until the modem is registered, for Timeouts.Network at most.
func (m *Modem) waitRegistered(ctx context.Context) error {
	limit := time.NewTimer(m.cfg.Timeouts.Network)
	defer limit.Stop()
	for denials, times := 0, 1; ; times++ {
		registered, denied, err := m.isRegistered(ctx)
		if err != nil || registered {
			m.step.registered = m.step.registered || registered
			return err
		}
		if denied {
			denials++
		}
		if denials >= maxDenials && !m.step.registered {
			return ErrDenied
		}
		if m.cfg.Unregistered != nil {
			m.cfg.Unregistered(times, denied)
		}
		pause := time.NewTimer(networkPoll)
		select {
		case <-pause.C:
		case <-limit.C:
			pause.Stop()
			return ErrNotRegistered
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-m.done:
			pause.Stop()
			return m.Err()
		}
	}
}

// isRegistered asks each kind of registration until one is in force. A modem
// that refuses all of the questions is taken for registered.
func (m *Modem) isRegistered(ctx context.Context) (registered, denied bool, err error) {
	answered := false
	for _, name := range registrations {
		cell, ok, err := m.registration(ctx, name)
		if err != nil || cell.Stat.Registered() {
			return err == nil, false, err
		}
		answered = answered || ok
		denied = denied || cell.Stat == atline.Denied
	}
	return !answered, denied, nil
}

// registration asks for one kind of registration; ok tells whether the modem knows it.
func (m *Modem) registration(ctx context.Context, name string) (cell atline.Cell, ok bool, err error) {
	lines, err := m.doHeld(ctx, "AT"+name+"?", m.patience(OpCREG))
	if err != nil {
		return atline.Cell{}, false, unlessRefusal(err)
	}
	for _, line := range lines {
		if cell, err := atline.ParseRegistration(line); err == nil && atline.Name(line) == name {
			return cell, true, nil
		}
	}
	return atline.Cell{}, false, nil
}

// Status is how a modem stands with its network.
type Status struct {
	// Registered tells whether SMS can be sent.
	Registered bool
	// CREG, CGREG and CEREG are the registrations; nil: not known to the modem.
	CREG, CGREG, CEREG *atline.Cell
	// Operator is empty where there is none.
	Operator atline.Operator
	// Signal is the strength, its DBm 0 when not known, or not to be asked for.
	Signal atline.Signal
	// CNMI is the setting of AT+CNMI that the modem accepted in Init, such as
	// "2,1,0,1,0"; empty: none was, or the user's init sets it. Then new
	// messages are found by List alone.
	CNMI string
}

// Status asks for the registration, the operator and, with Config.SignalQuality, the signal. What the modem
// does not know stays empty; an error is one of the line.
func (m *Modem) Status(ctx context.Context) (Status, error) {
	if err := m.take(ctx); err != nil {
		return Status{}, err
	}
	defer m.release()
	s := Status{CNMI: m.step.cnmi, Operator: atline.Operator{AcT: -1}, Signal: atline.Signal{BER: -1}}
	for i, cell := range []**atline.Cell{&s.CREG, &s.CGREG, &s.CEREG} {
		found, ok, err := m.registration(ctx, registrations[i])
		if err != nil {
			return s, err
		}
		if ok {
			*cell, s.Registered = &found, s.Registered || found.Stat.Registered()
		}
	}
	if line, err := m.query(ctx, "AT+COPS?", "+COPS", OpCREG); err != nil {
		return s, err
	} else if operator, err := atline.ParseCOPS(line); err == nil {
		s.Operator = operator
	}
	if !m.cfg.SignalQuality {
		return s, nil
	}
	line, err := m.query(ctx, "AT+CSQ", "+CSQ", OpCSQ)
	if signal, bad := atline.ParseCSQ(line); bad == nil {
		s.Signal = signal
	}
	return s, err
}

// query returns the line of the given name that a command is answered with;
// empty when there is none or the modem refuses.
func (m *Modem) query(ctx context.Context, command, name string, op Op) (string, error) {
	lines, err := m.doHeld(ctx, command, m.patience(op))
	for _, line := range lines {
		if atline.Name(line) == name {
			return line, nil
		}
	}
	return "", unlessRefusal(err)
}
