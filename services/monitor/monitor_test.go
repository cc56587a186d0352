package monitor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.Local)

// rig is a monitor whose modems and events are made up.
type rig struct {
	*Monitor
	t *testing.T
}

func newRig(t *testing.T, change func(*Config)) rig {
	cfg := DefaultConfig()
	cfg.Directory, cfg.Host, cfg.Modems = t.TempDir(), "here", []string{"GSM1", "LONGNAME2"}
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	m := New(cfg, nil, zap.NewNop())
	m.started = noon
	m.resume()
	return rig{m, t}
}

func (r rig) file(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.cfg.Directory, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

func (r rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Error(err)
	}
}

func modem(host, name string, state life.ModemState) life.ModemStatus {
	return life.ModemStatus{
		State: state, Sent: 20, Failed: 10, SignalDBm: -73, BitErrors: -1, Identity: life.Modem{Host: host, Name: name},
	}
}

// TestStatus: the file is that of smsd, octet for octet; a modem that nobody answers for
// is shown as such.
func TestStatus(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Uptime = true })
	r.events(life.Sent{Parts: make([]life.PartDone, 2)}, life.Failed{})
	r.watch([]life.ModemStatus{modem("here", "GSM1", life.ModemIdle), modem("elsewhere", "LONGNAME2", life.ModemSending)}, noon)
	r.must(r.writeStatus(noon.Add(90 * time.Minute)))
	want := "Status:\t\t26-11-29 13:30:00,\ti" + strings.Repeat("-", 63) + "\n" +
		"GSM1:\t\t26-11-29 12:00:00,\tIdle,\t\t2,\t1,\t0,\tssi: -73 dBm (Excellent), ber: ??\n" +
		"LONGNAME2:\t-,\tUnknown,\t0,\t0,\t0\n" +
		"\nStart:\t\t26-11-29 12:00:00,\tup  1:30\n"
	if got := r.file("status"); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	r.must(r.writeStatus(noon.Add(2 * time.Hour)))
	if got := r.file("status"); got != want {
		t.Errorf("it is written although nothing has changed:\n%s", got)
	}
	r.watch(nil, noon.Add(time.Minute)) // the worker is dead
	r.must(r.writeStatus(noon.Add(2 * time.Hour)))
	if got := r.file("status"); !strings.Contains(got, "GSM1:\t\t26-11-29 12:00:00,\tUnknown,") || !strings.Contains(got, ",\t----") {
		t.Errorf("a dead worker is shown as alive:\n%s", got)
	}
}

// TestStatusColumns: as smsd 3.1.21 does, names of at most six characters get one tab, and
// all of them one more where one is longer.
func TestStatusColumns(t *testing.T) {
	for names, want := range map[string]string{
		"A B":                  "Status:\t26-11-29 13:00:00,\t@\nA:\t-,\tUnknown,\t0,\t0,\t0\nB:\t-,\tUnknown,\t0,\t0,\t0\n",
		"SIX456":               "Status:\t26-11-29 13:00:00,\t@\nSIX456:\t-,\tUnknown,\t0,\t0,\t0\n",
		"MODEM12":              "Status:\t\t26-11-29 13:00:00,\t@\nMODEM12:\t-,\tUnknown,\t0,\t0,\t0\n",
		"A A_NAME_OF_20_CHARS": "Status:\t\t26-11-29 13:00:00,\t@\nA:\t\t-,\tUnknown,\t0,\t0,\t0\nA_NAME_OF_20_CHARS:\t-,\tUnknown,\t0,\t0,\t0\n",
	} {
		r := newRig(t, func(c *Config) { c.Modems = strings.Fields(names) })
		r.must(r.writeStatus(noon.Add(time.Hour)))
		if got, want := r.file("status"), strings.Replace(want, "@", strings.Repeat("-", 64), 1); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", names, got, want)
		}
	}
}

