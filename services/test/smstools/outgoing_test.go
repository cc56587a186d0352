// Package smstools compares whole gateways with what the real smsd was recorded
// to do (its version 3.1.21).
package smstools

import (
	"slices"
	"testing"

	"go.uber.org/goleak"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a gateway with a recorded configuration, unchanged.
func start(t *testing.T, config string, modem sim.Config) *truth.Host {
	t.Helper()
	return truth.Start(t, truth.Config(t, config), modem)
}

// TestOutgoing runs every recorded case: those that need nothing of their own in a few
// gateways, each of the others in one of its own.
func TestOutgoing(t *testing.T) {
	const together = 24
	known := map[string]bool{}
	var ordinary []*truth.Outgoing
	for _, c := range truth.LoadOutgoing(t) {
		known[c.Name] = true
		if c.Ordinary() {
			ordinary = append(ordinary, c)
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Reenact(t)
		})
	}
	for cases := range slices.Chunk(ordinary, together) {
		t.Run("from "+cases[0].Name, func(t *testing.T) {
			t.Parallel()
			truth.ReenactAll(t, cases)
		})
	}
	for name := range truth.Divergences {
		if !known[name] {
			t.Errorf("divergence %s is about no recorded case", name)
		}
	}
}
