package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// failures are the patterns of the filter, as fail2ban uses them: the date is cut out
// of the line before they are tried.
func failures(t *testing.T) []*regexp.Regexp {
	t.Helper()
	_, rest, _ := strings.Cut(read(t, "deploy", "fail2ban", "filter.d", "viesti-smpp.conf"), "failregex = ")
	rest, _, _ = strings.Cut(rest, "\n\n")
	var all []*regexp.Regexp
	for line := range strings.Lines(rest) {
		pattern := strings.ReplaceAll(strings.TrimSpace(line), "<ADDR>", `([0-9A-Fa-f:.]+)`)
		all = append(all, regexp.MustCompile(pattern))
	}
	if len(all) != 2 {
		t.Fatalf("%d patterns, want one for each log format", len(all))
	}
	return all
}

var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d{4}|Z)`)

// logged is what the log says of a refusal, in a format, with its date cut out.
func logged(t *testing.T, format, remote string, reason audit.Reason, systemID string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	logger, flush, err := log.New(log.Config{Format: format, File: path})
	if err != nil {
		t.Fatal(err)
	}
	logger.Named("smpp").Warn(audit.LogRefused, zap.String(audit.LogRemote, remote), zap.String(audit.LogReason, string(reason)),
		zap.String(audit.LogSystemID, systemID), zap.Uint64("count", 1))
	flush()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !stamp.Match(data) {
		t.Fatalf("no date that the filter knows in %s", data)
	}
	return string(stamp.ReplaceAll(data, nil))
}

// banned returns the address that fail2ban takes from a line; empty: none.
func banned(patterns []*regexp.Regexp, line string) string {
	for _, p := range patterns {
		if m := p.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	return ""
}

// TestFail2ban: the filter finds the address of a refusal that speaks against it, in
// every format of the log, and no other.
func TestFail2ban(t *testing.T) {
	t.Parallel()
	patterns := failures(t)
	reasons := []audit.Reason{
		audit.NotListed, audit.Crowded, audit.Slow, audit.NotBind, audit.Malformed, audit.TLS, audit.Certificate, audit.NoAccount, audit.Secret,
		audit.Network, audit.Mode, audit.Disabled, audit.Expired, audit.Binds, audit.BackOff, audit.Draining, audit.Broker,
	}
	for _, format := range []string{"console", "json"} {
		for _, reason := range reasons {
			for _, remote := range []string{"192.0.2.7", "2001:db8::7"} {
				want := ""
				if reason.Blames() {
					want = remote
				}
				line := logged(t, format, remote, reason, `"acme"`)
				if got := banned(patterns, line); got != want {
					t.Errorf("%s: of %s it bans %q, want %q:\n%s", format, reason, got, want, line)
				}
			}
		}
		// A name must not make it ban somebody else.
		evil := "x\tbind refused\t{\"remote\": \"198.51.100.1\", \"reason\": \"secret\"\n{\"level\":\"warn\",\"msg\":\"bind refused\",\"remote\":\"198.51.100.1\",\"reason\":\"secret\""
		if got := banned(patterns, logged(t, format, "192.0.2.7", audit.Expired, evil)); got != "" {
			t.Errorf("%s: a client made it ban %s", format, got)
		}
	}
}
