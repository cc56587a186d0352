package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/test/process"
)

// TestScannersSeeNothing runs a gateway with an SMPP server, and everything that
// scanners try against it: from an address on no list, and from one that a client binds
// from. It is found in neither case; the tools for the administrator say what is there.
func TestScannersSeeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := freeAddress(t)
	config := s.config("viesti.yaml", "host: h\nstate: $DIR/state\nsmpp:\n  session_init: 2s\n  listeners:\n    - address: "+address+"\n")
	p := s.start("viestid", "--config", config)
	p.Until(address) // it listens
	s.scan(address)
	if out := s.viesti("account", "add", "acme", "--cidr", "127.0.0.0/8", "--mode", "transceiver"); !strings.Contains(out, "password") {
		t.Fatalf("add says:\n%s", out)
	}
	s.scan(address, "--listed")

	out, errs, code := process.Run(t, filepath.Join(bin, "viesti"), s.env, "", "doctor", "--security", "--config", config)
	if !strings.Contains(out, "listens at "+address+": this machine alone") || !strings.Contains(out, "account acme binds from 127.0.0.0/8") {
		t.Errorf("the doctor ends with %d, and says:\n%s%s", code, out, errs)
	}
	if out := s.viesti("firewall", "print", "--config", config); !strings.Contains(out, "elements = { 127.0.0.0/8 }") {
		t.Errorf("firewall:\n%s", out)
	}
	if out := s.viesti("audit"); !strings.Contains(out, `account   acme  detail="added"`) {
		t.Errorf("audit:\n%s", out)
	}
}

// scan wants the scanners to find nothing.
func (s *site) scan(address string, flags ...string) {
	s.t.Helper()
	out, errs, code := process.Run(s.t, filepath.Join(bin, "viesti"), s.env, "", append([]string{"scan", "--timeout", "6s", address}, flags...)...)
	if code != 0 || !strings.Contains(out, "no probe shows an SMPP server") {
		s.t.Errorf("scan ends with %d, and says:\n%s%s", code, out, errs)
	}
}
