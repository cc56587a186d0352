package conversation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
)

// initialisation returns what was given before the worker began its work, which
// is to ask for the state and to look for messages.
func initialisation(lines []string) []string {
	end := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "AT+CGREG?") || strings.HasPrefix(line, "AT+CMGL")
	})
	if end < 0 {
		return lines
	}
	lines = lines[:end]
	if n := len(lines); n > 0 && lines[n-1] == "AT+CREG?" {
		lines = lines[:n-1]
	}
	return lines
}

// plain is what a modem is given with nothing but a device in smsd.conf, by the
// steps of smstools spec §7.5. AT+CMEE? makes sure that the answer to AT is not
// an earlier one's, maker and model tell the family, and the last five are what
// smsd does not ask; services/doc/divergences-smstools.md has them.
var plain = []string{
	"AT", "AT+CMEE?", // 2
	"ATE0", "AT+CMEE=1", // 5, 6
	"AT+CGMI", "AT+CGMM",
	"AT+CPIN?",           // 7
	"AT+CSQ",             // 9
	"AT+CREG?",           // 10
	"AT+CMGF=0",          // 11
	"AT+CGSN", "AT+CIMI", // 13
	"AT+CGMR", "AT+CCID", "AT+CMMS=?",
}

// receiving is what is added with incoming = yes.
var receiving = []string{"AT+CSMS=1", "AT+CNMI=2,1,2,1,0"}

// without leaves commands out.
func without(lines []string, commands ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(commands, line) })
}

// before puts commands in front of another one.
func before(lines []string, command string, more ...string) []string {
	return slices.Insert(slices.Clone(lines), slices.Index(lines, command), more...)
}

// after puts commands behind another one.
func after(lines []string, command string, more ...string) []string {
	return slices.Insert(slices.Clone(lines), slices.Index(lines, command)+1, more...)
}

// instead replaces a command.
func instead(lines []string, command string, more ...string) []string {
	return without(before(lines, command, more...), command)
}

