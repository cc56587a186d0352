package modem

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// basicCommands are those of ITU-T V.250.
func basicCommands() map[string]command {
	return map[string]command{
		"E":  {execute: flag(func(s *settings) *bool { return &s.echo })},
		"V":  {execute: flag(func(s *settings) *bool { return &s.verbose })},
		"Q":  {execute: flag(func(s *settings) *bool { return &s.quiet })},
		"Z":  {execute: resetSettings},
		"&F": {execute: resetSettings},
		"I":  {execute: identify},
		"L":  {execute: accept()}, "M": {execute: accept()}, "X": {execute: accept()},
		"&C": {execute: accept()}, "&D": {execute: accept()}, "&K": {execute: accept()},
		"&W":    {execute: accept()},
		"+GCAP": {execute: say("+GCAP: +CGSM"), test: accept()},
		"+IPR":  {set: accept(), query: say("+IPR: 115200"), test: say("+IPR: (0),(9600,115200)")},
		"+IFC":  {set: accept(), query: say("+IFC: 2,2"), test: say("+IFC: (0-2),(0-2)")},
		"+CLAC": {execute: listCommands, test: accept()},
		"+CMEE": choice("+CMEE: ", "(0-2)", 2, func(s *settings) *int { return &s.cmee }),
	}
}

// flag returns a handler for E, V and Q: 0, or no number, is off; 1 is on. Q is
// a suppression, for which the same numbers hold.
func flag(field func(*settings) *bool) handler {
	return func(m *Modem, _ *session, p params) result {
		n, valid := p.number(0, 0, 0, 1)
		if !valid {
			return final("ERROR")
		}
		*field(&m.set) = n == 1
		return ok()
	}
}

// resetSettings is ATZ and AT&F. Both go back to the factory's settings, for
// there is no stored profile; CSCA stays, it is in the SIM.
func resetSettings(m *Modem, _ *session, _ params) result {
	csca := m.set.csca
	m.set = newSettings(&m.cfg)
	m.set.csca = csca
	return ok()
}

func identify(m *Modem, s *session, _ params) result {
	s.info(m.cfg.Manufacturer, m.cfg.Model, "Revision: "+m.cfg.Revision)
	return ok()
}

// register takes any S parameter and shows S3 to S5 with their usual values
// (ITU-T V.250 §6.2).
func (m *Modem) register(s *session, inv *invocation) result {
	if inv.op != query {
		return ok()
	}
	switch strings.TrimLeft(inv.name[1:], "0") {
	case "3":
		s.info("013")
	case "4":
		s.info("010")
	case "5":
		s.info("008")
	default:
		s.info("000")
	}
	return ok()
}

func listCommands(m *Modem, s *session, _ params) result {
	names := sortedNames(m.commands)
	for i, name := range names {
		names[i] = "AT" + name
	}
	s.info(names...)
	return ok()
}
