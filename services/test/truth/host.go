package truth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/boot"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// Host is a directory with a configuration of smsd, simulated modems, and a gateway
// that runs it.
type Host struct {
	Dir string
	// Modem is the first one, Modems are all by name.
	Modem   *sim.Modem
	Modems  map[string]*sim.Modem
	Gateway *gateway.Gateway
	// calls and records are how many of each were there before the case at hand.
	calls, records int
}

// Start runs a gateway with an smsd.conf, unchanged but for what smsd.conf cannot say
// and change, which may shorten times.
func Start(t testing.TB, conf string, modem sim.Config, change ...func(*boot.Config)) *Host {
	t.Helper()
	return StartIn(t, t.TempDir(), conf, modem, change...)
}

// StartIn is Start in a directory of the caller's.
func StartIn(t testing.TB, dir, conf string, modem sim.Config, change ...func(*boot.Config)) *Host {
	t.Helper()
	h := &Host{Dir: dir, Modems: map[string]*sim.Modem{}}
	var said strings.Builder
	cfg, err := boot.FromSmsd(Place(t, h.Dir, conf), &said)
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	cfg.Host, cfg.PIDFile = "test", ""
	cfg.Spool.IncludeFrom = []string{IncludeDir(t)}
	for _, f := range change {
		f(cfg)
	}
	for i, d := range cfg.Modems {
		identified := Identify(modem, d.Name, i)
		if modem.Network != nil {
			identified.Network = modem.Network
		}
		m := gateway.Modem(t, d.Device, identified)
		h.Modems[d.Name] = m
		if i == 0 {
			h.Modem = m
		}
	}
	h.Gateway = gateway.Start(t, cfg)
	return h
}

// Path is the path of a file below the directory.
func (h *Host) Path(name string) string { return filepath.Join(h.Dir, name) }

// Calls are those of the event handler.
func (h *Host) Calls() []string {
	data, _ := os.ReadFile(h.Path("calls"))
	if len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(Call(string(data), h.Dir)), "\n")
}

// sentinel is a file that is sent after the one under test, so that there is an
// end to waiting for nothing.
const sentinel = "zzz-sentinel"

// Send drops the file of a case, waits for what becomes of it, and stops the gateway.
func (h *Host) Send(t testing.TB, c *Outgoing) Observed {
	t.Helper()
	name := c.FileName(t)
	outgoing := h.Path("outgoing")
	gateway.Drop(t, outgoing, name, c.Data(t))
	if c.Left() {
		gateway.Drop(t, outgoing, sentinel, []byte("To: 358401234567\n\nsentinel\n"))
		gateway.Wait(t, "the sentinel", func() bool { return gateway.Files(t, h.Path("sent"))[sentinel] != "" })
		if _, err := os.Lstat(filepath.Join(outgoing, name)); err != nil {
			t.Fatalf("the file was not left in outgoing: %v", err)
		}
		return Observed{Outcome: LeftInOutgoing}
	}
	var o Observed
	gateway.Wait(t, "an outcome", func() bool { return h.outcome(t, &o) })
	h.Gateway.Stop()
	o.PDUs = h.pdus()
	return o
}

// sendNext is Send of one of several cases, one after the other: the gateway goes on, and
// the modem counts from the beginning. What came too late from the case before, if
// anything does, is found with this one, where it does not belong.
func (h *Host) sendNext(t testing.TB, c *Outgoing) Observed {
	t.Helper()
	h.Modem.SetReference(0)
	gateway.Drop(t, h.Path("outgoing"), c.FileName(t), c.Data(t))
	var o Observed
	gateway.Wait(t, "an outcome", func() bool { return h.outcome(t, &o) })
	o.PDUs = h.pdus()
	h.calls, h.records = h.calls+len(o.Calls), h.records+len(o.PDUs)
	for _, dir := range []string{"sent", "failed"} {
		for file := range gateway.Files(t, h.Path(dir)) {
			if err := os.Remove(filepath.Join(h.Path(dir), file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return o
}

// pdus are those of the case at hand that reached the modem.
func (h *Host) pdus() (pdus []string) {
	for _, r := range h.Modem.Records()[h.records:] {
		pdus = append(pdus, WithoutReference(r.HexPDU))
	}
	return pdus
}

// outcome looks for the only file in its final places.
func (h *Host) outcome(t testing.TB, o *Observed) bool {
	t.Helper()
	calls := h.Calls()[h.calls:]
	if len(calls) == 0 {
		return false
	}
	for _, dir := range []string{"sent", "failed"} {
		for file, content := range gateway.Files(t, h.Path(dir)) {
			*o = ObservedFile(dir, file, strings.ReplaceAll(content, IncludeDir(t), "@INCLUDE@"))
			o.Calls = calls
			return true
		}
	}
	*o = Observed{Outcome: "deleted", Calls: calls}
	return len(gateway.Files(t, h.Path("checked"))) == 0
}

// Reenact runs a recorded case and wants the same PDUs, the same file and the same
// calls of the event handler, except where the table of divergences says what is
// better.
func (c *Outgoing) Reenact(t testing.TB) {
	t.Helper()
	h := Start(t, Config(t, c.Config), sim.Config{AnyLength: c.Options.AnyLength, Rules: c.ModemRules(t)})
	c.compare(t, h.Send(t, c))
}

// compare wants what was recorded, or what the table of divergences says is better.
func (c *Outgoing) compare(t testing.TB, got Observed) {
	t.Helper()
	want := c.Expected(t)
	if d, ok := Divergences[c.Name]; ok {
		d.Check(t, c, got, want)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as recorded (-smsd +viesti):\n%s", diff)
	}
}

// basis is the configuration that most cases were recorded with.
const basis = "base"

// Ordinary says whether the case needs nothing of its own: it was recorded with the usual
// configuration and a modem that does what it should, and ends as the recording does.
func (c *Outgoing) Ordinary() bool {
	_, diverges := Divergences[c.Name]
	return c.Config == basis && len(c.Rules) == 0 && !c.Options.AnyLength && !diverges && (c.Outcome == "sent" || c.Outcome == "failed")
}

// ReenactAll runs ordinary cases in one gateway, one after the other, as smsd was
// recorded. A case that does not end ends them all.
func ReenactAll(t *testing.T, cases []*Outgoing) {
	t.Helper()
	h := Start(t, Config(t, basis), sim.Config{})
	for _, c := range cases {
		ended := false
		t.Run(c.Name, func(t *testing.T) {
			got := h.sendNext(t, c)
			ended = true
			c.compare(t, got)
		})
		if !ended {
			t.Fatalf("%s did not end; the cases after it were not run", c.Name)
		}
	}
	h.Gateway.Stop()
	if more := len(h.Calls()) - h.calls + len(h.Modem.Records()) - h.records; more != 0 {
		t.Errorf("%d calls and PDUs came after the last case", more)
	}
}
