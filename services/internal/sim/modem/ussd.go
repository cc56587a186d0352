package modem

import (
	"fmt"
	"time"
)

func ussdCommands() map[string]command {
	return map[string]command{
		"+CUSD": {needs: needSIM, set: sendUSSD, query: showUSSD, test: say("+CUSD: (0-2)")},
	}
}

// sendUSSD is AT+CUSD=<n>[,<str>[,<dcs>]] (3GPP TS 27.007 §7.15). The answer of
// the network comes as an unsolicited line after OK.
func sendUSSD(m *Modem, _ *session, p params) result {
	n, valid := p.number(0, 0, 0, 2)
	if !valid {
		return cme(cmeInvalidArgument)
	}
	m.set.cusd = n
	code := p.text(1, "")
	switch {
	case code == "":
		return ok()
	case !m.registered().hasService():
		return cme(cmeNoService)
	}
	m.answerUSSD(m.findUSSD(m.ussdText(code)))
	return ok()
}

// findUSSD returns the scripted answer; the network ends unknown codes.
func (m *Modem) findUSSD(code string) USSD {
	for _, u := range m.cfg.USSD {
		if u.Code == code {
			return u
		}
	}
	return USSD{Status: 4}
}

func (m *Modem) answerUSSD(u USSD) {
	line := fmt.Sprintf(`+CUSD: %d`, u.Status)
	if u.Reply != "" {
		line = fmt.Sprintf(`+CUSD: %d,"%s",%d`, u.Status, m.ussdEncode(u.Reply), u.DCS)
	}
	if u.After <= 0 {
		m.urc(line)
		return
	}
	time.AfterFunc(u.After, func() { m.URC(line) })
}

func showUSSD(m *Modem, s *session, _ params) result {
	s.info("+CUSD: " + itoa(m.set.cusd))
	return ok()
}
