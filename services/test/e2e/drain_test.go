package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// TestSecondSignal: the first signal waits for the part in the modem, the second one
// does not. The record of the attempt is there after the restart.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{Latency: sim.Latency{Accept: 40 * time.Second}})
	config := s.config("viesti.yaml", strings.Replace(wholeSite, "device:", "read_timeout: 5s\n    device:", 1))
	p := s.start("viestid", "--config", config)
	p.Until("modem ready")
	id := s.viesti("send", "--on-unknown", "hold", "358401234567", "hello")
	gateway.Wait(t, "the part in the modem", func() bool {
		return len(s.modem.Records()) == 1 || strings.Contains(s.viesti("message", id), "attempt")
	})
	p.Signal(syscall.SIGTERM)
	p.Until("scheduler\tstopped")
	p.Signal(syscall.SIGTERM)
	if code := p.Wait(); code != 130 {
		t.Errorf("exit code %d after the second signal, want 130", code)
	}
	s.start("viestid", "--config", config).Until("viestid is running")
	// What was begun is known, so that nobody takes it for a message that never was in a modem.
	if out := s.viesti("message", id); !strings.Contains(out, ": sending\n") || !strings.Contains(out, "part 1 of 1, attempt 1") {
		t.Errorf("after the restart:\n%s", out)
	}
}
