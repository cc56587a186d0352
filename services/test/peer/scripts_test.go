//go:build peer

package peer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// scriptsConf is the configuration for the example scripts; $GLOBAL and $MODEM are what
// a test adds to it.
const scriptsConf = `devices = GSM1
outgoing = @DIR@/outgoing
checked = @DIR@/checked
incoming = @DIR@/incoming
sent = @DIR@/sent
failed = @DIR@/failed
report = @DIR@/report
logfile = @DIR@/smsd.log
infofile = @DIR@/smsd.working
pidfile = @DIR@/smsd.pid
delaytime = 1
delaytime_mainprocess = 1
errorsleeptime = 1
$GLOBAL
[GSM1]
device = @DIR@/modem1
incoming = yes
check_network = 0
report = no
delaytime = 1
$MODEM
`

// exampleScripts are those of the package that are tried here.
var exampleScripts = []string{
	"callhandler", "checkhandler-utf-8", "email2sms", "eventhandler-utf-8", "eventhandler_report", "forwardsms", "regular_run", "sendsms",
	"smsevent", "smsresend", "sql_demo",
}

// scripted is a program that runs with the example scripts. They are unchanged but
// for the place of the spool, which they have written into them.
type scripted struct {
	*peer
	t *testing.T
}

// installed is what a test adds to scriptsConf, and what it prepares in the directory of
// the spool before the program starts.
type installed struct {
	global, modem string
	prepare       func(dir string)
}

// withScripts runs a test against smsd and viestid.
func withScripts(t *testing.T, i installed, modem sim.Config, test func(s scripted)) {
	for _, p := range []program{smsd, viestid} {
		t.Run(p.name, func(t *testing.T) { test(startScripted(t, p, i, modem)) })
	}
}

func startScripted(t *testing.T, p program, i installed, modem sim.Config) scripted {
	t.Helper()
	dir := t.TempDir()
	conf := strings.NewReplacer("$GLOBAL", i.global, "$MODEM", i.modem).Replace(scriptsConf)
	s := setup{conf: conf, names: []string{"GSM1"}, modem: modem}
	return scripted{t: t, peer: runIn(t, p, s, dir, func() {
		for _, name := range exampleScripts {
			install(t, dir, name)
		}
		if i.prepare != nil {
			i.prepare(dir)
		}
	})}
}

// install copies an example script to a directory with a spool.
func install(t *testing.T, dir, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examplesDir, "scripts", name))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), "/var/spool/sms", dir)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// script runs one of the scripts to its end.
func (s scripted) script(name, stdin string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(s.path(name), args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // sendsms takes its text for what the locale says
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Errorf("%s: %v\n%s", name, err, out)
	}
}

// file waits until a file of a directory contains all of some texts, and returns it.
func (s scripted) file(dir string, texts ...string) string {
	s.t.Helper()
	var found string
	gateway.Wait(s.t, strings.Join(texts, " and ")+" in "+dir, func() bool {
		for _, content := range gateway.Files(s.t, s.path(dir)) {
			found = content
			if containsAll(content, texts) {
				return true
			}
		}
		return false
	})
	return found
}

func containsAll(content string, texts []string) bool {
	for _, text := range texts {
		if !strings.Contains(content, text) {
			return false
		}
	}
	return true
}

// TestScriptSendsms: sendsms puts a file for each number into outgoing, and asks for
// what it is not given. A text that Latin has no characters for goes as UCS2.
func TestScriptSendsms(t *testing.T) {
	withScripts(t, installed{}, sim.Config{}, func(s scripted) {
		s.script("sendsms", "", "358401234567", "358401234568", "Hello there")
		s.file("sent", "To: 358401234567\n", "Hello there")
		s.file("sent", "To: 358401234568\n", "Hello there")
		s.script("sendsms", "358401234561 358401234562\nAsked\n")
		s.file("sent", "To: 358401234561\n", "Asked")
		s.file("sent", "To: 358401234562\n", "Asked")
		s.script("sendsms", "", "358401234563", "Привет")
		s.file("sent", "To: 358401234563\n", "Alphabet: UCS\n")
		records := s.modems["GSM1"].Records()
		if last := records[len(records)-1].HexPDU; len(records) != 5 || !strings.Contains(last, "041F04400438043204350442") {
			t.Errorf("%d messages, the last is %s", len(records), last)
		}
	})
}

