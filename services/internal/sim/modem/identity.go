package modem

import (
	"maps"
	"slices"
)

func sortedNames(table map[string]command) []string {
	return slices.Sorted(maps.Keys(table))
}

// identityCommands are those of 3GPP TS 27.007 §5.
func identityCommands() map[string]command {
	table := map[string]command{
		"+CIMI":  shows(func(c *Config) string { return c.IMSI }),
		"+CCID":  shows(func(c *Config) string { return "+CCID: " + c.ICCID }),
		"+ICCID": shows(func(c *Config) string { return "+ICCID: " + c.ICCID }),
		"^ICCID": shows(func(c *Config) string { return "^ICCID: " + c.ICCID }),
		"+CNUM":  shows(ownNumber),
	}
	for name, cmd := range table {
		cmd.needs = needSIM
		table[name] = cmd
	}
	for names, value := range map[[2]string]func(*Config) string{
		{"+CGMI", "+GMI"}: func(c *Config) string { return c.Manufacturer },
		{"+CGMM", "+GMM"}: func(c *Config) string { return c.Model },
		{"+CGMR", "+GMR"}: func(c *Config) string { return c.Revision },
		{"+CGSN", "+GSN"}: func(c *Config) string { return c.IMEI },
	} {
		table[names[0]], table[names[1]] = shows(value), shows(value)
	}
	return table
}

// shows makes a command that gives something out of the configuration.
func shows(value func(*Config) string) command {
	return command{
		execute: func(m *Modem, s *session, _ params) result {
			if line := value(&m.cfg); line != "" {
				s.info(line)
			}
			return ok()
		},
		test: accept(),
	}
}

func ownNumber(c *Config) string {
	if c.Number == "" {
		return ""
	}
	return `+CNUM: ,"+` + c.Number + `",145`
}
