package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// completes is what the shell is told for a command line, without the directive.
func completes(t *testing.T, words ...string) string {
	t.Helper()
	out := prints(t, "", append([]string{"__complete"}, words...)...)
	proposed, directive, ok := strings.Cut(out, ":")
	if !ok || strings.TrimSpace(directive) != "4" { // no files
		t.Errorf("%q: the directive is %q", words, directive)
	}
	return strings.Join(strings.Fields(proposed), " ")
}

// TestCompletion: names come from the broker, values of flags from the program, and files
// are proposed for nothing that is none.
func TestCompletion(t *testing.T) {
	g := newGateway(t)
	for _, name := range []string{"SIM2", "SIM1"} {
		must(t, g.ModemState(bounded(t), &life.ModemStatus{State: life.ModemIdle, Since: time.Now(), Identity: life.Modem{Host: "h", Name: name}}))
	}
	prints(t, "", "account", "add", "acme")
	for line, want := range map[string]string{
		"modem at ": "SIM1 SIM2", "modem suspend SIM2": "SIM2", "modem at SIM1 ": "", "modem reset SIM1 --step ": "open radio vendor usb command",
		"account show ": "acme", "account add ": "", "audit --account a": "acme", "send --priority ": "normal high",
		"message ": "", "job run ": "", "firewall print --format ": "nft iptables firewalld ansible",
	} {
		if got := completes(t, strings.Split(line, " ")...); got != want {
			t.Errorf("%q is completed by %q, want %q", line, got, want)
		}
	}
	t.Setenv("VIESTI_RUNTIME_DIR", filepath.Join(t.TempDir(), "none"))
	if got := completes(t, "modem", "at", ""); got != "" {
		t.Errorf("without a broker: %q", got)
	}
}
