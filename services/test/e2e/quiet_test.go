package e2e

import (
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// alwaysQuiet is a policy file by which messages to Germany wait, whatever the hour is.
const alwaysQuiet = `quiet_hours:
  - name: always
    prefixes: ["49"]
    from: 00:00
    to: 24:00
    zone: Europe/Berlin
`

// TestQuietHours is about a message that waits for the end of quiet hours, from the
// policy file to the phone: the command line says why it waits, urgent ones and other
// destinations do not wait, and when the hours change, so may the message.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	s.start("viestid", "--config", s.config("viesti.yaml", wholeSite)).Until("viestid is running")
	viesti := func(args ...string) string { return strings.TrimSpace(s.viesti(args...)) }
	viesti("policy", "apply", "-f", s.config("policy.yaml", alwaysQuiet))
	if out := viesti("policy", "show"); !strings.Contains(out, "name: always") || !strings.Contains(out, "24:00") {
		t.Errorf("policy show says:\n%s", out)
	}
	asleep := viesti("send", "491701234567", "asleep")
	gateway.Wait(t, "it to be put aside", func() bool {
		return strings.HasPrefix(viesti("why", asleep), `It waits for the end of the quiet hours "always", at `)
	})
	told := viesti("message", asleep)
	if !strings.HasPrefix(told, "message "+asleep+": deferred\n") || !strings.Contains(told, `postponed  until `) {
		t.Errorf("message says:\n%s", told)
	}
	viesti("send", "--priority", "high", "491701234567", "alarm")
	viesti("send", "358401234567", "elsewhere")
	gateway.Wait(t, "the others to be sent", func() bool { return len(s.modem.Records()) == 2 })
	viesti("replace", asleep, "awake")
	gateway.Wait(t, "it to be put aside again", func() bool {
		return strings.HasPrefix(viesti("why", asleep), "It waits for the end of the quiet hours")
	})
	viesti("policy", "apply", "-f", s.config("empty.yaml", "quiet_hours: []\n"))
	if out := viesti("why", asleep); !strings.HasPrefix(out, "It waits for the end of the quiet hours") {
		t.Errorf("why says:\n%s", out) // it was put aside until then
	}
	viesti("replace", asleep, "--at", "now")
	gateway.Wait(t, "it to be sent", func() bool {
		return strings.HasPrefix(viesti("message", asleep), "message "+asleep+": sent\n")
	})
	if n := len(s.modem.Records()); n != 3 {
		t.Errorf("%d parts were sent, want 3", n)
	}
}
