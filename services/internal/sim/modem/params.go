package modem

import (
	"strconv"
	"strings"
)

// params are the parameters of a set command.
type params []string

// parseParams cuts parameters at commas outside quotes and takes the quotes off.
func parseParams(args string) params {
	var list params
	quoted, start := false, 0
	for i := 0; i <= len(args); i++ {
		if i < len(args) && args[i] == '"' {
			quoted = !quoted
		}
		if i == len(args) || args[i] == ',' && !quoted {
			list = append(list, strings.Trim(strings.TrimSpace(args[start:i]), `"`))
			start = i + 1
		}
	}
	return list
}

// text returns a parameter, or def when it was left out.
func (p params) text(i int, def string) string {
	if i >= len(p) || p[i] == "" {
		return def
	}
	return p[i]
}

// number returns a parameter within limits, or def when it was left out.
func (p params) number(i, def, low, high int) (int, bool) {
	if i >= len(p) || p[i] == "" {
		return def, true
	}
	n, err := strconv.Atoi(p[i])
	return n, err == nil && low <= n && n <= high
}
