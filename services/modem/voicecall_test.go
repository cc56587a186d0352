package modem

import (
	"slices"
	"strings"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestVoiceCall: whatever comes of a call, it counts as sent, with its result.
func TestVoiceCall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		result string
		change func(*Device)
		plan   []sim.Call
		want   []string
		failed string
	}{
		"answered":  {"TONE: ring", "OK", nil, nil, []string{"ATD+358401234567;", "AT+CHUP"}, ""},
		"busy":      {"TONE: 1", "BUSY", nil, []sim.Call{{Result: "BUSY"}}, []string{"ATD+358401234567;", "AT+CHUP"}, ""},
		"polled":    {"ring", "OK", func(d *Device) { d.CLCC = true }, nil, []string{"ATD+358401234567;", "AT+CLCC", "AT+CHUP"}, ""},
		"asked":     {"ring", "OK", func(d *Device) { d.CPAS, d.OldHangUp = true, true }, nil, []string{"ATD+358401234567;", "AT+CPAS", "ATH"}, ""},
		"ring only": {"TIME: 1", driverTimeout, func(d *Device) { d.IgnoreResponse = true }, nil, []string{"ATD+358401234567;", "AT+CHUP"}, ""},
		"tones":     {"1 1,#", "OK", func(d *Device) { d.VTSList, d.VTSQuoted = true, true }, nil, []string{"ATD+358401234567;", `AT+VTS="1,#"`, "AT+CHUP"}, ""},
		"endless":   {"101 1", "", nil, nil, nil, "voice call"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			g := newHeard()
			r.worker("modem1", sim.Config{OnCommand: g.Add, Calls: c.plan}, c.change)
			r.submit("call", c.text, func(s *message.Submission) { s.Kind = message.Voicecall })
			switch k := r.final("call").(type) {
			case life.Sent:
				if c.failed != "" || k.Result != c.result || len(k.Parts) != 0 {
					t.Errorf("sent with the result %q, parts %v", k.Result, k.Parts)
				}
			case life.Failed:
				if c.failed == "" || !strings.Contains(k.Reason, c.failed) {
					t.Errorf("failed: %s", k.Reason)
				}
			}
			for _, command := range c.want {
				if g.Given(command) != 1 {
					t.Errorf("%s was given %d times", command, g.Given(command))
				}
			}
		})
	}
}

// TestCallOfAModemThatVanishes: another host's modem makes the call, and does not wait
// until the first one must have given up.
func TestCallOfAModemThatVanishes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := newHeard()
	r.worker("A", sim.Config{OnCommand: g.Add, Rules: rules(t, `[{"stage":"command","match":"ATD","action":"drop","delay":"1h"}]`)}, slow)
	r.submit("call", "ring", func(s *message.Submission) { s.Kind = message.Voicecall })
	g.wait(t, "ATD+358401234567;", 1)
	r.worker("B", sim.Config{}, slow)
	if s := r.sent("call"); s.Result != "OK" || !s.MaybeDuplicated {
		t.Errorf("sent event: %+v", s)
	}
}

const driverTimeout = "Timeout"

func TestVoiceCallSettings(t *testing.T) {
	t.Parallel()
	if p := (VoiceCalls{CPAS: true, CLCC: true}).problems(); len(p) != 1 {
		t.Errorf("problems are %q", p)
	}
	if p := (VoiceCalls{CPAS: true}).problems(); !slices.Equal(p, nil) {
		t.Errorf("problems are %q", p)
	}
}
