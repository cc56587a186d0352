package behaviours

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func operation() []behaviour {
	return []behaviour{
		{79, "a failing handler is logged, and one alarm raised", failingHandler},
		{81, "alarmhandler", alarmHandler},
		{82, "the global regular run", globalRegularRun},
		// smsd fails a message that waits for a retry (W13).
		{99, "SIGTERM keeps what is not finished", terminated},
		{99, "SIGTERM while a message waits for its retry", terminatedInRetry},
		// smsd sends all parts again, with another reference (W12).
		{100, "kill -9 between parts", killed},
		// smsd wakes a modem that is suspended; viesti modem resume does it here.
		{116, "USR2 ends nothing, USR1 ends as TERM", userSignals},
		// smsd shows the last state of a dead modem for ever (W31).
		{117, "the status file", statusFile},
		{118, "statistics and counters", statistics},
		{119, "the log", logLines},
		{119, "the log without a network", logWithoutNetwork},
		{120, "all start problems at once", startProblems},
		{121, "unknown settings", unknownSettings},
		// smsd removes the locks of the first one (W18).
		{122, "a second instance", secondInstance},
		{123, "an alternate recipient", alternates},
	}
}

// daemon is a directory in which viestid runs as a process.
type daemon struct {
	t    *testing.T
	dir  string
	conf string
}

func newDaemon(t *testing.T, w with) *daemon {
	t.Helper()
	d := &daemon{t: t, dir: t.TempDir()}
	d.conf = truth.Place(t, d.dir, conf(t, w))
	return d
}

func (d *daemon) path(name string) string { return filepath.Join(d.dir, name) }

func (d *daemon) start() *process.Process {
	d.t.Helper()
	return process.Start(d.t, viestid, []string{"VIESTI_RUNTIME_DIR=" + d.path("run")}, "--smsd-conf", d.conf, "--state", d.path("state"))
}

func (d *daemon) waits(name, pattern string) string {
	d.t.Helper()
	var content string
	re := regexp.MustCompile(pattern)
	d.t.Cleanup(func() {
		if d.t.Failed() {
			data, _ := os.ReadFile(d.path("smsd.log"))
			d.t.Logf("the log:\n%s", data)
		}
	})
	gateway.Wait(d.t, pattern+" in "+name, func() bool {
		data, _ := os.ReadFile(d.path(name))
		content = string(data)
		return re.MatchString(content)
	})
	return content
}

// references are the concatenation references and parts of PDUs.
func references(records []sim.Record) (all []string) {
	for _, r := range records {
		if m := regexp.MustCompile(`FF[0-9A-F]{2}050003([0-9A-F]{6})`).FindStringSubmatch(r.HexPDU); m != nil && r.MR >= 0 {
			all = append(all, m[1])
		}
	}
	return all
}

// onePartEach wants each of n parts once, with one reference.
func onePartEach(t *testing.T, records []sim.Record, n int) {
	t.Helper()
	got := references(records)
	slices.Sort(got)
	for i := range n {
		if len(got) != n || got[i] != fmt.Sprintf("%s%02X%02X", got[0][:2], n, i+1) {
			t.Fatalf("parts %q, want each of %d once with one reference", got, n)
		}
	}
}

func terminated(t *testing.T, _ *lab) {
	d := newDaemon(t, basis)
	m := gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{Latency: sim.Latency{Accept: time.Second}}, "GSM1", 0))
	p := d.start()
	gateway.Drop(t, d.path("outgoing"), "long", []byte("To: 49111\n\n"+strings.Repeat("a", 600)))
	gateway.Wait(t, "the first part", func() bool { return len(m.Records()) >= 1 })
	if code := p.Term(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if n := len(gateway.Files(t, d.path("failed"))); n != 0 {
		t.Errorf("%d files in failed", n)
	}
	d.start()
	d.waits("sent/long", `Modem: GSM1`)
	onePartEach(t, m.Records(), 4)
}

func terminatedInRetry(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "errorsleeptime = 600"})
	m := gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	m.SetRules(rules(t, `[{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38","times":1}]`)...)
	p := d.start()
	gateway.Drop(t, d.path("outgoing"), "hello", []byte("To: 49111\n\nhi"))
	d.waits("smsd.log", `The modem answer was not OK`)
	if code := p.Term(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if n := len(gateway.Files(t, d.path("failed"))); n != 0 {
		t.Errorf("%d files in failed", n)
	}
	d.start()
	d.waits("sent/hello", `Modem: GSM1`)
}

