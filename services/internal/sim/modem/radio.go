package modem

import (
	"fmt"
	"time"
)

// Place of the simulated cell, as AT+CREG=2 shows it.
const cell = `,"00C3","0000A1B2"`

// Values of AT+CFUN (3GPP TS 27.007 §8.2).
const (
	minimumFunctionality = 0
	fullFunctionality    = 1
	flightMode           = 4
)

// radio is the modem's view of the network.
type radio struct {
	registration  Registration
	signal        int
	functionality int
}

// registered is what AT+CREG? shows, the SIM and AT+CFUN considered.
func (m *Modem) registered() Registration {
	if m.radio.functionality != fullFunctionality || m.sim.state != simReady {
		return NotRegistered
	}
	return m.radio.registration
}

// SetRegistration changes the registration; +CREG lines come if they are on.
func (m *Modem) SetRegistration(r Registration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.radio.registration = r
	m.registrationChanged()
	m.pump()
}

// SetSignal changes the <rssi> of AT+CSQ, 0 to 31 or 99.
func (m *Modem) SetSignal(rssi int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.radio.signal = rssi
}

// registrationChanged shows the registration as an unsolicited line.
func (m *Modem) registrationChanged() {
	for _, report := range []struct {
		prefix string
		n      int
	}{{"+CREG: ", m.set.creg}, {"+CGREG: ", m.set.cgreg}, {"+CEREG: ", m.set.cereg}} {
		if report.n > 0 {
			m.urc(report.prefix + m.location(report.n))
		}
	}
}

// location is <stat> and, for <n> 2, the cell (3GPP TS 27.007 §7.2).
func (m *Modem) location(n int) string {
	r := m.registered()
	if n == 2 && r.hasService() {
		return itoa(r.stat()) + cell
	}
	return itoa(r.stat())
}

func radioCommands() map[string]command {
	return map[string]command{
		"+CREG":  registrationCommand("+CREG: ", func(s *settings) *int { return &s.creg }),
		"+CGREG": registrationCommand("+CGREG: ", func(s *settings) *int { return &s.cgreg }),
		"+CEREG": registrationCommand("+CEREG: ", func(s *settings) *int { return &s.cereg }),
		"+CGATT": {set: accept(), query: say("+CGATT: 1"), test: say("+CGATT: (0,1)")},
		"+CSQ":   {execute: signalQuality, test: say("+CSQ: (0-31,99),(0-7,99)")},
		"+COPS":  {set: selectOperator, query: showOperator, test: listOperators},
		"+CFUN":  {set: setFunctionality, query: showFunctionality, test: say("+CFUN: (0,1,4),(0,1)")},
		"+CCLK":  {set: accept(), query: showClock, test: accept()},
	}
}

// registrationCommand makes AT+CREG, AT+CGREG or AT+CEREG.
func registrationCommand(prefix string, field func(*settings) *int) command {
	cmd := choice(prefix, "(0-2)", 2, field)
	cmd.query = func(m *Modem, s *session, _ params) result {
		n := *field(&m.set)
		s.info(prefix + itoa(n) + "," + m.location(n))
		return ok()
	}
	return cmd
}

func signalQuality(m *Modem, s *session, _ params) result {
	s.info(fmt.Sprintf("+CSQ: %d,99", m.radio.signal))
	return ok()
}

func showOperator(m *Modem, s *session, _ params) result {
	if !m.registered().hasService() {
		s.info("+COPS: " + itoa(m.set.cops))
		return ok()
	}
	s.info(fmt.Sprintf(`+COPS: %d,0,"%s",2`, m.set.cops, m.cfg.Operator))
	return ok()
}

func selectOperator(m *Modem, _ *session, p params) result {
	mode, valid := p.number(0, 0, 0, 4)
	if !valid {
		return cme(cmeInvalidArgument)
	}
	// Mode 3 only sets the format of the answer (3GPP TS 27.007 §7.3).
	if mode != 3 {
		m.set.cops = mode
	}
	return ok()
}

func listOperators(m *Modem, s *session, _ params) result {
	s.info(fmt.Sprintf(`+COPS: (2,"%s","%s","24405",2),,(0-4),(0-2)`, m.cfg.Operator, m.cfg.Operator))
	return ok()
}

func showFunctionality(m *Modem, s *session, _ params) result {
	s.info("+CFUN: " + itoa(m.radio.functionality))
	return ok()
}

// setFunctionality is AT+CFUN=<fun>[,<rst>].
func setFunctionality(m *Modem, s *session, p params) result {
	fun, valid := p.number(0, fullFunctionality, 0, flightMode)
	reset, validReset := p.number(1, 0, 0, 1)
	if !valid || !validReset || fun != minimumFunctionality && fun != fullFunctionality && fun != flightMode {
		return cme(cmeInvalidArgument)
	}
	if reset == 1 {
		return m.reset()
	}
	m.radio.functionality = fun
	m.registrationChanged()
	m.pump()
	return ok()
}

// reset starts the modem anew; a USB modem goes away for a while.
func (m *Modem) reset() result {
	r := ok()
	m.powerUp()
	if m.cfg.ResetDrops {
		m.backAfter = m.cfg.BackAfter
		r.drop = true
	}
	return r
}

func showClock(m *Modem, s *session, _ params) result {
	now := m.cfg.Now()
	_, offset := now.Zone()
	quarter := int(15 * time.Minute / time.Second)
	s.info(fmt.Sprintf(`+CCLK: "%s%+03d"`, now.Format("06/01/02,15:04:05"), offset/quarter))
	return ok()
}