// TestStatusOfOne: bit error rates in the words of smsd, and what is not shown of one
// modem is shown of the others.
func TestStatusOfOne(t *testing.T) {
	line := func(change func(*Config), name string, bitErrors int) string {
		r := newRig(t, change)
		var all []life.ModemStatus
		for _, n := range r.cfg.Modems {
			s := modem("here", n, life.ModemIdle)
			s.BitErrors = bitErrors
			all = append(all, s)
		}
		r.watch(all, noon)
		r.must(r.writeStatus(noon))
		for l := range strings.Lines(r.file("status")) {
			if strings.HasPrefix(l, name) {
				return strings.TrimSpace(l[strings.Index(l, "Idle,"):])
			}
		}
		return ""
	}
	for class, rate := range map[int]string{-1: "??", 0: "< 0.2 %", 1: "0.2 - 0.4 %", 4: "1.6 - 3.2 %", 6: "6.4 - 12.8 %", 7: "> 12.8 %", 8: "??"} {
		if got, want := line(nil, "GSM1", class), "Idle,\t\t0,\t0,\t0,\tssi: -73 dBm (Excellent), ber: "+rate; got != want {
			t.Errorf("class %d: %q, want %q", class, got, want)
		}
	}
	without := func(c *Config) { c.WithoutCounters, c.WithoutBitErrors = []string{"GSM1"}, []string{"LONGNAME2"} }
	for name, want := range map[string]string{
		"GSM1": "Idle,\t\tssi: -73 dBm (Excellent), ber: 0.2 - 0.4 %", "LONGNAME2": "Idle,\t\t0,\t0,\t0,\tssi: -73 dBm (Excellent)",
	} {
		if got := line(without, name, 1); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestStatusCounts: what was sent counts for ever, what failed and arrived since the
// last file of statistics.
func TestStatusCounts(t *testing.T) {
	r := newRig(t, nil)
	r.must(r.writeStatistics(noon))
	r.events(life.Sent{Parts: make([]life.PartDone, 3)}, life.Failed{}, life.Received{})
	shows := func(want string) {
		t.Helper()
		r.must(r.writeStatus(noon))
		if got := r.file("status"); !strings.Contains(got, "GSM1:\t\t-,\tUnknown,\t"+want) {
			t.Errorf("got\n%q\nwant %q", got, want)
		}
	}
	shows("3,\t1,\t1\n")
	r.must(r.writeStatistics(noon.Add(time.Hour)))
	shows("3,\t0,\t0\n")
}

func (r rig) events(kinds ...life.Kind) {
	for _, k := range kinds {
		r.count(&life.Event{Modem: &life.Modem{Host: "here", Name: "GSM1"}, Kind: k})
	}
}

// TestStatistics: files at the end of each interval, as smsd writes them, beginning
// anew each time; what an interrupted interval had counted is not lost.
func TestStatistics(t *testing.T) {
	hour := func(c *Config) { c.Interval, c.NoZeroes = config.Duration(time.Hour), true }
	r := newRig(t, hour)
	r.must(r.writeStatistics(noon.Add(time.Second)))
	r.events(life.Sent{Parts: make([]life.PartDone, 3), SendingTime: 7 * time.Second}, life.Failed{}, life.Received{}, life.Report{})
	r.count(&life.Event{Kind: life.Rejected{}, Subject: &life.Subject{Origin: message.Origin{Host: "here"}}})
	r.count(&life.Event{Kind: life.Rejected{}, Subject: &life.Subject{Origin: message.Origin{Host: "elsewhere"}}})
	r.count(&life.Event{Modem: &life.Modem{Host: "elsewhere", Name: "GSM1"}, Kind: life.Sent{}})
	r.suspend()

	again := newRig(t, func(c *Config) { hour(c); c.Directory = r.cfg.Directory })
	again.must(again.writeStatistics(noon.Add(time.Hour)))
	want := "runtime,rejected\n3599,1\n\nname,succeeded,failed,received,multiple_failed,usage_s,usage_r\nGSM1,1,1,2,0,7,0\nLONGNAME2,0,0,0,0,0,0\n"
	if got := again.file("261129.130000"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again.must(again.writeStatistics(noon.Add(2 * time.Hour)))
	if _, err := os.Stat(filepath.Join(r.cfg.Directory, "261129.140000")); err == nil {
		t.Error("a file without numbers is written")
	}
}

// TestCounters: parts that a modem ever sent, over restarts.
func TestCounters(t *testing.T) {
	r := newRig(t, nil)
	if err := os.WriteFile(filepath.Join(r.cfg.Directory, "GSM1.counter"), []byte("GSM1: 40\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.resume()
	r.events(life.Sent{Parts: make([]life.PartDone, 3)}, life.Failed{Parts: make([]life.PartDone, 1)})
	r.must(r.writeCounters())
	if got := r.file("GSM1.counter"); got != "GSM1: 44\n" {
		t.Errorf("the counter is %q", got)
	}
}

func TestConfigProblems(t *testing.T) {
	for want, c := range map[string]Config{
		"directory is not set":         {StatusInterval: 1},
		"cannot create files":          {Directory: "/no/such/directory", StatusInterval: 1},
		"want whole seconds":           {Directory: t.TempDir(), Interval: 1, StatusInterval: 1},
		"status_interval is 0s, want ": {Directory: t.TempDir()},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}
