//go:build interop

package interop

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// each runs a conversation plain and, where the client can, with TLS.
func each(t *testing.T, secure bool, conversation func(t *testing.T, s *server, secure bool)) {
	t.Run("plain", func(t *testing.T) { conversation(t, start(t), false) })
	if secure {
		t.Run("tls", func(t *testing.T) { conversation(t, start(t), true) })
	}
}

// TestNPM is the smpp of npm.
func TestNPM(t *testing.T) {
	each(t, true, func(t *testing.T, s *server, secure bool) {
		deliver(t, s.modem)
		check(t, run(t, s, secure, tools.node, filepath.Join(tools.npm, "client.js")))
		arrived(t, s.modem)
	})
}

// TestPerl is Net::SMPP, which speaks no TLS.
func TestPerl(t *testing.T) {
	each(t, false, func(t *testing.T, s *server, secure bool) {
		deliver(t, s.modem)
		check(t, run(t, s, secure, tools.perl, filepath.Join("clients", "perl", "client.pl")))
		arrived(t, s.modem)
	})
}

// TestRefused wants every client to understand that it may not bind.
func TestRefused(t *testing.T) {
	s := start(t)
	s.secret = "wrong"
	for _, program := range [][]string{
		{tools.node, filepath.Join(tools.npm, "client.js")}, {tools.perl, filepath.Join("clients", "perl", "client.pl")},
	} {
		out, _ := s.client(t, false, program[0], program[1:]...).Output()
		if text := string(out); !strings.Contains(text, `"refused"`) || !strings.Contains(text, `"status":13`) {
			t.Errorf("%s says %s", program[0], out)
		}
	}
}

// TestSimulator is viesti-sim, with which administrators try out their ports.
func TestSimulator(t *testing.T) {
	each(t, true, func(t *testing.T, s *server, secure bool) {
		args := []string{
			"esme", "--server", "localhost:" + s.port(secure), "--system-id", systemID, "--password-file", s.file(t, "secret", s.secret),
			"--to", destination, "--from", "Viesti", "--text", textGSM, "--receipts", "--window", "5",
		}
		if secure {
			args = append(args, "--tls", "--tls-ca", s.certificate)
		}
		out, err := exec.CommandContext(t.Context(), tools.sim, args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "1 acknowledged") || !strings.Contains(string(out), "DELIVRD") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}
