package smsdconf

import "strings"

const (
	readTimeoutPrefix = "read_timeout_"
	readTimeoutName   = readTimeoutPrefix + "XXX"
)

// defaultReadTimeouts are the factors of smstools spec §7.4, a fresh map each time.
func defaultReadTimeouts() map[string]int {
	return map[string]int{
		"askpin": 2, "atd": 24, "ath": 1, "clcc": 24, "cmd": 1, "cmgd": 1, "cmgf": 1, "cmgl": 12, "cmgr": 1,
		"cmgs": 2, "cpas": 24, "cpbr": 1, "cpbw": 1, "cpms": 1, "creg": 2, "csca": 1, "csq": 2, "cusd": 3,
		"default": 1, "enterpin": 6, "init": 2, "pdu": 12, "preinit": 2, "start": 2, "stop": 2,
	}
}

// readTimeouts is the row of all read_timeout_XXX, whose names alone are case-sensitive.
func readTimeouts(m *Modem) row {
	p := integers(1, maxNumber)
	m.ReadTimeouts = defaultReadTimeouts()
	return row{
		Setting: Setting{Name: readTimeoutName, Kind: Number, Values: p.values, Class: Useful,
			Help: "factor of read_timeout for one kind of command, such as cmgl or pdu"},
		keyed: func(operation string) func(string) outcome {
			if _, known := m.ReadTimeouts[operation]; !known {
				return nil
			}
			return func(value string) outcome {
				n, result := p.parse(value)
				if result != refused {
					m.ReadTimeouts[operation] = n
				}
				return result
			}
		},
	}
}

// readTimeoutNames are the names that the row stands for.
func readTimeoutNames() []string {
	var names []string
	for operation := range defaultReadTimeouts() {
		names = append(names, readTimeoutPrefix+operation)
	}
	return names
}

func isReadTimeout(name string) bool { return strings.HasPrefix(name, readTimeoutPrefix) }