// TestInitialisation runs a worker with each setting of smstools spec §7.5, and
// without any, and compares everything that the modem is given.
func TestInitialisation(t *testing.T) {
	b := newBus(t)
	incoming := slices.Concat(before(plain, "AT+CMMS=?", "AT+CPMS?"), receiving)
	for name, c := range map[string]struct {
		sim   sim.Config
		lines []string
		want  []string
	}{
		"nothing set":         {want: plain},
		"start (0)":           {lines: []string{"start = AT+GCAP"}, want: before(plain, "AT", "AT+GCAP")},
		"wakeup_init (1)":     {lines: []string{"wakeup_init = ATI"}, want: before(plain, "AT", "ATI")},
		"needs_wakeup_at (1)": {lines: []string{"needs_wakeup_at = yes"}, want: before(plain, "AT", "AT")},
		"numeric answers (3)": {
			sim:  sim.Config{Rules: rules(t, `[{"stage":"command","match":"^AT$","action":"reply","reply":"0","times":1}]`)},
			want: after(plain, "AT+CMEE?", "ATV1"),
		},
		"check_sim (4)":     {lines: []string{"check_sim = yes"}, want: before(plain, "AT+CPIN?", "AT+CPIN?")},
		"check_sim_cmd (4)": {lines: []string{"check_sim = once", "check_sim_cmd = AT+CIMI"}, want: before(plain, "AT+CPIN?", "AT+CIMI")},
		"check_sim_reset (4)": {
			sim:   sim.Config{Rules: rules(t, `[{"stage":"command","match":"CPIN","action":"reply","reply":"+CME ERROR: 10","times":2}]`)},
			lines: []string{"check_sim = yes", "check_sim_wait = 0", "check_sim_reset = AT+CFUN=4[0]AT+CFUN=1"},
			want:  before(plain, "AT+CPIN?", "AT+CPIN?", "AT+CFUN=4", "AT+CFUN=1", "AT+CPIN?", "AT+CFUN=4", "AT+CFUN=1", "AT+CPIN?"),
		},
		"pre_init = no (5, 6)":     {lines: []string{"pre_init = no"}, want: without(plain, "ATE0", "AT+CMEE=1")},
		"loglevel_lac_ci (6)":      {lines: []string{"global: loglevel = 7", "loglevel_lac_ci = 6"}, want: instead(plain, "AT+CMEE=1", "AT+CMEE=1;+CREG=2")},
		"loglevel_lac_ci too high": {lines: []string{"global: loglevel = 5", "loglevel_lac_ci = 6"}, want: plain},
		"pin (7)": {
			sim: sim.Config{PIN: "0123"}, lines: []string{"pin = 0123"},
			want: after(plain, "AT+CPIN?", `AT+CPIN="0123"`, "AT+CPIN?"),
		},
		"pin that is not wanted (7)": {lines: []string{"pin = 0123"}, want: plain},
		"pin = ignore (7)":           {lines: []string{"pin = ignore"}, want: without(plain, "AT+CPIN?")},
		"init (8)":                   {lines: []string{`init = AT+CSCS="GSM"`}, want: before(plain, "AT+CSQ", `AT+CSCS="GSM"`)},
		"init and init2 (8)": {
			lines: []string{`init = AT+CSCS="GSM"`, "init2 = AT+CSMS=0"},
			want:  before(plain, "AT+CSQ", `AT+CSCS="GSM"`, "AT+CSMS=0"),
		},
		"init is tried twice (8)": {
			sim:   sim.Config{Rules: rules(t, `[{"stage":"command","match":"CSCS=","action":"reply","reply":"ERROR","times":1}]`)},
			lines: []string{`init = AT+CSCS="GSM"`}, want: before(plain, "AT+CSQ", `AT+CSCS="GSM"`, `AT+CSCS="GSM"`),
		},
		"status_signal_quality = no (9)": {lines: []string{"status_signal_quality = no"}, want: without(plain, "AT+CSQ")},
		"check_network = 0 (10)":         {lines: []string{"check_network = 0"}, want: without(plain, "AT+CREG?")},
		"check_network = 2 (10)":         {lines: []string{"check_network = 2"}, want: without(plain, "AT+CREG?")},
		"select_pdu_mode = no (11)":      {lines: []string{"select_pdu_mode = no"}, want: without(plain, "AT+CMGF=0")},
		"PDU mode is tried twice (11)": {
			sim:  sim.Config{Rules: rules(t, `[{"stage":"command","match":"CMGF=","action":"reply","reply":"ERROR","times":1}]`)},
			want: before(plain, "AT+CMGF=0", "AT+CMGF=0"),
		},
		"smsc (12)":                  {lines: []string{"smsc = 358501234567"}, want: before(plain, "AT+CGSN", `AT+CSCA="+358501234567"`)},
		"smsc_pdu (12)":              {lines: []string{"smsc = 358501234567", "smsc_pdu = yes"}, want: plain},
		"incoming (14)":              {lines: []string{"incoming = yes"}, want: incoming},
		"incoming = high (14)":       {lines: []string{"incoming = high"}, want: incoming},
		"incoming with CNMI in init": {lines: []string{"incoming = yes", "init = AT+CNMI=1,1"}, want: before(without(incoming, "AT+CNMI=2,1,2,1,0"), "AT+CSQ", "AT+CNMI=1,1")},
		"routed_status_report_cnma":  {lines: []string{"incoming = yes", "routed_status_report_cnma = no"}, want: without(incoming, "AT+CSMS=1")},
		"primary_memory in use":      {lines: []string{"incoming = yes", "primary_memory = SM"}, want: incoming},
		"primary_memory is another":  {lines: []string{"incoming = yes", "primary_memory = ME"}, want: after(incoming, "AT+CPMS?", `AT+CPMS="ME"`)},
		"two memories":               {lines: []string{"incoming = yes", "primary_memory = SM", "secondary_memory = ME"}, want: incoming},
		"check_memory_method = 31":   {lines: []string{"incoming = yes", "check_memory_method = 31"}, want: incoming},
		"report_device_details (15)": {
			lines: []string{"report_device_details = yes"},
			want: slices.Concat(plain, []string{"AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CNMI=?", "AT+CNMI?", "AT+CPMS=?", "AT+CPMS?", "AT+CMMS=?",
				"AT+CSMS?", "AT+CSCS=?", "AT+CPBS=?", "AT+COPS?"}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, b, c.sim, c.lines, nil)
			r.wait(t, "AT+COPS?", 1)
			if name == "report_device_details (15)" {
				r.wait(t, "AT+CGREG?", 1)
			}
			r.stop()
			if diff := cmp.Diff(c.want, initialisation(r.All())); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInitialisationOfAFamily has what profile: auto adds, and none takes away.
func TestInitialisationOfAFamily(t *testing.T) {
	b := newBus(t)
	zte := sim.Config{Manufacturer: "ZTE INCORPORATED", Model: "MF190"}
	lines := []string{"incoming = yes"}
	incoming := slices.Concat(before(plain, "AT+CMMS=?", "AT+CPMS?"), receiving)
	for name, c := range map[string]struct {
		profile string
		want    []string
	}{
		"auto": {"auto", after(before(incoming, "AT+CSQ", "AT+CPMS?", "AT+ZOPRT=5"), "AT+CGMM", "AT+CPMS?")},
		"none": {"none", before(without(incoming, "AT+CGMI", "AT+CGMM"), "AT+CGMR", "AT+CGMI", "AT+CGMM")},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, b, zte, lines, func(d *modem.Device) { d.Profile = c.profile })
			r.wait(t, "AT+COPS?", 1)
			r.stop()
			if diff := cmp.Diff(c.want, initialisation(r.All())); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStopCommand gives stop when the worker ends, and not before.
func TestStopCommand(t *testing.T) {
	r := run(t, newBus(t), sim.Config{}, []string{"stop = AT+CFUN=4"}, nil)
	r.wait(t, "AT+COPS?", 1)
	r.wait(t, "AT+CSQ", 2)
	if n := r.Count("AT+CFUN=4"); n != 0 {
		t.Errorf("stop was given %d times while the worker ran", n)
	}
	r.stop()
	if lines := r.All(); lines[len(lines)-1] != "AT+CFUN=4" {
		t.Errorf("the last command is %q", lines[len(lines)-1])
	}
}

func rules(t *testing.T, json string) []sim.Rule {
	t.Helper()
	r, err := sim.ParseRules([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
