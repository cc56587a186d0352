package smstools

import (
	"slices"
	"testing"
)

// incomingDivergence is a recorded case in which Viesti deliberately differs, under
// some configurations or all. Each has its row in services/doc/divergences-smstools.md.
type incomingDivergence struct {
	reason  string
	configs []string
	check   func(t *testing.T, c *incomingCase, got, want arrival)
}

func (d incomingDivergence) applies(config string) bool {
	return len(d.configs) == 0 || slices.Contains(d.configs, config)
}

var incomingDivergences = map[string]incomingDivergence{}

// checkDivergences wants every divergence to be about a recorded case.
func checkDivergences(t *testing.T, cases []*incomingCase) {
	t.Helper()
	for name, d := range incomingDivergences {
		at := slices.IndexFunc(cases, func(c *incomingCase) bool { return c.Name == name })
		if at < 0 {
			t.Errorf("divergence %s is about no recorded case", name)
			continue
		}
		for _, config := range d.configs {
			if _, recorded := cases[at].Configs[config]; !recorded {
				t.Errorf("divergence %s is about no recorded configuration %s", name, config)
			}
		}
	}
}
