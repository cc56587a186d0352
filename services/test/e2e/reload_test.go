package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// TestHangup: SIGHUP opens the log anew and takes over what the configuration says
// now; one that is wrong changes nothing, and what needs a restart is told.
func TestHangup(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	if err := os.Mkdir(s.path("kept"), 0o755); err != nil {
		t.Fatal(err)
	}
	const logged = "log:\n  file: $DIR/log\n"
	config := s.config("viesti.yaml", wholeSite+logged)
	p := s.start("viestid", "--config", config)
	logSays := func(file, text string) {
		t.Helper()
		gateway.Wait(t, text+" in "+file, func() bool {
			data, _ := os.ReadFile(s.path(file))
			return strings.Contains(string(data), text)
		})
	}
	logSays("log", "viestid is running")
	gateway.Drop(t, s.path("outgoing"), "first", []byte("To: 358401234567\n\nHello\n"))
	s.sent("first")

	s.config("viesti.yaml", strings.Replace(wholeSite, "sent: $DIR/sent", "sent: $DIR/kept", 1)+logged+"host: elsewhere\n")
	if err := os.Rename(s.path("log"), s.path("log.1")); err != nil {
		t.Fatal(err)
	}
	p.Signal(syscall.SIGHUP)
	logSays("log", `"only after a restart": ["host"]`)
	gateway.Drop(t, s.path("outgoing"), "second", []byte("To: 358401234567\n\nHello\n"))
	gateway.Wait(t, "second in kept", func() bool { return gateway.Files(t, s.path("kept"))["second"] != "" })

	s.config("viesti.yaml", wholeSite+logged+"no_such_key: 1\n")
	p.Signal(syscall.SIGHUP)
	logSays("log", "the configuration cannot be used")
	logSays("log", "no_such_key")
	gateway.Drop(t, s.path("outgoing"), "third", []byte("To: 358401234567\n\nHello\n"))
	gateway.Wait(t, "third in kept", func() bool { return gateway.Files(t, s.path("kept"))["third"] != "" })
	if n := len(s.modem.Records()); n != 3 {
		t.Errorf("%d messages were sent, want 3", n)
	}
	if code := p.Term(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestSecondInstance: a second viestid with the same pid file says who runs, and
// leaves what belongs to the first one alone.
func TestSecondInstance(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plug(sim.Config{})
	conf := s.config("smsd.conf", smsdConf)
	lock := s.path("outgoing/held.LOCK")
	if err := os.WriteFile(lock, []byte("1 producer\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.start("viestid", "--smsd-conf", conf, "--state", s.path("state"))
	gateway.Drop(t, s.path("outgoing"), "first", []byte("To: 358401234567\n\nHello\n"))
	s.sent("first")
	second := s.start("viestid", "--smsd-conf", conf, "--state", s.path("other-state"))
	if code := second.Wait(); code != 1 {
		t.Errorf("the second one ends with %d", code)
	}
	if out := second.Output(); !strings.Contains(out, "another instance is running") || !strings.Contains(out, s.path("smsd.pid")) {
		t.Errorf("it says:\n%s", out)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Errorf("the lock of a producer is gone: %v", err)
	}
	gateway.Drop(t, s.path("outgoing"), "second", []byte("To: 358401234567\n\nHello\n"))
	s.sent("second")
}

// TestStartChecks: everything that is wrong on the disk is listed, and nothing starts.
func TestStartChecks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	broken := strings.NewReplacer("$DIR/sent", "$DIR/no-sent", "$DIR/failed", "$DIR/no-failed", "$DIR/smsd.pid", "$DIR/no-run/smsd.pid").Replace(smsdConf)
	broken = "blacklist = $DIR/no-list\n" + broken
	p := s.start("viestid", "--smsd-conf", s.config("smsd.conf", broken), "--state", s.path("state"))
	if code := p.Wait(); code != 1 {
		t.Errorf("it ends with %d", code)
	}
	for _, want := range []string{"no-sent", "no-failed", "no-run", "no-list"} {
		if !strings.Contains(p.Output(), want) {
			t.Errorf("nothing is said about %s:\n%s", want, p.Output())
		}
	}
}
