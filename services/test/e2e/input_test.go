package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// TestBadInput wants one clear line and a failing exit code for each mistake.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unreachable := freeAddress(t)
	for _, c := range []struct {
		name, program string
		args          []string
		says          []string
	}{
		{"unknown flag", "viesti", []string{"send", "--flsh", "358401234567", "x"}, []string{"--flsh"}},
		{"no text", "viesti", []string{"send", "358401234567", ""}, []string{"no text"}},
		{"no number", "viesti", []string{"send", "somebody", "hello"}, []string{"argument 1", "phone number"}},
		{"time in the past", "viesti", []string{"send", "--at", "2001-01-01 12:00", "358401234567", "x"}, []string{"in the past"}},
		{"no viestid", "viesti", []string{"status"}, []string{"no running viestid", "--nats"}},
		{"unreachable broker", "viesti", []string{"--nats", "nats://" + unreachable, "status"}, []string{unreachable}},
		{"no such file", "viestid", []string{"--config", "nowhere.yaml"}, []string{"nowhere.yaml"}},
		{"nothing to run", "viestid", nil, []string{"--config", "--demo"}},
		{"bad YAML", "viestid", []string{"--config", s.config("bad.yaml", "spool:\n  outgoing: /x\n  outgiong: /y\n")}, []string{"bad.yaml", "outgiong", "3"}},
		{"no state", "viestid", []string{"--config", s.config("stateless.yaml", spoolSection)}, []string{"state"}},
		{"missing directory", "viestid", []string{"--config", s.config("missing.yaml", "state: $DIR/s\nspool: {outgoing: /nowhere/x, checked: /nowhere/y}\n")},
			[]string{"outgoing", "/nowhere/x"}},
		{"no broker", "viesti-spool", []string{"--config", s.config("alone.yaml", spoolSection)}, []string{"nats", "alone.yaml"}},
		{"no config", "viesti-modem", nil, []string{"--config"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errs, code := process.Run(t, filepath.Join(bin, c.program), s.env, "", c.args...)
			if code == 0 {
				t.Error("exit code 0")
			}
			for _, text := range c.says {
				if !strings.Contains(errs, text) {
					t.Errorf("does not say %q:\n%s", text, errs)
				}
			}
		})
	}
}

// TestMalformedFile wants a malformed file in failed, whole, and a missing device
// to be told while the rest goes on.
func TestMalformedFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.start("viestid", "--config", s.config("viesti.yaml", wholeSite))
	p.Until("the device is not there; it is waited for")
	p.Until("device does not exist")
	gateway.Drop(t, s.path("outgoing"), "bad", []byte("Tо: 358401234567\n\nCyrillic letter in the header\n"))
	var content string
	gateway.Wait(t, "the file in failed", func() bool {
		content = gateway.Files(t, s.path("failed"))["bad"]
		return content != ""
	})
	if !strings.Contains(content, "Fail_reason: No destination\n") || !strings.HasSuffix(content, "\n\nCyrillic letter in the header\n") {
		t.Errorf("failed file:\n%s", content)
	}
	gateway.Drop(t, s.path("outgoing"), "good", []byte("To: 358401234567\n\ngood\n"))
	s.plug(sim.Config{})
	s.sent("good")
	if strings.Contains(p.Output(), "358401234567") {
		t.Error("the log shows a whole number")
	}
}

// TestStandardInput reads the text from standard input.
func TestStandardInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	s.start("viestid", "--config", s.config("viesti.yaml", wholeSite)).Until("viestid is running")
	for _, args := range [][]string{{"send", "358401234567"}, {"send", "358401234567", "358407654321", "-"}} {
		out, errs, code := process.Run(t, filepath.Join(bin, "viesti"), s.env, "from standard input\n", args...)
		if code != 0 || len(strings.Fields(out)) != max(1, len(args)-2) {
			t.Errorf("viesti %q: %d, %q, %s", args, code, out, errs)
		}
	}
	gateway.Wait(t, "three messages", func() bool { return len(s.modem.Records()) == 3 })
	if info, err := os.Stat(filepath.Join(s.dir, "run", "context.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the credential of the command line: %v, %v", info.Mode(), err)
	}
}
