package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/warthog618/sms"

	"github.com/viesti-sms/viesti/services/internal/boot"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/modem"
	"github.com/viesti-sms/viesti/services/spool"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// inProcess starts a gateway with one simulated modem in this process.
func inProcess(t *testing.T, cfg sim.Config) *site {
	t.Helper()
	s := newSite(t)
	s.plug(cfg)
	sp := spool.DefaultConfig()
	sp.Outgoing, sp.Checked, sp.Sent, sp.Failed = s.path("outgoing"), s.path("checked"), s.path("sent"), s.path("failed")
	sp.Incoming, sp.Report, sp.TrustOutgoing = s.path("incoming"), s.path("report"), true
	sp.IncomingUTF8, sp.DecodeUnicodeText = true, true
	d := modem.DefaultDevice()
	d.Name, d.Device = "SIM1", s.path("modem")
	gateway.Start(t, &boot.Config{Host: "test", Spool: &sp, Modems: []modem.Device{d}})
	return s
}

// TestPhoneReassembles sends a text of three parts and one with emoji, and reads
// them with an independent decoder, as a phone would.
func TestPhoneReassembles(t *testing.T) {
	t.Parallel()
	s := inProcess(t, sim.Config{})
	long := strings.TrimSpace(strings.Repeat("All work and no play makes Jack a dull boy. ", 10))
	emoji := strings.TrimSpace(strings.Repeat("Hyvää syntymäpäivää 🎂 👩‍👩‍👧‍👦 🇫🇮! ", 6))
	for name, text := range map[string]string{"long": long, "emoji": emoji} {
		gateway.Drop(t, s.path("outgoing"), name, []byte("To: 358401234567\nAlphabet: UTF-8\n\n"+text))
	}
	s.sent("long")
	s.sent("emoji")

	got := phone(t, s.modem.Records())
	if len(got) != 2 || !got[long] || !got[emoji] {
		t.Errorf("the phone shows %v", got)
	}
	if n := len(s.modem.Records()); n < 3+2 {
		t.Errorf("%d parts, want at least 5", n)
	}
}

// phone reassembles what reached the network.
func phone(t *testing.T, records []sim.Record) map[string]bool {
	t.Helper()
	collector := sms.NewCollector()
	defer collector.Close()
	texts := map[string]bool{}
	for _, r := range records {
		p, err := sms.Unmarshal(r.TPDU, sms.AsMO)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := collector.Collect(*p)
		if err != nil {
			t.Fatal(err)
		}
		if parts == nil {
			continue
		}
		text, err := sms.Decode(parts)
		if err != nil {
			t.Fatal(err)
		}
		texts[string(text)] = true
	}
	return texts
}

// TestLoopBack sends a message to the modem's own number with a report: it comes
// back as a file in incoming, and its report as one in report; the SIM is empty
// then.
func TestLoopBack(t *testing.T) {
	t.Parallel()
	s := inProcess(t, sim.Config{Number: "358400000001"})
	gateway.Drop(t, s.path("outgoing"), "loop", []byte("To: 358400000001\nReport: yes\n\nTo myself: åäö €\n"))
	s.sent("loop")
	gateway.Wait(t, "the message and its report", func() bool {
		return len(gateway.Files(t, s.path("incoming"))) == 1 && len(gateway.Files(t, s.path("report"))) == 1
	})
	for _, content := range gateway.Files(t, s.path("incoming")) {
		if !strings.HasSuffix(content, "\n\nTo myself: åäö €") || !strings.Contains(content, "From: 358400000001\n") {
			t.Errorf("incoming:\n%s", content)
		}
	}
	for _, content := range gateway.Files(t, s.path("report")) {
		if !strings.Contains(content, "Message_id: 1\n") || !strings.HasSuffix(content, "Status: 0,Ok,short message received by the SME") {
			t.Errorf("report:\n%s", content)
		}
	}
}

// TestDeferred sends a message at its time, and shows until when one is valid that
// no modem takes.
func TestDeferred(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	config := s.config("viesti.yaml", "state: $DIR/state\nqueues:\n  - {name: served, prefixes: ['358']}\n  - {name: nobody, prefixes: ['1']}\n"+
		strings.Replace(modemSection, "device:", "queues: [served]\n    device:", 1))
	s.plug(sim.Config{})
	s.start("viestid", "--config", config).Until("modem ready")
	before := time.Now()
	id := s.viesti("send", "--at", "1500ms", "358401234567", "later")
	if state := s.viesti("message", id); !strings.Contains(state, ": deferred") {
		t.Errorf("before its time:\n%s", state)
	}
	gateway.Wait(t, "the deferred message", func() bool { return strings.Contains(s.viesti("message", id), ": sent") })
	if took := time.Since(before); took < 1500*time.Millisecond {
		t.Errorf("sent after %v", took)
	}
	id = s.viesti("send", "--at", "100ms", "--validity", "1m", "1234567", "for nobody")
	if state := s.viesti("message", id); !strings.Contains(state, "valid until") {
		t.Errorf("its validity is not shown:\n%s", state)
	}
}