func killed(t *testing.T, _ *lab) {
	d := newDaemon(t, basis)
	m := gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	// Between the parts: the first is accepted, and the command for the second is not answered.
	m.SetRules(rules(t, `[{"stage":"command","match":"CMGS","action":"hang","delay":"5s","skip":1,"times":1}]`)...)
	p := d.start()
	gateway.Drop(t, d.path("outgoing"), "long", []byte("To: 49111\n\n"+strings.Repeat("a", 400)))
	gateway.Wait(t, "the first part", func() bool { return len(m.Records()) == 1 })
	d.waits("smsd.log", `SMS sent \(part 1/3\)`)
	p.Kill()
	d.start()
	d.waits("sent/long", `Modem: GSM1`)
	onePartEach(t, m.Records(), 3)
}

func userSignals(t *testing.T, _ *lab) {
	d := newDaemon(t, basis)
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	p := d.start()
	d.waits("smsd.log", `viestid is running`)
	p.Signal(syscall.SIGUSR2)
	gateway.Drop(t, d.path("outgoing"), "hello", []byte("To: 49111\n\nhi"))
	d.waits("sent/hello", `Modem: GSM1`)
	p.Signal(syscall.SIGUSR1)
	if code := p.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func statusFile(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "devices = GSM1, DEAD\nstats = @DIR@/stats", modem: "status_signal_quality = yes\n[DEAD]\ndevice = @DIR@/nothing-there"})
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	d.start()
	gateway.Drop(t, d.path("outgoing"), "hello", []byte("To: 49111\n\nhi"))
	const when = `\d\d-\d\d-\d\d \d\d:\d\d:\d\d`
	d.waits("stats/status", `^Status:\t`+when+`,\ti[t-]-{62}\nGSM1:\t`+when+`,\tIdle,\t\t1,\t0,\t0,\tssi: -73 dBm \(Excellent\), ber: \?\?\nDEAD:\t-,\t(Unknown|Trouble),\t(0,\t){2}0\n$`)
}

func statistics(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "stats = @DIR@/stats\nstats_interval = 2"})
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	d.start()
	d.waits("stats/status", `Idle`)
	gateway.Drop(t, d.path("outgoing"), "long", []byte("To: 49111\n\n"+strings.Repeat("a", 400)))
	gateway.Drop(t, d.path("outgoing"), "bad", []byte("To: 49111\nAlphabet: x\n\nhi"))
	d.waits("stats/GSM1.counter", `^GSM1: 3\n$`)
	form := regexp.MustCompile(`^runtime,rejected\n\d+,(\d+)\n\nname,succeeded,failed,received,multiple_failed,usage_s,usage_r\nGSM1,(\d+),0,0,0,\d+,\d+\n$`)
	name := regexp.MustCompile(`^\d{6}\.\d{6}$`)
	gateway.Wait(t, "statistics with what happened", func() bool {
		succeeded, refused := 0, 0
		for file, content := range gateway.Files(t, d.path("stats")) {
			if !name.MatchString(file) {
				continue
			}
			m := form.FindStringSubmatch(content)
			if m == nil {
				t.Fatalf("%s:\n%s", file, content)
			}
			if m[1] == "1" {
				refused++
			}
			if m[2] == "1" {
				succeeded++
			}
		}
		return succeeded == 1 && refused == 1
	})
}

