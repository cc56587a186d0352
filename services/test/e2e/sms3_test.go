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

// underSMS3 makes the settings of the script; more are lines beside them.
func (s *site) underSMS3(daemon string, more ...string) {
	s.t.Helper()
	conf := strings.Replace(smsdConf, "trust_outgoing", "infofile = $DIR/smsd.working\ntrust_outgoing", 1)
	lines := append([]string{
		"DAEMON=" + daemon, "SMSD_CONF=" + s.config("smsd.conf", conf), "STATE=" + s.path("state"), "PIDFILE=" + s.path("sms3.pid"),
		"INFOFILE=" + s.path("smsd.working"), "LOG=" + s.path("said.log"),
	}, more...)
	if err := os.WriteFile(s.path("defaults"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		stop := exec.Command(script(s.t, "viesti-sms3"), "force-stop")
		stop.Env = append(os.Environ(), "VIESTI_DEFAULTS="+s.path("defaults"))
		_ = stop.Run()
	})
}

// TestSMS3 goes through the actions of the script: it starts once, waits for the
// message in hand, starts again, and kills.
func TestSMS3(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{Latency: sim.Latency{Accept: 3 * time.Second}})
	s.underSMS3(filepath.Join(bin, "viestid"))
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

// TestSMS3Multipart: a stop waits for the part in hand and tells of it; the parts behind
// it are sent after the next start, and none twice.
func TestSMS3Multipart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{Latency: sim.Latency{Accept: 4 * time.Second}})
	s.underSMS3(filepath.Join(bin, "viestid"))
	s.wants("start", "viestid started", 0)
	gateway.Drop(t, s.path("outgoing"), "long", []byte("To: 358401234567\n\n"+strings.Repeat("a", 400)+"\n"))
	gateway.Wait(t, "the first part on the air", func() bool { return strings.Contains(s.log(), "SMS sent (part 1/3)") })
	out, code := s.sms3("stop")
	if code != 0 || !strings.Contains(out, "GSM1 is sending a multipart message, now part 2 of 3.") || !strings.HasSuffix(out, "viestid stopped.") {
		t.Errorf("stop: exit code %d; it says %q", code, out)
	}
	if n := len(s.modem.Records()); n != 2 {
		t.Errorf("%d parts were sent before the stop was done, want 2", n)
	}
	s.wants("start", "viestid started", 0)
	s.sent("long")
	if n := len(s.modem.Records()); n != 3 {
		t.Errorf("%d parts reached the network, want 3", n)
	}
}

// standIn writes a program that the script takes for viestid: it goes on until SIGTERM,
// and then does what atTerm says.
func (s *site) standIn(atTerm string) string {
	s.t.Helper()
	text := "#!/bin/sh\ncase \"$*\" in *--check-config) exit 0 ;; esac\ntrap '" + atTerm + "' TERM\nwhile :; do sleep 1; done\n"
	if err := os.WriteFile(s.path("stand-in"), []byte(text), 0o755); err != nil {
		s.t.Fatal(err)
	}
	return s.path("stand-in")
}

// TestSMS3Waits: while the info file is there, a stop may take longer than MAXWAIT.
func TestSMS3Waits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	info := s.path("smsd.working")
	s.underSMS3(s.standIn("echo GSM1 is sending a message. >"+info+"; sleep 7; rm "+info+"; exit"), "MAXWAIT=4")
	s.wants("start", "viestid started", 0)
	out, code := s.sms3("stop")
	if code != 0 || !strings.Contains(out, "GSM1 is sending a message.") || !strings.HasSuffix(out, "viestid stopped.") {
		t.Errorf("stop: exit code %d; it says %q", code, out)
	}
}

// TestSMS3Hangs: a program that does not end is killed after MAXWAIT; reset runs the program
// that takes the power off the modems, and starts again.
func TestSMS3Hangs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	power := s.path("power")
	if err := os.WriteFile(power, []byte("#!/bin/sh\necho off >>"+s.path("resets")+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.underSMS3(s.standIn(""), "MAXWAIT=1", "RESETMODEMS="+power, "RESETWAIT=0")
	s.wants("start", "viestid started", 0)
	out, code := s.sms3("reset")
	if code != 0 || !strings.Contains(out, "did not end within 1 seconds.\nviestid was killed.\nviestid started") {
		t.Errorf("reset: exit code %d; it says %q", code, out)
	}
	if data, err := os.ReadFile(s.path("resets")); string(data) != "off\n" {
		t.Errorf("the power was taken off: %q, %v", data, err)
	}
	s.wants("status", "viestid runs", 0)
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