// TestScriptEmail2sms: email2sms puts an e-mail into outgoing for each of its
// recipients, whose numbers stand among other words.
func TestScriptEmail2sms(t *testing.T) {
	withScripts(t, installed{}, sim.Config{}, func(s scripted) {
		s.script("email2sms", "From: somebody@localhost\nTo: \"First +358401234567\" <sms@localhost>, \"Second +358401234568\" <sms@localhost>\n"+
			"Subject: News\n\nHello by mail\n")
		s.file("sent", "+358401234567", "Hello by mail")
		s.file("sent", "+358401234568", "Hello by mail")
	})
}

// TestScriptSmsresend: smsresend takes what has failed back to outgoing, and counts.
func TestScriptSmsresend(t *testing.T) {
	rules, err := sim.ParseRules([]byte(`[{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 1","times":1}]`))
	if err != nil {
		t.Fatal(err)
	}
	withScripts(t, installed{}, sim.Config{Rules: rules}, func(s scripted) {
		gateway.Drop(t, s.path("outgoing"), "again", []byte("To: 358401234567\nRetries: 0\n\nHello\n"))
		s.file("failed", "Fail_reason: ")
		s.script("smsresend", "")
		s.file("sent", "Retry: 1\n", "To: 358401234567\n")
	})
}

// deliver is a message from 358401234567 with the text é.
const deliver = "07915348000000F0040C9153481032547600006230102010000001" + "05"

// TestScriptEventhandlerUTF8: eventhandler-utf-8 makes UTF-8 of a received file.
func TestScriptEventhandlerUTF8(t *testing.T) {
	withScripts(t, installed{global: "eventhandler = @DIR@/eventhandler-utf-8"}, sim.Config{}, func(s scripted) {
		if err := s.modems["GSM1"].Deliver(deliver); err != nil {
			t.Fatal(err)
		}
		s.file("incoming", "From: 358401234567\n", "\n\né")
	})
}

// TestScriptRegularRun: regular_run, as the event handler, notes in the sent file that
// the message was received, and takes its alternate recipient out of service. It is tried
// with viestid alone: smsd gets no reports from the simulated modem in this setting.
func TestScriptRegularRun(t *testing.T) {
	network := sim.NewNetwork(sim.NetworkConfig{SMSC: "358400000000"}) // it delivers, and reports that
	s := startScripted(t, viestid, installed{global: "eventhandler = @DIR@/regular_run"}, sim.Config{Network: network})
	gateway.Drop(t, s.path("outgoing"), "alarm", []byte("To: 358401234567\nReport: yes\nAlternate_to: 358401234568\n\nHello\n"))
	s.file("report", "Status: 0")
	content := s.file("sent", "Received: ", "Old-Alternate_to: 358401234568\n")
	if strings.Contains(content, "\nAlternate_to:") {
		t.Errorf("the alternate recipient is still in force:\n%s", content)
	}
	// As regular run it has nothing to do any more.
	s.script("regular_run", "")
	if n := len(s.modems["GSM1"].Records()); n != 1 {
		t.Errorf("%d messages were sent, want 1", n)
	}
}

// TestScriptSQLDemo: sql_demo answers a received message with what a database says;
// mysql is a stand-in.
func TestScriptSQLDemo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mysql"), []byte("#!/bin/sh\necho 42\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	withScripts(t, installed{global: "eventhandler = @DIR@/sql_demo"}, sim.Config{}, func(s scripted) {
		if err := s.modems["GSM1"].Deliver(deliver); err != nil {
			t.Fatal(err)
		}
		s.file("sent", "To: 358401234567\n", "Your amount is 42\n")
	})
}

// put writes a file of a test's own into the directory of the spool.
func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// overdue is a sent message that nobody has received, and that has an alternate.
const overdue = "To: 358401234567\nAlternate_to: 358401234568\nModem: GSM1\nSent: 20-01-31 12:00:00\nMessage_id: 7\n\nWake up\n"

// TestScriptRegularRunOverdue: regular_run, as the regular run, sends what nobody has received to
// the alternate recipient, once, and takes what is due out of the directory "scheduled".
func TestScriptRegularRunOverdue(t *testing.T) {
	withScripts(t, installed{global: "regular_run = @DIR@/regular_run\nregular_run_interval = 1", prepare: func(dir string) {
		if err := os.Mkdir(filepath.Join(dir, "scheduled"), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "scheduled", "later"), "To: 358401234561\nSend: 2099-12-31 12:00\n\nNot yet\n")
		put(t, filepath.Join(dir, "scheduled", "due"), "To: 358401234562\nSend: 2020-12-31 12:00\n\nNow\n")
		put(t, filepath.Join(dir, "sent", "overdue"), overdue)
	}}, sim.Config{}, func(s scripted) {
		s.file("sent", "To: 358401234567\n", "Old-Alternate_to: 358401234568\n")
		s.file("sent", "To: 358401234568\n", "Wake up\n")
		s.file("sent", "To: 358401234562\n", "Now\n")
		s.script("regular_run", "") // once more: there is nothing left to do
		gateway.Drop(s.t, s.path("outgoing"), "last", []byte("To: 358401234563\n\nLast\n"))
		s.file("sent", "To: 358401234563\n")
		if n := len(s.modems["GSM1"].Records()); n != 3 {
			s.t.Errorf("%d messages were sent, want 3", n)
		}
		if _, err := os.Stat(s.path("scheduled/later")); err != nil {
			s.t.Error(err)
		}
	})
}

