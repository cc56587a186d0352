package conversation_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
)

func pattern(text string) *regexp.Regexp { return regexp.MustCompile(text) }

// TestQuirks lets simulated modems do what real ones do.
func TestQuirks(t *testing.T) {
	for _, q := range quirks {
		if q.test != nil {
			t.Run(q.name, q.test)
		}
	}
}

// families are the rows of the specification of modems, and how many quirks each
// has: what its columns name, one by one.
var families = map[string]int{
	"Huawei": 16, "ZTE": 8, "SIMCom": 12, "SIMCom LTE": 7, "Quectel": 7, "Quectel M": 6, "Telit": 7, "Wavecom": 7, "u-blox": 7,
	"Siemens": 7, "Qualcomm": 4, "Phones": 1,
	"Rule 1": 1, "Rule 2": 1, "Rule 3": 7, "Rule 4": 6, "Rule 5": 1, "Rule 6": 1, "Rule 7": 1, "Rule 8": 1, "Rule 9": 2,
}

// TestEveryQuirkIsAccountedFor wants each quirk to be tested or to say why it
// cannot be, none twice, and none to be lost from its family.
func TestEveryQuirkIsAccountedFor(t *testing.T) {
	seen, counts := map[string]bool{}, map[string]int{}
	for _, q := range quirks {
		family, text, ok := strings.Cut(q.name, ": ")
		switch {
		case !ok || text == "" || families[family] == 0:
			t.Errorf("%q names no family and quirk", q.name)
		case seen[q.name]:
			t.Errorf("%q is there twice", q.name)
		case (q.test == nil) == (q.why == ""):
			t.Errorf("%q has to be tested or to say why it cannot be", q.name)
		}
		seen[q.name] = true
		counts[family]++
	}
	for family, want := range families {
		if counts[family] != want {
			t.Errorf("%s: %d quirks, want %d", family, counts[family], want)
		}
	}
}

func refusesMethod5(t *testing.T) {
	d := fromSmsd(t, t.TempDir(), "GSM1", "/dev/null", []string{"incoming = yes", "check_memory_method = 5"})
	err := (&modem.Config{Modems: []modem.Device{d}}).Check()
	if err == nil || !strings.Contains(err.Error(), "SIM600") {
		t.Errorf("Check: %v", err)
	}
}

// comesBack has a modem vanish in the middle of its work: the worker opens it
// anew, initialises it from scratch, and sends the message.
func comesBack(cfg sim.Config) func(*testing.T) {
	return func(t *testing.T) {
		b := newBus(t)
		cfg := with(cfg, sim.Rule{Stage: sim.StageCommand, Match: pattern("CMGS"), Action: sim.ActionDrop, Delay: 50 * time.Millisecond, Times: 1})
		r := run(t, b, cfg, []string{"incoming = yes"}, nil)
		r.wait(t, "AT+COPS?", 1)
		submit(t, b, "m1")
		r.wait(t, "AT+CMGS", 2)
		given := r.All()
		first := slices.IndexFunc(given, func(line string) bool { return strings.HasPrefix(line, "AT+CMGS") })
		for _, command := range []string{"AT", "ATE0", "AT+CMEE=1", "AT+CPIN?", "AT+CMGF=0", "AT+CNMI=2,1,2,1,0"} {
			if !slices.Contains(given[first:], command) {
				t.Errorf("%s was not given to the modem that came back: %q", command, given[first:])
			}
		}
		if _, err := r.sim.Wait(t.Context(), 1); err != nil {
			t.Error(err)
		}
	}
}

// sendsOnly has a phone: it sends, and the log says that it may not receive.
func sendsOnly(t *testing.T) {
	b := newBus(t)
	core, logs := observer.New(zapcore.WarnLevel)
	r := runLogged(t, b, sim.Config{Manufacturer: "Nokia", Model: "Nokia N95"}, []string{"incoming = yes"}, nil, zap.New(core))
	r.wait(t, "AT+COPS?", 1)
	submit(t, b, "m1")
	if _, err := r.sim.Wait(t.Context(), 1); err != nil {
		t.Error(err)
	}
	if logs.FilterMessageSnippet("do not hand over what they receive").Len() != 1 {
		t.Errorf("the log says %v", logs.All())
	}
}

// TestPowerTrouble has a modem complain about its supply: the log says so.
func TestPowerTrouble(t *testing.T) {
	core, logs := observer.New(zapcore.ErrorLevel)
	r := runLogged(t, newBus(t), sim.Config{}, []string{"incoming = yes"}, nil, zap.New(core))
	r.wait(t, "AT+COPS?", 1)
	r.sim.URC("UNDER-VOLTAGE WARNNING")
	r.sim.URC(`+CMTI: "SM",1`)
	r.wait(t, "AT+CMGL", 2)
	r.stop()
	if logs.FilterMessageSnippet("power supply").Len() != 1 {
		t.Errorf("the log says %v", logs.All())
	}
}

func submit(t *testing.T, b *bus.Bus, id string) {
	t.Helper()
	s := &message.Submission{
		ID: id, Account: "test", Queue: message.DefaultQueue, Recipient: message.NewAddress("358401234567"),
		Alphabet: message.UTF8, Body: message.NewBody([]byte("hello")), AcceptedAt: time.Now(),
	}
	if err := b.Submit(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}
