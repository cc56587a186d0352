package cli

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// TestWrongUsage: whoever calls a command wrongly is told how it is called, and a script
// is not told that it worked.
func TestWrongUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"message", "an argument is missing; it is: viesti message ID [flags]"},
		{"modem at SIM1", "1 argument; it is: viesti modem at NAME COMMAND [flags]"},
		{"status now", "1 argument; it is: viesti status [flags]"},
		{"why a b", "2 arguments; it is: viesti why ID [flags]"},
		{"account lst", `viesti account has no command "lst"; it has add, change,`},
		{"pdu dekode", `viesti pdu has no command "dekode"; it has decode, encode`},
		{"completion tcsh", `viesti completion has no command "tcsh"; it has bash,`},
	} {
		out, err := run(t, "", strings.Fields(c.args)...)
		if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%s: %v, says %q; want %s", c.args, err, out, c.want)
		}
	}
	for args, want := range map[string]string{
		"status --jsn":                 "unknown flag: --jsn; viesti status --help lists the flags",
		"modem at SIM1 AT --timeout 5": "want a time like 30s, 5m, 2h or 3d; viesti modem at --help lists the flags",
	} {
		if _, err := run(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", args, err, want)
		}
	}
}

// TestGroups: a group alone prints its help, and shows no way to call it that does nothing.
func TestGroups(t *testing.T) {
	for _, name := range []string{"account", "modem", "job", "policy", "route", "pdu", "completion"} {
		out := prints(t, "", name)
		if !strings.Contains(out, "Usage:\n  viesti "+name+" [command]\n") {
			t.Errorf("%s prints:\n%s", name, out)
		}
	}
}

func TestSpanFlags(t *testing.T) {
	t.Setenv("VIESTI_RUNTIME_DIR", filepath.Join(t.TempDir(), "none"))
	for _, span := range []string{"90s", "1h30m", "7d", "0s"} {
		if _, err := run(t, "", "audit", "--since", span); !errors.Is(err, bus.ErrNoEndpoint) {
			t.Errorf("--since %s: %v", span, err)
		}
	}
	for _, span := range []string{"", "5", "-1h", "1w", "100000d"} {
		if _, err := run(t, "", "audit", "--since", span); !errors.Is(err, errNoSpan) {
			t.Errorf("--since %q: %v", span, err)
		}
	}
	s := spanValue(36 * time.Hour)
	if s.String() != "36h0m0s" || s.Type() != "span" {
		t.Errorf("shown as %s %s", s.Type(), s.String())
	}
}

// TestNoATCommand: a modem that is sent noise says nothing, for as long as one waits.
func TestNoATCommand(t *testing.T) {
	t.Setenv("VIESTI_RUNTIME_DIR", filepath.Join(t.TempDir(), "none"))
	for _, command := range []string{"", "A", "+CSQ", "CSQ"} {
		if _, err := run(t, "", "modem", "at", "SIM1", command); !errors.Is(err, errNoAT) {
			t.Errorf("%q: %v", command, err)
		}
	}
	for _, command := range []string{"AT", "at+csq"} {
		if _, err := run(t, "", "modem", "at", "SIM1", command); !errors.Is(err, bus.ErrNoEndpoint) {
			t.Errorf("%q: %v", command, err)
		}
	}
}

// TestConnectHints: whose fault it is, and what to do.
func TestConnectHints(t *testing.T) {
	g := newGateway(t)
	for args, want := range map[string]string{
		"--nats nats://127.0.0.1:1 status":      "connecting to the broker at nats://127.0.0.1:1: nobody answers: ",
		"--nats " + g.url + " status":           "it does not let this user in: nats: Authorization Violation; give the key of one of its users, with --context, --creds or --nkey",
		"--prefix other status":                 `the broker has nothing for the prefix "other"; another one may be meant (nats.prefix, --prefix)`,
		"--prefix other send 358401234567 text": `the broker has nothing for the prefix "other"`,
		"--state /nonexistent status":           "with the state directory /nonexistent; start it,",
	} {
		if _, err := run(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", args, err, want)
		}
	}
	_, err := run(t, "", "--nkey", "/nonexistent", "status")
	if err == nil || strings.Contains(err.Error(), "viestid running") {
		t.Errorf("a key that is not there: %v", err)
	}
}
