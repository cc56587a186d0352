//go:build peer

package peer

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/test/truth"
)

var programs = []program{smsd, viestid}

// TestTerminate wants that SIGTERM ends a working program with code 0 and that
// its pid file goes with it.
func TestTerminate(t *testing.T) {
	t.Parallel()
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			g := run(t, p, recordedSetup(t, "base"))
			did := g.begin(t, []message{{name: "last", data: []byte("To: 358401234567\n\nHello\n")}}).finish(t)
			if did["last"].Outcome != "sent" {
				t.Errorf("a message is %s", did["last"].Outcome)
			}
			pid := strconv.Itoa(g.cmd.Process.Pid)
			if data, err := os.ReadFile(g.path("smsd.pid")); strings.TrimSpace(string(data)) != pid {
				t.Errorf("the pid file says %q (%v), want %s", data, err, pid)
			}
			if code := g.terminate(t); code != 0 {
				t.Errorf("it ends with code %d\n%s", code, g.said())
			}
			if _, err := os.Lstat(g.path("smsd.pid")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the pid file is still there: %v", err)
			}
		})
	}
}

// TestUnknownSetting wants that a setting that smsd does not know is named and
// keeps both from starting.
func TestUnknownSetting(t *testing.T) {
	t.Parallel()
	const setting = "no_such_setting"
	base := truth.Config(t, "base")
	for place, conf := range map[string]string{
		"global": strings.Replace(base, "trust_outgoing", setting+" = yes\ntrust_outgoing", 1),
		"modem":  base + setting + " = yes\n",
	} {
		for _, p := range programs {
			t.Run(place+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				g := run(t, p, setup{conf: conf, names: []string{"GSM1"}})
				if code := g.wait(t); code != 1 {
					t.Errorf("it ends with code %d, want 1", code)
				}
				if said := g.said(); !strings.Contains(said, setting) {
					t.Errorf("it does not name the setting:\n%s", said)
				}
				if calls := g.calls(); len(calls) != 0 {
					t.Errorf("it was at work: %s", calls)
				}
			})
		}
	}
}
