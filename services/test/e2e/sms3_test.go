package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// script is one of the folder scripts.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs("../../../scripts/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// sms3 runs the script that stands in for sms3.
func (s *site) sms3(action string) (out string, code int) {
	s.t.Helper()
	env := append(s.env, "VIESTI_DEFAULTS="+s.path("defaults"))
	out, errs, code := process.Run(s.t, script(s.t, "viesti-sms3"), env, "", action)
	return strings.TrimSpace(out + "\n" + errs), code
}

func (s *site) wants(action, said string, code int) {
	s.t.Helper()
	if out, got := s.sms3(action); got != code || !strings.Contains(out, said) {
		s.t.Errorf("%s: exit code %d, want %d; it says %q, want %q", action, got, code, out, said)
	}
}

// TestSMS3 goes through the actions of the script: it starts once, waits for the
// message in hand and tells of it, starts again, and kills.
func TestSMS3(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{Latency: sim.Latency{Accept: 3 * time.Second}})
	conf := strings.Replace(smsdConf, "trust_outgoing", "infofile = $DIR/smsd.working\ntrust_outgoing", 1)
	defaults := "DAEMON=" + filepath.Join(bin, "viestid") + "\nSMSD_CONF=" + s.config("smsd.conf", conf) + "\nSTATE=" + s.path("state") +
		"\nPIDFILE=" + s.path("sms3.pid") + "\nINFOFILE=" + s.path("smsd.working") + "\nLOG=" + s.path("said.log") + "\n"
	if err := os.WriteFile(s.path("defaults"), []byte(defaults), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop := exec.Command(script(t, "viesti-sms3"), "force-stop")
		stop.Env = append(os.Environ(), "VIESTI_DEFAULTS="+s.path("defaults"))
		_ = stop.Run()
	})
	s.wants("status", "does not run", 3)
	s.wants("stop", "does not run", 0)
	s.wants("start", "viestid started", 0)
	s.wants("start", "already runs", 0)
	s.wants("status", "viestid runs", 0)

	gateway.Drop(t, s.path("outgoing"), "hello", []byte("To: 358401234567\n\nHello, how are you\n"))
	gateway.Wait(t, "the message in the modem", func() bool { return strings.Contains(s.log(), "attempt") || len(s.modem.Records()) > 0 })
	s.wants("restart", "viestid started", 0)
	s.sent("hello")
	if n := len(s.modem.Records()); n != 1 {
		t.Errorf("%d messages reached the network, want 1", n)
	}
	if _, err := os.Stat(s.path("smsd.working")); err == nil {
		t.Error("the info file is still there")
	}
	s.wants("force-stop", "was killed", 0)
	s.wants("status", "does not run", 3)
	// The number of another program's process is not taken for viestid's.
	if err := os.WriteFile(s.path("sms3.pid"), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.wants("status", "does not run", 3)
	s.wants("nonsense", "usage", 2)
}

func (s *site) log() string {
	data, err := os.ReadFile(s.path("smsd.log"))
	if err != nil {
		return ""
	}
	return string(data)
}

// text is the text of a PDU, as the command line explains it.
func text(t *testing.T, pdu string) string {
	t.Helper()
	out, _, _ := process.Run(t, filepath.Join(bin, "viesti"), nil, "", "pdu", "decode", pdu)
	_, quoted, _ := strings.Cut(out, "\n  text  ")
	quoted, _, _ = strings.Cut(quoted, "\n")
	text, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("no text in\n%s", out)
	}
	return text
}

// TestSendsms sends as the script sendsms of smsd does: with arguments, and asked.
// What is in a text stays text.
func TestSendsms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	conf := strings.Replace(smsdConf, "loglevel = 5", "loglevel = 6", 1) // tells when a modem is ready
	s.start("viestid", "--smsd-conf", s.config("smsd.conf", conf), "--state", s.path("state"))
	gateway.Wait(t, "a modem", func() bool { return strings.Contains(s.log(), "ready") })
	env := append(s.env, "VIESTI="+filepath.Join(bin, "viesti")+" --state "+s.path("state"))
	for _, c := range []struct {
		stdin string
		args  []string
		ids   int
	}{
		{"", []string{"358401234567", "One $(id); 'id' *"}, 1},
		{"", []string{"358401234567", "358401234568", "Two"}, 2},
		{"358401234567 358401234568\nThree  blanks\n", nil, 2},
		{"Four\n", []string{"358401234567"}, 1},
		{"", []string{"358401234567", "-"}, 1},
	} {
		out, errs, code := process.Run(t, script(t, "sendsms"), env, c.stdin, c.args...)
		ids := strings.Fields(out[strings.LastIndex(out, ": ")+1:])
		if code != 0 || len(ids) != c.ids {
			t.Errorf("%q: exit code %d, printed %q, %s", c.args, code, out, errs)
		}
	}
	gateway.Wait(t, "seven messages", func() bool { return len(s.modem.Records()) == 7 })
	texts := map[string]int{}
	for _, r := range s.modem.Records() {
		texts[text(t, r.HexPDU)]++
	}
	for text, n := range map[string]int{"One $(id); 'id' *": 1, "Two": 2, "Three  blanks": 2, "Four": 1, "-": 1} {
		if texts[text] != n {
			t.Errorf("%d messages with %q, want %d; all: %v", texts[text], text, n, texts)
		}
	}
	if _, errs, code := process.Run(t, script(t, "sendsms"), env, "\n"); code != 1 || !strings.Contains(errs, "nothing is sent") {
		t.Errorf("without a destination: exit code %d, %s", code, errs)
	}
}
