package boot

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/viesti-sms/viesti/services/internal/codec/smsdconf"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/policyfile"
)

// TestEverySettingIsJudged: a setting of smsd.conf is honoured, or there is a line
// that says why not and what to do.
func TestEverySettingIsJudged(t *testing.T) {
	known := map[smsdconf.Scope]map[string]bool{smsdconf.GlobalScope: {}, smsdconf.ModemScope: {}}
	for _, s := range smsdconf.Settings() {
		known[s.Scope][s.Name] = true
		v, judged := verdicts[s.Scope][s.Name]
		if honoured(s.Scope, s.Name) && judged {
			t.Errorf("%s (scope %d) is honoured, and there is a verdict why not", s.Name, s.Scope)
		}
		if !honoured(s.Scope, s.Name) && !judged {
			t.Errorf("nothing is said about %s (scope %d)", s.Name, s.Scope)
		}
		if judged && len(v.text) < 10 {
			t.Errorf("%s: the verdict %q does not help", s.Name, v.text)
		}
	}
	for scope := range known {
		for _, names := range []map[string]string{otherMeanings[scope]} {
			for name := range names {
				if !honoured(scope, name) {
					t.Errorf("%s (scope %d) has another meaning, and none", name, scope)
				}
			}
		}
		for name := range verdicts[scope] {
			if !known[scope][name] {
				t.Errorf("there is no setting %s (scope %d)", name, scope)
			}
		}
		for name := range honouredSettings[scope] {
			if !known[scope][name] {
				t.Errorf("there is no setting %s (scope %d) to honour", name, scope)
			}
		}
	}
}

// smsdExamples are configurations with something of everything.
var smsdExamples = map[string]string{
	"least": "devices = GSM1\n[GSM1]\ndevice = /dev/ttyS0\n",
	"queues": `devices = GSM1, ELISA* 11-12
outgoing = /spool/outgoing
incoming = /spool/incoming
sent = /spool/sent
failed = /spool/failed
logfile = /spool/smsd.log
loglevel = 7
alphabet = utf-8
ic_purge_hours = 0
ic_purge_minutes = 90
internal_combine_binary = no
international_prefixes = 358, 49
trim_text = no
priviledged_numbers = 358401234567
admin_to = 358401112222
start = /bin/true
start_args = a b
child = /bin/true
smart_logging = yes

[queues]
D1 = /spool/d1
D2 = /spool/d2
[providers]
D1 = 49171, 49172
D2 = 0, 1, s
[default]
queues = D1, D2
incoming = yes
pin = 0123
smsc = 358400000000
init = AT+CNMI=2,1,0,2,0;+CSCS="GSM"
messageids = 3
[ELISA*]
check_memory_method = 41
logfile = /spool/modemname.log
loglevel = 6
admin_to = 358401113333
adminmessage_limit = 3
adminmessage_count_clear = 60
eventhandler = /usr/local/bin/handler modemname
report = disabled
phonecalls = clip
[ELISA11]
device = /dev/ttyUSB11
telnet_password = a"b'c: #d
number = 00123
[ELISA12]
device = @10.0.0.1:5000
language = turkish
decode_unicode_text = yes
cs_convert = no
ignore_unexpected_input = +ZUSIMR: 2
ignore_unexpected_input = ^BOOT
read_timeout_cmgl = 20
[GSM1]
device = /dev/ttyUSB0
incoming = no
outgoing = yes
`,
}

// TestMigrate: the YAML of viesti migrate says the same as the smsd.conf, and the
// strict reading of --check-config takes it.
func TestMigrate(t *testing.T) {
	for name, text := range smsdExamples {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			conf, output := filepath.Join(dir, "smsd.conf"), filepath.Join(dir, "viesti.yaml")
			if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr strings.Builder
			cmd := MigrateCommand(&stdout, &stderr)
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs([]string{conf, "--output", output, "--state", dir})
			if err := cmd.Execute(); err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			got, err := Load(output)
			if err != nil {
				data, _ := os.ReadFile(output)
				t.Fatalf("%v\n%s", err, data)
			}
			want, err := FromSmsd(conf, &stderr)
			if err != nil {
				t.Fatal(err)
			}
			want.State = dir
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-smsd-conf +migrated):\n%s", diff)
			}
			if err := got.Complete(); err != nil {
				t.Error(err)
			}
			if info, err := os.Stat(output); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("others may read the secrets: %v, %v", info.Mode(), err)
			}
			if err := cmd.Execute(); err == nil {
				t.Error("a file that exists is overwritten")
			}
		})
	}
}