// TestScriptSmsevent: smsevent, as the event handler, joins the parts of a message that
// arrive as files of their own. It keeps the parts in its working directory, which is /,
// so that an unprivileged service needs another one: that is what "in-parts" is for.
func TestScriptSmsevent(t *testing.T) {
	withScripts(t, installed{global: "internal_combine = no\neventhandler = @DIR@/in-parts", prepare: func(dir string) {
		if err := os.Mkdir(filepath.Join(dir, "parts"), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "in-parts"), "#!/bin/sh\ncd \"${0%/*}/parts\" && exec ../smsevent \"$@\"\n")
	}}, sim.Config{}, func(s scripted) {
		for _, p := range recordedPDUs(s.t, "concat-2-reverse") {
			if err := s.modems["GSM1"].Deliver(p.PDU); err != nil {
				s.t.Fatal(err)
			}
		}
		var whole string
		gateway.Wait(s.t, "the joined file", func() bool {
			for name, content := range gateway.Files(s.t, s.path("incoming")) {
				if strings.HasSuffix(name, ".concatenated") {
					whole = content
				}
			}
			return strings.HasSuffix(whole, "first part, second part, ")
		})
		if !strings.Contains(whole, "From: 358401111111\n") {
			s.t.Errorf("the joined file:\n%s", whole)
		}
		gateway.Wait(s.t, "the parts to go", func() bool { return len(gateway.Files(s.t, s.path("parts"))) == 0 })
	})
}

// TestScriptCheckhandlerUTF8: checkhandler-utf-8 rewrites a UTF-8 file as Latin before
// it is read.
func TestScriptCheckhandlerUTF8(t *testing.T) {
	withScripts(t, installed{global: "checkhandler = @DIR@/checkhandler-utf-8"}, sim.Config{}, func(s scripted) {
		gateway.Drop(t, s.path("outgoing"), "hello", []byte("To: 358401234567\n\n\u00e9\n"))
		s.file("sent", "To: 358401234567\n", "\n\n\xe9\n")
		if pdu := s.modems["GSM1"].Records()[0].HexPDU; !strings.HasSuffix(pdu, "0105") { // one septet: é
			t.Errorf("sent %s", pdu)
		}
	})
}

// TestScriptForwardsms: forwardsms sends what arrives to another phone.
func TestScriptForwardsms(t *testing.T) {
	withScripts(t, installed{global: "eventhandler = @DIR@/forwardsms\nincoming_utf8 = yes"}, sim.Config{}, func(s scripted) {
		if err := s.modems["GSM1"].Deliver(deliver); err != nil {
			t.Fatal(err)
		}
		s.file("sent", "To: 358401234567\n", "é")
	})
}

// TestScriptCallhandler: callhandler answers a missed call with a message.
func TestScriptCallhandler(t *testing.T) {
	withScripts(t, installed{global: "eventhandler = @DIR@/callhandler", modem: "phonecalls = clip"}, sim.Config{}, func(s scripted) {
		gateway.Wait(t, "a modem that tells who calls", func() bool {
			s.modems["GSM1"].Ring("358401234569")
			return len(gateway.Files(t, s.path("sent"))) > 0
		})
		s.file("sent", "To: 358401234569\n", "This number only accepts SMS.\n")
	})
}

// TestScriptEventhandlerReport: eventhandler_report notes in the sent file when it was
// received. As TestScriptRegularRun, with viestid alone.
func TestScriptEventhandlerReport(t *testing.T) {
	network := sim.NewNetwork(sim.NetworkConfig{SMSC: "358400000000"})
	s := startScripted(t, viestid, installed{global: "eventhandler = @DIR@/eventhandler_report"}, sim.Config{Network: network})
	gateway.Drop(t, s.path("outgoing"), "hello", []byte("To: 358401234567\nReport: yes\n\nHello\n"))
	s.file("sent", "To: 358401234567\n", "Message_id: ", "Received: ")
}
