package modem

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func rules(t testing.TB, text string) []Rule {
	t.Helper()
	list, err := ParseRules([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestParseRules(t *testing.T) {
	got := rules(t, `[{"stage":"pdu","match":"^00","action":"delay","delay":"1.5s","reply":"x",
		"times":1,"skip":2,"probability":0.5}]`)
	want := []Rule{{
		Stage: StagePDU, Match: regexp.MustCompile("^00"), Action: ActionDelay, Reply: "x",
		Delay: 1500 * time.Millisecond, Times: 1, Skip: 2, Probability: 0.5,
	}}
	same := cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	tests := []string{
		``, `{}`, `[{}]`, `[] []`, `[{"stage":"pdu"}]`, `[{"stage":"x","action":"ok"}]`,
		`[{"stage":"pdu","action":"x"}]`, `[{"stage":"pdu","action":"ok","extra":1}]`,
		`[{"stage":"pdu","action":"ok","match":"("}]`, `[{"stage":"pdu","action":"ok","times":-1}]`,
		`[{"stage":"pdu","action":"ok","delay":5}]`, `[{"stage":"pdu","action":"ok","delay":"x"}]`,
		`[{"stage":"pdu","action":"ok","delay":"-1s"}]`,
		`[{"stage":"pdu","action":"ok","probability":1.5}]`,
	}
	for _, text := range tests {
		if _, err := ParseRules([]byte(text)); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	if _, err := ParseRules([]byte(tests[5])); !errors.Is(err, ErrRule) {
		t.Errorf("got %v", err)
	}
}

func TestParseFates(t *testing.T) {
	got, err := ParseFates([]byte(`[{"match":"9$","reports":[{"after":"1s","status":48}]},{"never":true},{"reject":38}]`))
	if err != nil || len(got) != 3 || got[0].Reports[0] != (Report{time.Second, 48}) || !got[1].Never || got[2].Reject != 38 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{`[{"reject":-1}]`, `[{"x":1}]`, `[{"reports":[{"status":256}]}]`, `[`} {
		if _, err := ParseFates([]byte(text)); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(`[{"stage":"pdu","match":"^00","action":"delay","delay":"1.5s"}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		list, err := ParseRules(in)
		for i := range list {
			if err == nil && list[i].check() != nil {
				t.Errorf("accepted %+v", list[i])
			}
		}
	})
}

// TestRecordedRules reads the rules under which the recorded vectors were made.
func TestRecordedRules(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedVectors(t), "smstools", "outgoing", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	found := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var vector struct {
			Rules json.RawMessage `json:"modem_rules"`
		}
		if err := json.Unmarshal(data, &vector); err != nil {
			t.Fatal(err)
		}
		if vector.Rules == nil {
			continue
		}
		found++
		rules(t, string(vector.Rules))
	}
	if found == 0 {
		t.Error("no vector has rules")
	}
}

// sharedVectors finds the vectors beside the repository.
func sharedVectors(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "..", "shared", "vectors")
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.work above the test")
		}
		dir = filepath.Dir(dir)
	}
}

func TestRulesOnAMessage(t *testing.T) {
	tests := []struct {
		name, rule, answer string
		accepted           bool
		result             string
	}{
		{"error before", `{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38"}`,
			"\r\n+CMS ERROR: 38\r\n", false, "+CMS ERROR: 38"},
		{"ok before", `{"stage":"pdu","action":"ok"}`, "\r\nOK\r\n", false, "OK"},
		{"padded reference", `{"stage":"accepted","action":"reply","reply":"+CMGS:   88\r\n\r\nOK"}`,
			"\r\n+CMGS:   88\r\n\r\nOK\r\n", true, "+CMGS:   88\r\n\r\nOK"},
		{"no reference", `{"stage":"accepted","action":"ok"}`, "\r\nOK\r\n", true, "OK"},
		{"line in between", `{"stage":"pdu","action":"urc","reply":"RING"}`,
			"\r\nRING\r\n" + accepted, true, "OK"},
		{"noise in between", `{"stage":"accepted","action":"garbage","reply":"\u0001\u0002"}`,
			"\x01\x02" + accepted, true, "OK"},
		{"slow", `{"stage":"accepted","action":"slow","delay":"1s"}`, accepted, true, "OK"},
		{"late", `{"stage":"accepted","action":"late","delay":"1s"}`, accepted, true, "OK"},
		{"delay", `{"stage":"pdu","action":"delay","delay":"1s"}`, accepted, true, "OK"},
		{"no match", `{"stage":"pdu","match":"^FF","action":"ok"}`, accepted, true, "OK"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := New(Config{Rules: rules(t, "["+tt.rule+"]")})
				c := dialPipe(t, m).quiet()
				if got := c.submit(plain, tt.answer); got != tt.answer {
					t.Errorf("got %q", got)
				}
				c.want("AT", "\r\nOK\r\n")
				r := m.Records()[0]
				if r.Accepted != tt.accepted || r.Result != tt.result || (r.MR == -1) == tt.accepted {
					t.Errorf("got %+v", r)
				}
			})
		})
	}
}

func TestSilenceTakesTheNextCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"accepted","action":"silence","times":1}]`)})
		c := dialPipe(t, m).quiet()
		c.prompt(plain)
		c.send(plain + "\x1a")
		c.silent(time.Minute)
		c.want("AT", "\r\nOK\r\n")
		if r := m.Records()[0]; !r.Accepted || r.Result != "" {
			t.Errorf("got %+v", r)
		}
		c.submit(plain, "\r\n+CMGS: 2\r\n\r\nOK\r\n")
	})
}

func TestNoPrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"command","match":"^AT\\+CMGS","action":"silence"}]`)})
		c := dialPipe(t, m).quiet()
		c.send("AT+CMGS=19\r")
		c.silent(time.Minute)
		c.send(plain + "\x1a\r")
		c.want("AT", "\r\nOK\r\n")
		if n := m.Journal().Len(); n != 0 {
			t.Errorf("%d records", n)
		}
	})
}

func TestHangEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"command","match":"CSQ","action":"hang","delay":"30s","times":1}]`)})
		c := dialPipe(t, m).quiet()
		c.send("AT+CSQ\r")
		c.silent(10 * time.Second)
		c.send("AT\r")
		m.URC("RING")
		c.silent(25 * time.Second)
		c.want("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
	})
}

func TestHangUntilPowerComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"command","match":"CSQ","action":"hang","times":1}]`)})
		c := dialPipe(t, m).quiet()
		c.send("AT+CSQ\rAT\r")
		c.silent(time.Hour)
		m.PowerCycle()
		c.want("ATE0", "ATE0\r\r\nOK\r\n")
	})
}

func TestDrop(t *testing.T) {
	for _, stage := range []Stage{StageCommand, StagePDU, StageAccepted} {
		m := New(Config{Rules: []Rule{{Stage: stage, Match: regexp.MustCompile("CMGS|^00"), Action: ActionDrop}}})
		c := dialPipe(t, m).quiet()
		c.send("AT+CMGS=19\r")
		if stage != StageCommand {
			c.until("> ")
			c.send(plain + "\x1a")
		}
		if got, err := c.tryUntil("never", patience); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: got %q, %v", stage, got, err)
		}
		if err := c.served(); !errors.Is(err, ErrDropped) {
			t.Errorf("%s: Serve: %v", stage, err)
		}
		if got := m.Records(); stage == StageAccepted && (len(got) != 1 || !got[0].Accepted) {
			t.Errorf("%s: got %+v", stage, got)
		}
	}
}

func TestLateAnswerGoesToTheNextCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"command","match":"CGSN","action":"late","delay":"10s"}]`)})
		c := dialPipe(t, m).quiet()
		c.send("AT+CGSN\r")
		c.silent(5 * time.Second)
		c.want("AT+CGMM", "\r\nSimulated Modem\r\n\r\nOK\r\n")
		start := time.Now()
		c.until("\r\n490154203237518\r\n\r\nOK\r\n")
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("after %v", d)
		}
	})
}

func TestSlowAnswerTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Rules: rules(t, `[{"stage":"command","match":"^AT$","action":"slow","delay":"1s"}]`)})
		c := dialPipe(t, m).quiet()
		start := time.Now()
		c.want("AT", "\r\nOK\r\n")
		if d := time.Since(start); d < 5*time.Second || d > 6*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestGarbageIsRepeatable(t *testing.T) {
	noise := func() string {
		f := newFaults(nil, rand.New(rand.NewPCG(7, 0)))
		return string(f.garbage())
	}
	if a, b := noise(), noise(); a != b || len(a) != 16 {
		t.Errorf("got %x and %x", a, b)
	}
	m := New(Config{Seed: 7, Rules: []Rule{{Stage: StageCommand, Match: regexp.MustCompile("CSQ"), Action: ActionGarbage}}})
	c := dialPipe(t, m).quiet()
	c.want("AT+CSQ", noise()+"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
}

func TestTimesSkipAndOrder(t *testing.T) {
	m := New(Config{Rules: rules(t, `[
		{"stage":"command","match":"CSQ","action":"reply","reply":"FIRST","skip":1,"times":2},
		{"stage":"command","match":"CSQ","action":"reply","reply":"SECOND","times":2}]`)})
	c := dialPipe(t, m).quiet()
	for _, want := range []string{"SECOND", "FIRST", "FIRST", "SECOND", "+CSQ: 20,99\r\n\r\nOK"} {
		c.want("AT+CSQ", "\r\n"+want+"\r\n")
	}
	m.SetRules(Rule{Stage: StageCommand, Action: ActionReply, Reply: "ERROR"})
	c.want("AT", "\r\nERROR\r\n")
	m.SetRules()
	c.want("AT", "\r\nOK\r\n")
}

func TestProbability(t *testing.T) {
	f := newFaults([]Rule{{Stage: StagePDU, Action: ActionOK, Probability: 0.25}}, rand.New(rand.NewPCG(1, 0)))
	fired := 0
	for range 1000 {
		if p := f.plan(StagePDU, "00"); p.end != nil {
			fired++
		}
	}
	if fired < 200 || fired > 300 {
		t.Errorf("fired %d times of 1000", fired)
	}
}
