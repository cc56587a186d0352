package modem

import "time"

// change puts the modem, its SIM or its network into the state that a rule asks for,
// and reports whether the rule is one of those. It needs the lock.
func (m *Modem) change(r *Rule) bool {
	switch r.Action {
	case ActionEcho:
		m.set.echo = true
	case ActionFull:
		m.storage.full = true
		m.later(r.Delay, func() { m.storage.full = false })
	case ActionDeny:
		m.radio.registration = RegistrationDenied
		m.registrationChanged()
		m.later(r.Delay, func() {
			m.radio.registration = m.cfg.Registration
			m.registrationChanged()
		})
	case ActionPIN:
		m.sim.state = simPIN
		m.registrationChanged()
	case ActionPUK:
		m.sim.state, m.sim.pinLeft = simPUK, 0
		m.registrationChanged()
	default:
		return false
	}
	return true
}

// later undoes a change after d; zero is never.
func (m *Modem) later(d time.Duration, undo func()) {
	if d <= 0 {
		return
	}
	time.AfterFunc(d, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		undo()
		m.pump()
	})
}
