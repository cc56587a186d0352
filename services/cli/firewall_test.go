package cli

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
)

// TestFirewall: the rules are those of the accounts in force and of the ports of a
// configuration.
func TestFirewall(t *testing.T) {
	g := newGateway(t)
	must(t, g.PutAccount(bounded(t), &accounts.Account{Name: "acme", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}))
	must(t, g.PutAccount(bounded(t), &accounts.Account{Name: "off", Disabled: true, Networks: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}}))
	file := filepath.Join(t.TempDir(), "viestid.yaml")
	must(t, os.WriteFile(file, []byte("host: h\nsmpp:\n  version5: true\n  listeners:\n    - address: 0.0.0.0:4000\n    - address: \"[::]:4001\"\n"), 0o600))
	out := prints(t, "", "firewall", "print", "--config", file)
	if !strings.Contains(out, "tcp dport { 4000, 4001 }") || !strings.Contains(out, "{ 192.0.2.0/24 }") || strings.Contains(out, "198.51") {
		t.Errorf("nft:\n%s", out)
	}
	if out := prints(t, "", "firewall", "print", "--format", "iptables"); !strings.Contains(out, "--dport 2775") {
		t.Errorf("iptables:\n%s", out)
	}
	for _, wrong := range [][]string{{"--port", "0"}, {"--port", "70000"}, {"--format", "pf"}, {"--config", "/nowhere"}} {
		if _, err := run(t, "", append([]string{"firewall", "print"}, wrong...)...); err == nil {
			t.Errorf("%q succeeds", wrong)
		}
	}
}
