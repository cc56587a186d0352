package modem

// Attempts before the SIM locks (3GPP TS 31.102 §6.4).
const (
	pinAttempts = 3
	pukAttempts = 10
)

// simState says what the SIM waits for.
type simState uint8

const (
	simReady simState = iota
	simAbsent
	simPIN
	simPUK
	// simDead is a SIM whose PUK was wrong too often; nothing brings it back.
	simDead
)

// sim is the SIM. The attempts left are in the card and outlive the power.
type sim struct {
	state    simState
	pin, puk string
	pinLeft  int
	pukLeft  int
	inserted bool
}

func (c *sim) powerUp(cfg *Config) {
	if !c.inserted {
		*c = sim{
			pin: cfg.PIN, puk: cfg.PUK, inserted: true,
			pinLeft: pinAttempts, pukLeft: pukAttempts,
		}
		if cfg.Blocked {
			c.pinLeft = 0
		}
	}
	switch {
	case cfg.NoSIM:
		c.state = simAbsent
	case c.pukLeft == 0:
		c.state = simDead
	case c.pinLeft == 0:
		c.state = simPUK
	case c.pin != "":
		c.state = simPIN
	default:
		c.state = simReady
	}
}

// refusal is the error of a command that needs the SIM.
func (c *sim) refusal(n need) (result, bool) {
	code, messages := 0, 0
	switch c.state {
	case simReady:
		return result{}, false
	case simAbsent:
		code, messages = cmeNoSIM, cmsNoSIM
	case simPIN:
		code, messages = cmePINRequired, cmsPINRequired
	case simPUK:
		code, messages = cmePUKRequired, cmsPUKRequired
	case simDead:
		code, messages = cmeSIMFailure, cmsSIMFailure
	}
	if n >= needBooted {
		return cms(messages), true
	}
	return cme(code), true
}

func simCommands() map[string]command {
	return map[string]command{
		"+CPINR": {execute: showAttempts, test: accept()},
		"+CPIN":  {set: enterPIN, query: askPIN, test: accept()},
	}
}

// askPIN is AT+CPIN? (3GPP TS 27.007 §8.3).
func askPIN(m *Modem, s *session, _ params) result {
	switch m.sim.state {
	case simReady:
		s.info("+CPIN: READY")
	case simPIN:
		s.info("+CPIN: SIM PIN")
	case simPUK:
		s.info("+CPIN: SIM PUK")
	case simAbsent:
		return cme(cmeNoSIM)
	default:
		return cme(cmeSIMFailure)
	}
	return ok()
}

// showAttempts is AT+CPINR (3GPP TS 27.007 §8.65).
func showAttempts(m *Modem, s *session, _ params) result {
	if m.sim.state == simAbsent {
		return cme(cmeNoSIM)
	}
	s.info(
		"+CPINR: SIM PIN,"+itoa(m.sim.pinLeft)+","+itoa(pinAttempts),
		"+CPINR: SIM PUK,"+itoa(m.sim.pukLeft)+","+itoa(pukAttempts),
	)
	return ok()
}

// PINAttemptsLeft returns how many wrong PINs the SIM still takes before it is blocked.
func (m *Modem) PINAttemptsLeft() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sim.pinLeft
}

// enterPIN is AT+CPIN=<pin> or AT+CPIN=<puk>,<newpin>.
func enterPIN(m *Modem, _ *session, p params) result {
	code, next := p.text(0, ""), p.text(1, "")
	switch m.sim.state {
	case simPIN:
		if !m.sim.tryPIN(code) {
			return cme(cmeIncorrect)
		}
	case simPUK:
		if next == "" {
			return cme(cmePUKRequired)
		}
		if !m.sim.tryPUK(code, next) {
			return cme(cmeIncorrect)
		}
	case simAbsent:
		return cme(cmeNoSIM)
	case simDead:
		return cme(cmeSIMFailure)
	default:
		return cme(cmeNotAllowed)
	}
	m.registrationChanged()
	m.pump()
	return ok()
}

func (c *sim) tryPIN(code string) bool {
	if code == c.pin {
		c.state, c.pinLeft = simReady, pinAttempts
		return true
	}
	if c.pinLeft--; c.pinLeft == 0 {
		c.state = simPUK
	}
	return false
}

func (c *sim) tryPUK(code, next string) bool {
	if code == c.puk {
		c.state, c.pin = simReady, next
		c.pinLeft, c.pukLeft = pinAttempts, pukAttempts
		return true
	}
	if c.pukLeft--; c.pukLeft == 0 {
		c.state = simDead
	}
	return false
}
