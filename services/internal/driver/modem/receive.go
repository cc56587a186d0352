package modem

import (
	"context"
	"errors"
)

// cnmiChain are the settings of AT+CNMI (3GPP TS 27.005 §3.4.1) from the best
// to the poorest: indications for stored messages, reports direct, then in
// memory, then not at all. Modems refuse what they advertise.
var cnmiChain = []string{
	"2,1,2,1,0", "2,1,2,2,0", "2,1,2,0,0", "2,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0",
	"1,1,0,1,0", "1,1,0,2,0", "1,1,0,0,0",
}

// prepareMemory looks once at the message memory (smstools spec §7.5 step 14).
// ZTE sticks need the question to stop repeating their indications.
func (m *Modem) prepareMemory(ctx context.Context) error {
	if !m.cfg.Incoming || m.step.cpmsAsked {
		return nil
	}
	m.step.cpmsAsked = true
	if _, err := m.usage(ctx); err != nil && !isUnusable(err) {
		return err
	}
	if err := m.chooseMemories(ctx); err != nil {
		return err
	}
	return unlessRefusal(m.selectMemory(ctx, m.memories()[0]))
}

// prepareReceiving asks for indications of new messages. A modem that refuses
// all of them can still be polled.
func (m *Modem) prepareReceiving(ctx context.Context) error {
	if !m.cfg.Incoming {
		return nil
	}
	if m.cfg.Acknowledge {
		if err := m.tolerate(ctx, "AT+CSMS=1"); err != nil {
			return err
		}
	}
	if m.isGivenByUser("AT+CNMI") {
		return nil
	}
	m.step.cnmi = ""
	for _, setting := range m.indications() {
		_, err := m.doHeld(ctx, "AT+CNMI="+setting, m.patience(OpInit))
		if err == nil {
			m.step.cnmi = setting
			return nil
		}
		if !isRefusal(err) {
			return err
		}
	}
	return nil
}

// cmsNoAckExpected is "no +CNMA acknowledgement expected".
const cmsNoAckExpected = 340

// AckDirect acknowledges the oldest Direct that was not yet acknowledged
// (AT+CNMA, 3GPP TS 27.005 §3.4.4). Call it when the message is durably kept. A
// modem that has acknowledged by itself is no error.
func (m *Modem) AckDirect(ctx context.Context) error {
	_, err := m.do(ctx, "AT+CNMA", m.cfg.Timeouts.Command)
	var r *RefusedError
	if errors.As(err, &r) && (r.Code == cmsNoAckExpected || !m.cfg.Acknowledge) {
		return nil
	}
	return err
}
