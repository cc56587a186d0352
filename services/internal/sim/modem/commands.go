package modem

// need says what must be in place before a command is carried out.
type need uint8

const (
	nothing need = iota
	// needSIM wants an unlocked SIM and refuses with +CME ERROR.
	needSIM
	// needBooted wants an unlocked SIM and a modem that is up; it and
	// needMessages refuse with +CMS ERROR.
	needBooted
	// needMessages wants PDU mode as well.
	needMessages
)

// handler carries out one form of a command, with Modem.mu held.
type handler func(m *Modem, s *session, p params) result

// command is the forms of a command; nil forms answer ERROR.
type command struct {
	needs                     need
	execute, set, query, test handler
}

func (c *command) handler(op operation) handler {
	switch op {
	case setTo:
		return c.set
	case query:
		return c.query
	case test:
		return c.test
	}
	return c.execute
}

// commandTable returns what the modem knows.
func commandTable() map[string]command {
	table := map[string]command{}
	for _, part := range []map[string]command{
		basicCommands(), identityCommands(), simCommands(), radioCommands(),
		messageCommands(), storageCommands(), callCommands(), phonebookCommands(), ussdCommands(),
	} {
		for name, cmd := range part {
			table[name] = cmd
		}
	}
	return table
}

// refusal says why a command cannot be carried out now.
func (m *Modem) refusal(n need) (result, bool) {
	if n == nothing {
		return result{}, false
	}
	if r, refused := m.sim.refusal(n); refused {
		return r, true
	}
	switch {
	case n >= needBooted && m.booting:
		return cms(cmsBusy), true
	case n == needMessages && m.set.textMode:
		return cms(cmsNotSupported), true
	}
	return result{}, false
}

// say returns a handler that gives the same information each time.
func say(lines ...string) handler {
	return func(_ *Modem, s *session, _ params) result {
		s.info(lines...)
		return ok()
	}
}

// accept returns a handler that says OK.
func accept() handler {
	return func(*Modem, *session, params) result { return ok() }
}

// choice makes the three forms of a command that holds a number from 0 to high.
func choice(prefix, values string, high int, field func(*settings) *int) command {
	return command{
		set: func(m *Modem, _ *session, p params) result {
			n, valid := p.number(0, 0, 0, high)
			if !valid {
				return cme(cmeInvalidArgument)
			}
			*field(&m.set) = n
			return ok()
		},
		query: func(m *Modem, s *session, _ params) result {
			s.info(prefix + itoa(*field(&m.set)))
			return ok()
		},
		test: say(prefix + values),
	}
}