func logLines(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "logtime_format = %d.%m. %H:%M:%S"})
	m := gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	d.start()
	const begin = `(?m)^\d\d\.\d\d\. \d\d:\d\d:\d\d,`
	gateway.Drop(t, d.path("outgoing"), "hello", []byte("To: 49111\n\nhi"))
	d.waits("smsd.log", begin+`5, smsd: SMS To: 49111\. Moved file `+d.path("outgoing/hello")+` to `+d.path("checked")+`$`)
	d.waits("smsd.log", begin+`5, GSM1: SMS sent, Message_id: 1, To: 49111, sending time \d+ sec\.$`)
	d.waits("smsd.log", begin+`6, GSM1: SMS To: 49111\. Moved file `+d.path("checked")+`/\S*hello to `+d.path("sent/hello")+`$`)
	gateway.Drop(t, d.path("outgoing"), "replacing", []byte("To: 49111\nReplace: 3\n\nhi"))
	d.waits("smsd.log", begin+`5, GSM1: SMS sent, Message_id: 2, Replace_msg: 3, To: 49111, sending time \d+ sec\.$`)
	gateway.Drop(t, d.path("outgoing"), "long", []byte("To: 49111\nReplace: 3\n\n"+long))
	d.waits("smsd.log", begin+`5, GSM1: SMS sent \(part 2/2\), Message_id: 4, To: 49111, sending time \d+ sec\.$`)
	gateway.Drop(t, d.path("outgoing"), "bad", []byte("To: 49111\nAlphabet: x\n\nhi"))
	d.waits("smsd.log", begin+`5, smsd: Invalid alphabet in file `+d.path("outgoing/bad")+`$`)
	for _, pdu := range append(pdus(t, "concat-16bit"), deliver(t, nil)) {
		if err := m.Deliver(pdu); err != nil {
			t.Fatal(err)
		}
	}
	d.waits("smsd.log", begin+`5, GSM1: SMS received \(part 1/2\), From: 358401111111$`)
	d.waits("smsd.log", begin+`5, GSM1: SMS received, From: 358401234567$`)
	if _, err := m.Store("SM", 0, "079153480100000006750C91534810325476060101110000000601011110000000"); err != nil {
		t.Fatal(err)
	}
	d.waits("smsd.log", begin+`5, GSM1: SMS received \(report, Message_id: 117, Status: 0,Ok,short message received by the SME\), From: 358401234567$`)
	m.SetRules(rules(t, `[{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38","times":1}]`)...)
	gateway.Drop(t, d.path("outgoing"), "again", []byte("To: 49111\n\nhi"))
	d.waits("smsd.log", begin+`5, GSM1: SMS sent, Message_id: 5, To: 49111, sending time \d+ sec\. Retries: 1\.$`)
	m.SetRules(rules(t, `[{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 1"}]`)...)
	gateway.Drop(t, d.path("outgoing"), "failing", []byte("To: 49111\nRetries: 0\n\nhi"))
	d.waits("smsd.log", begin+`3, GSM1: The modem answer was not OK: \+CMS ERROR: 1 `)
	d.waits("smsd.log", begin+`4, GSM1: Sending SMS to 49111 failed, trying time \d+ sec\. Retries: 0\.$`)
}

// logWithoutNetwork: the line that programs look for, behind those that are not wanted.
func logWithoutNetwork(t *testing.T, _ *lab) {
	d := newDaemon(t, with{modem: "check_network = 1\nlog_not_registered_after = 2"})
	m := gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{Registration: sim.Searching}, "GSM1", 0))
	d.start()
	log := d.waits("smsd.log", `(?m),5, GSM1: MODEM IS NOT REGISTERED, WAITING 1 SEC\. BEFORE RETRYING 3\. TIME$`)
	if strings.Contains(log, "RETRYING 1. TIME") || strings.Contains(log, "RETRYING 2. TIME") {
		t.Errorf("the first two lines are not wanted:\n%s", log)
	}
	m.SetRegistration(sim.RegistrationDenied)
	d.waits("smsd.log", `(?m),3, GSM1: .*registration denied`)
}

func startProblems(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "checkhandler = @DIR@/no-checker\nalarmhandler = @DIR@/no-alarm\nregular_run = @DIR@/no-run\nblacklist = @DIR@/no-black\n" +
		"whitelist = @DIR@/no-white\nlanguage_file = @DIR@/no-language\nstats = @DIR@/no-stats", modem: "regular_run = @DIR@/no-modem-run\neventhandler_ussd = @DIR@/no-ussd"})
	for _, dir := range []string{"sent", "failed", "incoming", "no-stats"} {
		if err := os.Remove(d.path(dir)); err != nil {
			t.Fatal(err)
		}
	}
	p := d.start()
	if code := p.Wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	for _, path := range []string{
		"sent", "failed", "incoming", "no-checker", "no-alarm", "no-run", "no-black", "no-white", "no-language", "no-stats", "no-modem-run", "no-ussd",
	} {
		if !strings.Contains(p.Output(), d.path(path)) {
			t.Errorf("nothing is said about %s", path)
		}
	}
	if _, err := os.Stat(d.path("smsd.pid")); err == nil {
		t.Error("it leaves a pid file")
	}
	if t.Failed() {
		t.Logf("it says\n%s", p.Output())
	}
}

func unknownSettings(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "no_such_setting = yes", modem: "nor_this = 1"})
	p := d.start()
	if code := p.Wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	for _, setting := range []string{"no_such_setting", "nor_this"} {
		if !strings.Contains(p.Output(), setting) {
			t.Errorf("nothing is said about %s:\n%s", setting, p.Output())
		}
	}
}

