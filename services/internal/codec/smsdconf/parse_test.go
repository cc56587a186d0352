package smsdconf

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mustParse parses lines that have no problem.
func mustParse(t *testing.T, lines ...string) *Config {
	t.Helper()
	cfg, problems := Parse([]byte(strings.Join(lines, "\n")), Options{})
	for _, p := range problems {
		t.Errorf("problem: %s", p)
	}
	return cfg
}

func TestParseSyntax(t *testing.T) {
	cfg := mustParse(t, "\ufeff# comment", "  # indented comment", "", "DEVICES=GSM1\r", "\tSpool =  /a b/#c  ",
		`eventhandler = "/x" 'y'`, "logfile = a = b", "[GSM1]", "device = /dev/ttyS0", "INIT1 = AT+CNMI=2,1", "read_timeout_cmgl = 3")
	g, m := cfg.Global, cfg.Modems[0]
	got := []string{g.Outgoing, g.EventHandler, g.LogFile, m.Device, m.Init}
	want := []string{"/a b/#c", `"/x" 'y'`, "a = b", "/dev/ttyS0", "AT+CNMI=2,1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if m.ReadTimeouts["cmgl"] != 3 || m.ReadTimeouts["pdu"] != 12 {
		t.Errorf("ReadTimeouts = %v, want cmgl 3 and pdu 12", m.ReadTimeouts)
	}
}

func TestLaterLineWins(t *testing.T) {
	cfg := mustParse(t, "devices = GSM1", "autosplit = 1", "autosplit = 2", "[GSM1]", "device = /dev/a", "device = /dev/b")
	if cfg.Global.Autosplit != 2 || cfg.Global.SetAt("autosplit") != 3 || cfg.Modems[0].Device != "/dev/b" {
		t.Errorf("autosplit %d of line %d, device %s; want 2, 3, /dev/b",
			cfg.Global.Autosplit, cfg.Global.SetAt("autosplit"), cfg.Modems[0].Device)
	}
}

func TestChoices(t *testing.T) {
	const file = "devices = GSM1\nautosplit = ? 1 | 2 | 3\n[GSM1]\ndevice = ? /dev/a | /dev/b"
	for _, tt := range []struct {
		name   string
		choose func(string, string, []string) int
		split  int
		device string
	}{
		{"nobody is asked", nil, 1, "/dev/a"},
		{"last", func(_, _ string, a []string) int { return len(a) - 1 }, 3, "/dev/b"},
		{"beyond", func(_, _ string, a []string) int { return len(a) }, 1, "/dev/a"},
		{"negative", func(string, string, []string) int { return -1 }, 1, "/dev/a"},
		{"by name", func(section, name string, _ []string) int {
			return map[string]int{"/autosplit": 1, "GSM1/device": 1}[section+"/"+name]
		}, 2, "/dev/b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, problems := Parse([]byte(file), Options{Choose: tt.choose})
			if len(problems) > 0 || cfg.Global.Autosplit != tt.split || cfg.Modems[0].Device != tt.device {
				t.Errorf("autosplit %d, device %s, problems %v; want %d, %s, none",
					cfg.Global.Autosplit, cfg.Modems[0].Device, problems, tt.split, tt.device)
			}
		})
	}
}

func TestModemSettingsComeFromDefaultThenGroupThenOwn(t *testing.T) {
	cfg := mustParse(t, "devices = GSM1, GSM2, X", "delaytime = 7",
		"[GSM2]", "baudrate = 3", "regular_run_cmd = own", "priviledged_numbers = 3",
		"[GSM*]", "baudrate = 2", "init = group", "regular_run_cmd = group,1", "priviledged_numbers = 2, 22",
		"[default]", "device = /dev/modemname", "baudrate = 1", "init = default", "report = yes",
		"regular_run_cmd = default", "priviledged_numbers = 1", "read_timeout_cmgl = 9",
		"regular_run_statfile = /s/modemname/modemname", "description = modemname",
		"[X]", "read_timeout_cmgl = 2")
	type summary struct {
		Name, Device, Init, Stat, Description string
		Baudrate, CMGL, Line                  int
		Cmds                                  []string
		Privileged                            int
		Delay                                 time.Duration
	}
	var got []summary
	for _, m := range cfg.Modems {
		got = append(got, summary{m.Name, m.Device, m.Init, m.RegularRunStatFile, m.Description, m.Baudrate,
			m.ReadTimeouts["cmgl"], m.SetAt("baudrate"), m.RegularRunCmd, len(m.PriviledgedNumbers), m.Delaytime})
	}
	want := []summary{
		{"GSM1", "/dev/GSM1", "group", "/s/GSM1/GSM1", "modemname", 2, 9, 8, []string{"default", "group,1"}, 2, 7 * time.Second},
		{"GSM2", "/dev/GSM2", "group", "/s/GSM2/GSM2", "modemname", 3, 9, 4, []string{"default", "group,1", "own"}, 1, 7 * time.Second},
		{"X", "/dev/X", "default", "/s/X/X", "modemname", 1, 2, 14, []string{"default"}, 1, 7 * time.Second},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("modems (-want +got):\n%s", diff)
	}
}