// TestModemLogs: a modem of smsd.conf has a log of its own where it sets another file
// or level than the global part, and all others have none.
func TestModemLogs(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "smsd.conf")
	text := "devices = A, B, C, D\nlogfile = /l/smsd\nloglevel = 5\n[default]\ndevice = /dev/modemname\n" +
		"[A]\nlogfile = /l/modemname\n[B]\nloglevel = 7\n[C]\nlogfile = 1\n[D]\nlogfile = /l/smsd\nloglevel = 5\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := FromSmsd(conf, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]log.ModemLog{"A": {File: "/l/A"}, "B": {Level: "7"}, "C": {File: log.StandardError}}
	if diff := cmp.Diff(want, cfg.Log.Modems); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := cfg.Check(); err == nil || !strings.Contains(err.Error(), "log.modems.A.file: there is no directory /l") {
		t.Errorf("Check: %v", err)
	}
}

// TestTroubleLog: smart_logging writes beside the log of the modem, under the name that
// smsd gives it.
func TestTroubleLog(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "smsd.conf")
	text := "devices = A, B, C\nlogfile = /l/smsd.log\nsmart_logging = yes\n[default]\ndevice = /dev/modemname\n[B]\nlogfile = /l/B\n[C]\nlogfile = 2\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := FromSmsd(conf, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"/l/smsd_trouble.log", "/l/B.trouble", ""} {
		if got := cfg.Modems[i].TroubleAT; got != want {
			t.Errorf("modem %s: %q, want %q", cfg.Modems[i].Name, got, want)
		}
	}
}

// TestMigrateReports wants one line for each line of the file that sets something.
func TestMigrateReports(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "smsd.conf")
	text := "devices = GSM1\n# comment\nspool_directory_order = yes\nos_cygwin = yes\nic_purge_interval = 5\n[GSM1]\ndevice = /dev/ttyS0\npin = 4711\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := MigrateCommand(&stdout, &stderr)
	cmd.SetArgs([]string{conf})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"line 1, global part: devices: taken over\n",
		"line 3, global part: spool_directory_order: not needed: ",
		"line 4, global part: warning: os_cygwin has no effect here: ",
		"line 5, global part: ic_purge_interval: taken over: in minutes",
		"line 7, [GSM1]: device: taken over\n",
		"4 lines taken over, 1 not needed, 1 without effect\n",
	} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &stderr)
		}
	}
	if strings.Contains(stderr.String(), "4711") {
		t.Error("the report shows the PIN")
	}
	var cfg Config
	if err := config.Decode([]byte(stdout.String()), &cfg); err != nil || cfg.Modems[0].PIN != "4711" {
		t.Errorf("%v\n%s", err, &stdout)
	}
}

// TestAllProblemsAtOnce: everything that is wrong is listed, with its line, and
// nothing starts.
func TestAllProblemsAtOnce(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "smsd.conf")
	text := "devices = GSM1\nno_such = 1\ntrust_outgoing = perhaps\n[GSM1]\ndevice = /dev/ttyS0\nnor_this = 2\nbaudrate = fast\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	if _, err := FromSmsd(conf, &stderr); err == nil {
		t.Error("it starts")
	}
	for _, want := range []string{"line 2, ", "no_such", "line 3, ", "trust_outgoing", "line 6, [GSM1]", "nor_this", "line 7, [GSM1]", "baudrate"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("the list lacks %q:\n%s", want, &stderr)
		}
	}
}

// TestMigratePolicy: with --policy queues and lists go into a file of shared policy,
// and nothing of them stays in the configuration.
func TestMigratePolicy(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{
		"black": "4911 # no\n", "white": "358\n[D1]\n49\n",
		"smsd.conf": "devices = GSM1\nblacklist = " + path("black") + "\nwhitelist = " + path("white") +
			"\n[queues]\nD1 = /spool/d1\n[providers]\nD1 = 0491, 49\n[GSM1]\ndevice = /dev/ttyS0\nqueues = D1\n",
	} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr strings.Builder
	cmd := MigrateCommand(&stdout, &stderr)
	cmd.SetArgs([]string{path("smsd.conf"), "--policy", path("policy.yaml")})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	p, err := policyfile.Load(path("policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &policy.Policy{
		Routes: route.Policy{Queues: []route.Queue{{Name: "D1", Prefixes: []string{"0491", "49"}}}},
		Lists:  policy.Lists{Deny: []string{"4911"}, Allow: route.List{{Prefix: "358"}, {Prefix: "49", Queue: "D1"}}, AllowOnly: true},
	}
	if diff := cmp.Diff(want, p, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var cfg Config
	if err := config.Decode([]byte(stdout.String()), &cfg); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Queues) > 0 || cfg.Spool.Blacklist != "" || cfg.Spool.Whitelist != "" || cfg.Spool.Queues["D1"] != "/spool/d1" {
		t.Errorf("the configuration:\n%s", &stdout)
	}
}
