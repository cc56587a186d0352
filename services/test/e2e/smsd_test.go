package e2e

import (
	"os"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

const smsdConf = `devices = GSM1
outgoing = $DIR/outgoing
checked = $DIR/checked
incoming = $DIR/incoming
sent = $DIR/sent
failed = $DIR/failed
report = $DIR/report
logfile = $DIR/smsd.log
loglevel = 5
pidfile = $DIR/smsd.pid
trust_outgoing = yes
[GSM1]
device = $DIR/modem
incoming = yes
check_network = 0
`

// TestSmsdConf runs an smsd.conf as it is, and ends it with TERM.
func TestSmsdConf(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	p := s.start("viestid", "--smsd-conf", s.config("smsd.conf", smsdConf), "--state", s.path("state"))
	gateway.Drop(t, s.path("outgoing"), "hello", []byte("To: 358401234567\n\nHello, how are you\n"))
	if content := s.sent("hello"); !strings.Contains(content, "Modem: GSM1\n") {
		t.Errorf("sent file:\n%s", content)
	}
	const want = "0011000C915348103254760000FF12C8329BFD6681D0EF3B282C2F83F2EF3A"
	if got := s.modem.Records()[0].HexPDU; got != want {
		t.Errorf("PDU %s, want %s", got, want)
	}
	if pid, err := os.ReadFile(s.path("smsd.pid")); err != nil || len(pid) == 0 {
		t.Errorf("pid file: %q, %v", pid, err)
	}
	if code := p.Term(); code != 0 {
		t.Errorf("exit code %d after TERM", code)
	}
	if _, err := os.Stat(s.path("smsd.pid")); err == nil {
		t.Error("the pid file is still there")
	}
	log, err := os.ReadFile(s.path("smsd.log"))
	for _, want := range []string{
		",2, smsd: viestid is running",
		",5, smsd: SMS To: 358401234567. Moved file " + s.path("outgoing/hello") + " to " + s.path("checked") + "\n",
		",5, GSM1: SMS sent, Message_id: 1, To: 358401234567, sending time ",
	} {
		if err != nil || !strings.Contains(string(log), want) {
			t.Errorf("the log lacks %q: %v\n%s", want, err, log)
		}
	}
}

// TestSmsdConfProblems wants an unknown name to refuse the start, and a setting
// that is not honoured to be a warning, both with name and line.
func TestSmsdConfProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	p := s.start("viestid", "--smsd-conf", s.config("smsd.conf", "trust_outgiong = yes\n"+smsdConf), "--state", s.path("state"))
	if code := p.Wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if out := p.Output(); !strings.Contains(out, "trust_outgiong") || !strings.Contains(out, "1") {
		t.Errorf("said:\n%s", out)
	}
	p = s.start("viestid", "--smsd-conf", s.config("smsd.conf", "log_read_timing = yes\n"+smsdConf), "--state", s.path("state"))
	p.Until("log_read_timing")
	gateway.Drop(t, s.path("outgoing"), "hello", []byte("To: 358401234567\n\nHello\n"))
	s.sent("hello")
}