func TestAccumulatedListsOfModemsAreApart(t *testing.T) {
	cfg := mustParse(t, "devices = A, B", "[default]", "device = modemname", "ignore_unexpected_input = x", "ignore_unexpected_input = y",
		"ignore_unexpected_input =", "[A]", "ignore_unexpected_input = a", "[B]", "ignore_unexpected_input = b")
	got := [][]string{cfg.Modems[0].IgnoreUnexpectedInput, cfg.Modems[1].IgnoreUnexpectedInput}
	if diff := cmp.Diff([][]string{{"x", "y", "a"}, {"x", "y", "b"}}, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}

func TestDevicesExpand(t *testing.T) {
	cfg := mustParse(t, "devices = GSM1, ELISA* 9-11, ,a.b_c-D,P*0-0", "[default]", "device = /dev/modemname")
	want := []string{"GSM1", "ELISA9", "ELISA10", "ELISA11", "a.b_c-D", "P0"}
	if diff := cmp.Diff(want, cfg.Global.Devices); diff != "" {
		t.Errorf("devices (-want +got):\n%s", diff)
	}
	if len(cfg.Modems) != len(want) || cfg.Modem("ELISA10").Device != "/dev/ELISA10" || cfg.Modem("nobody") != nil {
		t.Errorf("modems do not follow devices: %d", len(cfg.Modems))
	}
}

func TestMoreModemsThanSmsdHas(t *testing.T) {
	cfg := mustParse(t, "devices = M* 1-1000", "[M*]", "device = /dev/modemname")
	if len(cfg.Modems) != 1000 || cfg.Modems[999].Device != "/dev/M1000" {
		t.Errorf("%d modems, want 1000", len(cfg.Modems))
	}
}

func TestDefaultsThatDependOnOthers(t *testing.T) {
	cfg := mustParse(t, "devices = A, B", "delaytime = 3", "internal_combine = no", "logfile = /log", "admin_to = 123456",
		"eventhandler = /h", "status_signal_quality = no", "max_continuous_sending = 5",
		"[default]", "device = modemname", "[B]", "delaytime = 4", "loglevel = 7", "eventhandler = /modemname", "internal_combine = yes")
	g, a, b := cfg.Global, cfg.Modems[0], cfg.Modems[1]
	got := []any{g.DelaytimeMainprocess, g.InternalCombineBinary, g.LogLevel, a.Delaytime, a.LogFile, a.LogLevel, a.AdminTo.Reveal(),
		a.EventHandler, a.StatusSignalQuality, a.MaxContinuousSending, b.Delaytime, b.LogLevel, b.EventHandler, b.InternalCombine, b.InternalCombineBinary}
	want := []any{3 * time.Second, false, 4, 3 * time.Second, "/log", 4, "123456",
		"/h", false, 5 * time.Second, 4 * time.Second, 7, "/B", true, true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if syslog := mustParse(t, "devices = A", "logfile = 0", "[A]", "device = x").Global; syslog.LogLevel != 7 || syslog.LogFile != "" {
		t.Errorf("level %d with syslog, want 7", syslog.LogLevel)
	}
}

func TestQueuesAndProviders(t *testing.T) {
	cfg := mustParse(t, "devices = A, B", "[queue]", "D1 = /d1", "other = /o", "REST=/r", "Qb = /q", "[provider]", "other = 3 58, s 1,", "D1=49",
		"[default]", "device = modemname", "queues = D1", "[A]", "queues = D1", "queues = other, D1", "[B]", "queues = REST, Qb")
	wantQueues := []Queue{{"D1", "/d1", 3}, {"other", "/o", 4}, {"REST", "/r", 5}, {"Qb", "/q", 6}}
	if diff := cmp.Diff(wantQueues, cfg.Queues); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
	all := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s"}
	wantProviders := []Provider{{"D1", []string{"49"}, 9}, {"other", []string{"358", "s1"}, 8}, {"REST", all, 0}, {"Qb", all, 0}}
	if diff := cmp.Diff(wantProviders, cfg.Providers); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"other", "D1"}, cfg.Modems[0].Queues); diff != "" {
		t.Errorf("queues of A (-want +got):\n%s", diff)
	}
}

func TestCommunicate(t *testing.T) {
	cfg := mustParse(t, "devices = A", "[A]", "device = x", "[communicate]", "a0 = AT", "A9 = ATI")
	if cfg.Communicate[0] != "AT" || cfg.Communicate[9] != "ATI" {
		t.Errorf("Communicate = %q", cfg.Communicate)
	}
}

func TestSetListsExplicitSettings(t *testing.T) {
	cfg, _ := Parse([]byte(strings.Join([]string{"Spool = /o", "devices = A", "autosplit = 9", "nonsense = 1", "[A]", "device = x",
		"read_timeout_cmgs = 2", "[default]", "pin = 1", "[unused]", "pin = 2"}, "\n")), Options{})
	want := []Use{
		{"outgoing", "Spool", GlobalScope, "", 1}, {"devices", "devices", GlobalScope, "", 2},
		{"device", "device", ModemScope, "A", 6}, {"read_timeout_XXX", "read_timeout_cmgs", ModemScope, "A", 7},
		{"pin", "pin", ModemScope, "default", 9},
	}
	if diff := cmp.Diff(want, cfg.Set()); diff != "" {
		t.Errorf("Set() (-want +got):\n%s", diff)
	}
	got := cfg.Unhonoured(func(scope Scope, name string) bool { return scope == GlobalScope || name != "pin" })
	wantProblems := []Problem{{9, "default", "pin", Warning, "setting pin has no effect here; remove the line if it is not needed"}}
	if diff := cmp.Diff(wantProblems, got); diff != "" {
		t.Errorf("Unhonoured() (-want +got):\n%s", diff)
	}
	if m := cfg.Modems[0]; m.SetAt("read_timeout_cmgs") != 7 || m.SetAt("pin") != 9 || m.SetAt("init") != 0 {
		t.Errorf("SetAt: %d, %d, %d; want 7, 9, 0", m.SetAt("read_timeout_cmgs"), m.SetAt("pin"), m.SetAt("init"))
	}
}
