package modem

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// program writes a shell script, and returns the command that runs it. The shell is
// named because a file that was just written may still be open in a process that
// another test is starting.
func program(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return "/bin/sh " + path
}

// read returns a file; empty when it is not there.
func read(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

// TestRegularRun makes one run with everything: the program before, the commands of
// the file, the program after, the commands of the configuration.
func TestRegularRun(t *testing.T) {
	t.Parallel()
	for _, open := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep open %v", open), func(t *testing.T) {
			r := newRig(t)
			dir := t.TempDir()
			file := func(name string) string { return filepath.Join(dir, name) }
			if err := os.WriteFile(file("cmds"), []byte("# top up\n\n  AT+CSQ\n[CUSD]AT+CUSD=1,\"*100#\",15\n[\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file("stat"), []byte("the run before\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			g := newHeard()
			r.worker("modem1", sim.Config{OnCommand: g.Add, USSD: []sim.USSD{{Code: "*100#", Reply: "Balance 5 EUR", DCS: 15}}}, func(d *Device) {
				d.Regular.Run = program(t, file("pre"), `echo "$1 $3" >>`+file("log")+`; cat "$2" >>`+file("log"))
				d.PostRun = program(t, file("post"), `echo "$1 $3" >>`+file("log")+`; wc -l <"$2" >>`+file("log"))
				d.USSDHandler = program(t, file("ussd"), `echo "$1 $3 $5" >>`+file("log")+`; sed -i 's/Balance/Rest/' "$2"`)
				d.CmdFile, d.StatFile, d.LogFile = file("cmds"), file("stat"), file("all")
				d.Cmds, d.Interval, d.Regular.KeepOpen = []string{"AT+NOSUCH"}, config.Duration(time.Hour), open
			})
			r.submit("m1", "hello", nil)
			r.sent("m1")
			r.until("the run is complete", func() bool { return strings.Contains(read(file("all")), "NOSUCH") })
			const stamp = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,5, modem1: CMD: `
			want := "^" + stamp + `AT\+CSQ: \+CSQ: \d+,\d+ OK\n` + stamp + `AT\+CUSD=1,"\*100#",15: \+CUSD: 0,"Rest 5 EUR",15 // Balance 5 EUR\n` +
				stamp + `AT\+NOSUCH: ERROR\n$`
			if got := read(file("stat")); !regexp.MustCompile(want).MatchString(got) || got != read(file("all")) {
				t.Errorf("the answers are\n%s, and in the log\n%s", got, read(file("all")))
			}
			handled := "USSD modem1 AT+CUSD=1,\"*100#\",15\n"
			if got := read(file("log")); got != "PRE_RUN modem1\nthe run before\n"+handled+"POST_RUN modem1\n2\n" {
				t.Errorf("the programs were run like this:\n%s", got)
			}
			if _, err := os.Stat(file("cmds")); err == nil {
				t.Error("the file with commands is still there")
			}
			if n := g.Given("AT+CSQ"); n < 1 {
				t.Error("AT+CSQ was not given")
			}
		})
	}
}

// TestRegularInterval repeats runs whose program wants the port: it has it each
// time, and messages go through in between.
func TestRegularInterval(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	m, _ := r.worker("modem1", sim.Config{}, func(d *Device) {
		// A port that somebody has open cannot be locked.
		d.Regular.Run = program(t, filepath.Join(dir, "pre"), `flock -n `+d.Device+` true && echo free >>`+log+` || echo taken >>`+log)
		// Longer than a busy machine takes from the run to the next message.
		d.Interval = config.Duration(2 * time.Second)
	})
	for i := range 3 {
		id := fmt.Sprintf("m%d", i)
		r.submit(id, "hello", nil)
		r.sent(id)
		r.until("the program is run again", func() bool { return strings.Count(read(log), "free") > 2*i })
	}
	if strings.Contains(read(log), "taken") {
		t.Error("the port was not free for the program")
	}
	if n := len(m.Records()); n != 3 {
		t.Errorf("%d transmissions, want 3", n)
	}
}

// TestRegularProgramFails: an alarm tells of it, and the modem works.
func TestRegularProgramFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	alarms := r.alarms()
	r.worker("modem1", sim.Config{}, func(d *Device) {
		d.Regular.Run, d.PostRun = program(t, filepath.Join(t.TempDir(), "pre"), "exit 3"), "/no/such/program"
	})
	for _, want := range []string{"regular_run of modem modem1, result 3", "regular_run_post_run of modem modem1: "} {
		select {
		case a := <-alarms:
			if a.Code != "regular-run" || !strings.Contains(a.Text, want) {
				t.Errorf("the alarm is %+v, want %q", a, want)
			}
		case <-time.After(patience):
			t.Fatalf("no alarm: %s", want)
		}
	}
	r.state("modem1", life.ModemIdle)
}

func TestRegularProblems(t *testing.T) {
	t.Parallel()
	good := defaultRegular()
	good.Cmds = []string{"AT+CSQ", " [(OK)|(ERROR)] AT+COPS=0", "[+CSQ: [0-9]+,]AT+CSQ"}
	if p := good.problems(); len(p) != 0 {
		t.Errorf("problems of good settings: %q", p)
	}
	bad := Regular{Run: "a 'b", PostRun: "a | b", USSDHandler: "x;y", LogLevel: 10, Cmds: []string{"", "[OK", "[(]AT", "[OK]"}}
	if p := bad.problems(); len(p) != 9 {
		t.Errorf("problems are %q, want nine", p)
	}
	d := DefaultDevice()
	d.Device, d.StatFile = "/dev/null", "/run/stat"
	a, b := d, d
	a.Name, b.Name = "A", "B"
	if err := (&Config{Modems: []Device{a, b}}).Check(); err == nil || !strings.Contains(err.Error(), "A and B have the same regular_run_statfile") {
		t.Errorf("Check: %v", err)
	}
}

// TestRehearsal: with sending_disabled the modem gets no message, with modem_disabled
// no device is opened, and messages count as sent.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Device){
		"sending disabled": func(d *Device) { d.SendingDisabled = true },
		"modem disabled":   func(d *Device) { d.ModemDisabled, d.Device = true, "/no/such/device" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m, _ := r.worker("modem1", sim.Config{}, change)
			r.submit("m1", "hello", nil)
			if s := r.sent("m1"); len(s.Parts) != 1 || s.Parts[0].Reference != rehearsedReference {
				t.Errorf("sent event: %+v", s)
			}
			if n := len(m.Records()); n != 0 {
				t.Errorf("%d transmissions", n)
			}
		})
	}
}

// TestOpenAlarm: a device that cannot be opened is told of once.
func TestOpenAlarm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	alarms := r.alarms()
	r.worker("modem1", sim.Config{}, func(d *Device) {
		d.OpenAlarm, d.OpenSleep = 3, config.Duration(10*time.Millisecond)
		if err := os.Rename(d.Device, d.Device+".away"); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(d.Device, nil, 0o600); err != nil {
			t.Error(err)
		}
	})
	select {
	case a := <-alarms:
		if a.Code != "device" || !strings.Contains(a.Text, "could not be opened 3 times") {
			t.Errorf("the alarm is %+v", a)
		}
	case <-time.After(patience):
		t.Fatal("no alarm")
	}
}
