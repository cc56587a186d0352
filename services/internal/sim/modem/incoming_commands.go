package modem

import (
	"fmt"
	"strings"
	"time"
)

// setIndications is AT+CNMI (3GPP TS 27.005 §3.4.1).
func setIndications(m *Modem, _ *session, p params) result {
	limits := [5]int{cnmiMode: 3, cnmiMT: 3, cnmiBM: 3, cnmiDS: 2, cnmiBFR: 1}
	values := m.set.cnmi
	if len(p) > len(values) {
		return cms(cmsInvalidArgument)
	}
	for i := range p {
		n, valid := p.number(i, values[i], 0, limits[i])
		if !valid {
			return cms(cmsInvalidArgument)
		}
		values[i] = n
	}
	m.set.cnmi = values
	m.releaseBuffered()
	m.pump()
	return ok()
}

// releaseBuffered shows or forgets, as <bfr> says, what <mode> 0 kept.
func (m *Modem) releaseBuffered() {
	if m.set.cnmi[cnmiMode] == 0 {
		return
	}
	if m.set.cnmi[cnmiBFR] == 0 {
		for _, line := range m.incoming.buffered {
			m.urc(line)
		}
	}
	m.incoming.buffered = nil
}

func showIndications(m *Modem, s *session, _ params) result {
	v := m.set.cnmi
	s.info(fmt.Sprintf("+CNMI: %d,%d,%d,%d,%d", v[0], v[1], v[2], v[3], v[4]))
	return ok()
}

// acknowledge is AT+CNMA[=<n>[,<length>]] (3GPP TS 27.005 §3.4.4); <n> 2 refuses.
func acknowledge(m *Modem, _ *session, p params) result {
	n, valid := p.number(0, 0, 0, 2)
	length, validLength := p.number(1, 0, 0, maxTPDU)
	switch {
	case !valid || !validLength:
		return cms(cmsInvalidArgument)
	case m.set.csms != 1 || m.incoming.unacknowledged == nil:
		return cms(cmsNoCNMAExpected)
	case length > 0:
		return result{outcome: outcomePrompt, entry: &entry{
			length: length,
			done: func(s *session, _ *entry) (result, error) {
				s.m.mu.Lock()
				defer s.m.mu.Unlock()
				s.m.acknowledged(n)
				return ok(), nil
			},
		}}
	}
	m.acknowledged(n)
	return ok()
}

// acknowledged ends the wait for AT+CNMA. A refused message comes again after
// AckTimeout.
func (m *Modem) acknowledged(n int) {
	in := &m.incoming
	if in.unacknowledged == nil {
		return
	}
	if n == 2 {
		in.requeue()
		in.resting = time.AfterFunc(m.cfg.AckTimeout, m.rested)
		return
	}
	in.ackTimer.Stop()
	in.unacknowledged = nil
	m.pump()
}

func (m *Modem) rested() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.incoming.resting = nil
	m.pump()
}

// setService is AT+CSMS=<service> (3GPP TS 27.005 §3.2.1).
func setService(m *Modem, s *session, p params) result {
	n, valid := p.number(0, 0, 0, 1)
	if !valid {
		return cms(cmsInvalidArgument)
	}
	m.set.csms = n
	s.info("+CSMS: 1,1,1")
	return ok()
}

func showService(m *Modem, s *session, _ params) result {
	s.info(fmt.Sprintf("+CSMS: %d,1,1,1", m.set.csms))
	return ok()
}

// setFormat is AT+CMGF: text mode can be chosen, but few message commands work in it.
func setFormat(m *Modem, _ *session, p params) result {
	n, valid := p.number(0, 0, 0, 1)
	if !valid {
		return cms(cmsInvalidArgument)
	}
	m.set.textMode = n == 1
	return ok()
}

func showFormat(m *Modem, s *session, _ params) result {
	format := 0
	if m.set.textMode {
		format = 1
	}
	s.info("+CMGF: " + itoa(format))
	return ok()
}

func setCharset(m *Modem, _ *session, p params) result {
	name := strings.ToUpper(p.text(0, ""))
	switch name {
	case "GSM", "IRA", "UCS2", "HEX":
		m.set.cscs = name
		return ok()
	}
	return cme(cmeInvalidArgument)
}

func showCharset(m *Modem, s *session, _ params) result {
	s.info(`+CSCS: "` + m.set.cscs + `"`)
	return ok()
}

func setCentre(m *Modem, _ *session, p params) result {
	number := p.text(0, "")
	if number == "" {
		return cms(cmsInvalidArgument)
	}
	m.set.csca = strings.TrimPrefix(number, "+")
	return ok()
}

func showCentre(m *Modem, s *session, _ params) result {
	s.info(`+CSCA: "+` + m.set.csca + `",145`)
	return ok()
}
