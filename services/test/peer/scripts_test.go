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

// scriptsConf is the configuration for the example scripts; $HANDLER is the event
// handler of a test.
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
$HANDLER
[GSM1]
device = @DIR@/modem1
incoming = yes
check_network = 0
report = no
delaytime = 1
`

// scripted is a program that runs with the example scripts. They are unchanged but
// for the place of the spool, which they have written into them.
type scripted struct {
	*peer
	t *testing.T
}

// withScripts runs a test against smsd and viestid. handler names the script that is
// the event handler; "" for none.
func withScripts(t *testing.T, handler string, modem sim.Config, test func(s scripted)) {
	for _, p := range []program{smsd, viestid} {
		t.Run(p.name, func(t *testing.T) { test(startScripted(t, p, handler, modem)) })
	}
}

func startScripted(t *testing.T, p program, handler string, modem sim.Config) scripted {
	t.Helper()
	line := ""
	if handler != "" {
		line = "eventhandler = @DIR@/" + handler
	}
	dir := t.TempDir()
	s := setup{conf: strings.Replace(scriptsConf, "$HANDLER", line, 1), names: []string{"GSM1"}, modem: modem}
	return scripted{t: t, peer: runIn(t, p, s, dir, func() {
		for _, name := range []string{"sendsms", "email2sms", "smsresend", "eventhandler-utf-8", "regular_run", "sql_demo"} {
			install(t, dir, name)
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

// TestScriptSendsms: sendsms puts a file for each number into outgoing.
func TestScriptSendsms(t *testing.T) {
	withScripts(t, "", sim.Config{}, func(s scripted) {
		s.script("sendsms", "", "358401234567", "358401234568", "Hello there")
		s.file("sent", "To: 358401234567\n", "Hello there")
		s.file("sent", "To: 358401234568\n", "Hello there")
	})
}

// TestScriptEmail2sms: email2sms puts an e-mail into outgoing for each of its
// recipients, whose numbers stand among other words.
func TestScriptEmail2sms(t *testing.T) {
	withScripts(t, "", sim.Config{}, func(s scripted) {
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
	withScripts(t, "", sim.Config{Rules: rules}, func(s scripted) {
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
	withScripts(t, "eventhandler-utf-8", sim.Config{}, func(s scripted) {
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
	s := startScripted(t, viestid, "regular_run", sim.Config{Network: network})
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
	withScripts(t, "sql_demo", sim.Config{}, func(s scripted) {
		if err := s.modems["GSM1"].Deliver(deliver); err != nil {
			t.Fatal(err)
		}
		s.file("sent", "To: 358401234567\n", "Your amount is 42\n")
	})
}
