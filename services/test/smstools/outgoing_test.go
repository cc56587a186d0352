// Package smstools compares whole gateways with what the real smsd was recorded
// to do (its version 3.1.21).
package smstools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/boot"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is a directory with a configuration of smsd and a simulated modem.
type host struct {
	dir   string
	modem *sim.Modem
	gw    *gateway.Gateway
}

// start runs a gateway with a recorded configuration, unchanged.
func start(t *testing.T, config string, modem sim.Config) *host {
	t.Helper()
	h := &host{dir: t.TempDir()}
	var said strings.Builder
	cfg, err := boot.FromSmsd(truth.Place(t, h.dir, truth.Config(t, config)), &said)
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	cfg.Host, cfg.PIDFile = "test", ""
	cfg.Spool.IncludeFrom = []string{truth.IncludeDir(t)}
	for i, d := range cfg.Modems {
		m := gateway.Modem(t, d.Device, truth.Identify(modem, d.Name, i))
		if i == 0 {
			h.modem = m
		}
	}
	h.gw = gateway.Start(t, cfg)
	return h
}

// sentinel is a file that is sent after the one under test, so that there is an
// end to waiting for nothing.
const sentinel = "zzz-sentinel"

// send drops the file of a case and waits for what becomes of it.
func (h *host) send(t *testing.T, c *truth.Outgoing) truth.Observed {
	t.Helper()
	name := c.FileName(t)
	outgoing := filepath.Join(h.dir, "outgoing")
	gateway.Drop(t, outgoing, name, c.Data(t))
	if c.Left() {
		gateway.Drop(t, outgoing, sentinel, []byte("To: 358401234567\n\nsentinel\n"))
		gateway.Wait(t, "the sentinel", func() bool { return gateway.Files(t, filepath.Join(h.dir, "sent"))[sentinel] != "" })
		if _, err := os.Lstat(filepath.Join(outgoing, name)); err != nil {
			t.Fatalf("the file was not left in outgoing: %v", err)
		}
		return truth.Observed{Outcome: truth.LeftInOutgoing}
	}
	var o truth.Observed
	gateway.Wait(t, "an outcome", func() bool { return h.outcome(t, &o) })
	h.gw.Stop()
	for _, r := range h.modem.Records() {
		o.PDUs = append(o.PDUs, truth.WithoutReference(r.HexPDU))
	}
	return o
}

// outcome looks for the file in its final places.
func (h *host) outcome(t *testing.T, o *truth.Observed) bool {
	t.Helper()
	calls := h.calls()
	if len(calls) == 0 {
		return false
	}
	for _, dir := range []string{"sent", "failed"} {
		for file, content := range gateway.Files(t, filepath.Join(h.dir, dir)) {
			*o = truth.ObservedFile(dir, file, strings.ReplaceAll(content, truth.IncludeDir(t), "@INCLUDE@"))
			o.Calls = calls
			return true
		}
	}
	*o = truth.Observed{Outcome: "deleted", Calls: calls}
	return len(gateway.Files(t, filepath.Join(h.dir, "checked"))) == 0
}

// calls are those of the event handler.
func (h *host) calls() []string {
	data, _ := os.ReadFile(filepath.Join(h.dir, "calls"))
	if len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(truth.Call(string(data), h.dir)), "\n")
}

// TestOutgoing runs every recorded case and wants the same PDUs, the same file
// and the same calls of the event handler, except where the table of divergences
// says what is better.
func TestOutgoing(t *testing.T) {
	known := map[string]bool{}
	for _, c := range truth.LoadOutgoing(t) {
		known[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			h := start(t, c.Config, sim.Config{AnyLength: c.Options.AnyLength, Rules: c.ModemRules(t)})
			got, want := h.send(t, c), c.Expected(t)
			if d, ok := truth.Divergences[c.Name]; ok {
				d.Check(t, c, got, want)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("not as recorded (-smsd +viesti):\n%s", diff)
			}
		})
	}
	for name := range truth.Divergences {
		if !known[name] {
			t.Errorf("divergence %s is about no recorded case", name)
		}
	}
}