func secondInstance(t *testing.T, _ *lab) {
	d := newDaemon(t, basis)
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	write(t, d.path("outgoing/held.LOCK"), "1 producer\n", 0o644)
	d.start()
	gateway.Drop(t, d.path("outgoing"), "first", []byte("To: 49111\n\nhi"))
	d.waits("sent/first", `Modem: GSM1`)
	second := d.start()
	if code := second.Wait(); code != 1 || !strings.Contains(second.Output(), d.path("smsd.pid")) {
		t.Errorf("the second one ends with %d and says:\n%s", code, second.Output())
	}
	if _, err := os.Stat(d.path("outgoing/held.LOCK")); err != nil {
		t.Errorf("the lock of a producer: %v", err)
	}
	gateway.Drop(t, d.path("outgoing"), "second", []byte("To: 49111\n\nhi"))
	d.waits("sent/second", `Modem: GSM1`)
}

// alternates: one is delivered in time, one is not; each is judged on its own.
func alternates(t *testing.T, _ *lab) {
	network := sim.NewNetwork(sim.NetworkConfig{SMSC: "358400000000", Fates: []sim.Fate{
		{Match: regexp.MustCompile("^49222"), Never: true},
	}})
	b := alone(t, basis, sim.Config{Network: network})
	const headers = "Report: yes\nAlternate_to: 358401234567\nAlternate_after: 3 sec\n\n"
	b.drop(t, "delivered", "To: 49111\n"+headers+"one")
	b.drop(t, "overdue", "To: 49222\n"+headers+"two")
	gateway.Wait(t, "the alternate", func() bool {
		return strings.Contains(gateway.Files(t, b.Path("sent"))["overdue"], "\nOld-Alternate_to: 358401234567\n")
	})
	gateway.Wait(t, "three messages", func() bool { return len(b.Modem.Records()) == 3 })
	if content := b.waits(t, "sent", "delivered"); !strings.Contains(content, "\nReceived: ") {
		t.Errorf("the delivered one:\n%s", content)
	}
	got := b.texts(t)
	slices.Sort(got)
	if !slices.Equal(got, []string{"one", "two", "two"}) {
		t.Errorf("sent %q, want the overdue one once more", got)
	}
}

// alarmed notes how many arguments the alarm handler has, and all of them.
const alarmed = `#!/bin/sh
printf '%s' "$#" >> "${0%/*}/alarms"
printf '|%s' "$@" >> "${0%/*}/alarms"
echo >> "${0%/*}/alarms"
`

func failingHandler(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "loglevel = 7\nalarmhandler = @DIR@/alarmhandler\neventhandler = @DIR@/failing-handler"})
	write(t, d.path("alarmhandler"), alarmed, 0o755)
	write(t, d.path("failing-handler"), "#!/bin/sh\necho it is broken\nexit 3\n", 0o755)
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	d.start()
	for _, name := range []string{"one", "two"} {
		gateway.Drop(t, d.path("outgoing"), name, []byte("To: 49111\n\nhi"))
		d.waits("sent/"+name, `Modem: GSM1`)
	}
	d.waits("smsd.log", `(?s)it is broken.*it is broken`)
	d.waits("smsd.log", `(?s)result 3.*result 3`)
	alarms := d.waits("alarms", `eventhandler`)
	if n := strings.Count(alarms, "\n"); n != 1 {
		t.Errorf("%d alarms, want one:\n%s", n, alarms)
	}
}

func alarmHandler(t *testing.T, _ *lab) {
	for level, called := range map[string]bool{"4": true, "3": false} {
		d := newDaemon(t, with{global: "alarmhandler = @DIR@/alarmhandler\nalarmlevel = " + level, modem: "message_limit = 1"})
		write(t, d.path("alarmhandler"), alarmed, 0o755)
		gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
		p := d.start()
		gateway.Drop(t, d.path("outgoing"), "hello", []byte("To: 49111\n\nhi"))
		d.waits("sent/hello", `Modem: GSM1`)
		if called {
			d.waits("alarms", `^6\|ALARM\|\d{4}-\d\d-\d\d\|\d\d:\d\d:\d\d\|4\|GSM1\|[^|]+\n$`)
			continue
		}
		p.Term() // what is in hand is finished
		if data, err := os.ReadFile(d.path("alarms")); err == nil {
			t.Errorf("alarmlevel = %s: called with %s", level, data)
		}
	}
}

func globalRegularRun(t *testing.T, _ *lab) {
	d := newDaemon(t, with{global: "regular_run = @DIR@/runhandler\nregular_run_interval = 2"})
	write(t, d.path("runhandler"), "#!/bin/sh\necho \"$#\" >> \"${0%/*}/runs\"\n", 0o755)
	gateway.Modem(t, d.path("modem1"), truth.Identify(sim.Config{}, "GSM1", 0))
	d.start()
	d.waits("runs", `^0\n0\n0\n`)
}
