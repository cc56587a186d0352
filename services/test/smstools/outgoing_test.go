// Package smstools compares whole gateways with what the real smsd was recorded
// to do (its version 3.1.21).
package smstools

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/boot"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// observed is what a gateway did with one file.
type observed struct {
	Outcome string
	Reason  string
	PDUs    []string
	Dir     string
	Name    string
	Content string
	Calls   []string
}

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
	vectors := filepath.Join(gateway.Shared(t), "vectors/smstools")
	conf, err := os.ReadFile(filepath.Join(vectors, "configs", config+".conf"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(h.dir, "smsd.conf")
	write(t, path, strings.ReplaceAll(string(conf), "@DIR@", h.dir), 0o644)
	write(t, filepath.Join(h.dir, "eventhandler"), "#!/bin/sh\nshift 0\necho \"$1|$2|${3:-}${4:+ $4}${5:+ $5}${6:+ $6}\" >> "+h.dir+"/calls\n", 0o755)
	for _, dir := range directories(string(conf)) {
		if err := os.MkdirAll(filepath.Join(h.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(h.dir, "blacklist"), recordedBlacklist, 0o644)
	write(t, filepath.Join(h.dir, "whitelist"), recordedWhitelist, 0o644)
	var said strings.Builder
	cfg, err := boot.FromSmsd(path, &said)
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	cfg.Host, cfg.PIDFile = "test", ""
	cfg.Spool.IncludeFrom = []string{filepath.Join(vectors, "include")}
	// The recorded network answered no reports.
	modem.Network = sim.NewNetwork(sim.NetworkConfig{Fates: []sim.Fate{{Never: true}}})
	for i, d := range cfg.Modems {
		modem.Name = d.Name
		modem.IMSI, modem.IMEI = fmt.Sprintf("24405000000000%d", i+1), fmt.Sprintf("35000000000000%d", i+1)
		m := gateway.Modem(t, d.Device, modem)
		if i == 0 {
			h.modem = m
		}
	}
	h.gw = gateway.Start(t, cfg)
	return h
}

// directories are those that a configuration names below its own.
func directories(conf string) []string {
	dirs := []string{"outgoing", "checked", "incoming", "sent", "failed", "report", "saved"}
	for _, line := range strings.Split(conf, "\n") {
		if _, dir, ok := strings.Cut(line, "= @DIR@/"); ok && !strings.Contains(line, "file") && !strings.Contains(line, "device") &&
			!strings.Contains(line, "handler") && !strings.Contains(line, "list") {
			dirs = append(dirs, strings.TrimSpace(dir))
		}
	}
	return dirs
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// sentinel is a file that is sent after the one under test, so that there is an
// end to waiting for nothing.
const sentinel = "zzz-sentinel"

// send drops the file of a case and waits for what becomes of it.
func (h *host) send(t *testing.T, c *outgoingCase) observed {
	t.Helper()
	name := c.name(t)
	outgoing := filepath.Join(h.dir, "outgoing")
	gateway.Drop(t, outgoing, name, c.input(filepath.Join(gateway.Shared(t), "vectors/smstools/include")))
	if strings.HasPrefix(c.Outcome, "left in outgoing") {
		gateway.Drop(t, outgoing, sentinel, []byte("To: 358401234567\n\nsentinel\n"))
		gateway.Wait(t, "the sentinel", func() bool { return gateway.Files(t, filepath.Join(h.dir, "sent"))[sentinel] != "" })
		if _, err := os.Lstat(filepath.Join(outgoing, name)); err != nil {
			t.Fatalf("the file was not left in outgoing: %v", err)
		}
		return observed{Outcome: "left in outgoing"}
	}
	var o observed
	gateway.Wait(t, "an outcome", func() bool { return h.outcome(t, name, &o) })
	h.gw.Stop()
	for _, r := range h.modem.Records() {
		o.PDUs = append(o.PDUs, withoutReference(r.HexPDU))
	}
	return o
}

// randomName is a file name made by the gateway.
var randomName = regexp.MustCompile(`\b(GSM1|smsd)\.[A-Z2-7]{6}(\||$)`)

// outcome looks for the file in its final places.
func (h *host) outcome(t *testing.T, name string, o *observed) bool {
	t.Helper()
	calls, _ := os.ReadFile(filepath.Join(h.dir, "calls"))
	if len(calls) == 0 {
		return false
	}
	o.Calls = strings.Split(strings.TrimSpace(randomName.ReplaceAllString(strings.ReplaceAll(string(calls), h.dir, "@DIR@"), "$1.XXXXXX$2")), "\n")
	for _, dir := range []string{"sent", "failed"} {
		for file, content := range gateway.Files(t, filepath.Join(h.dir, dir)) {
			content = strings.ReplaceAll(content, filepath.Join(gateway.Shared(t), "vectors/smstools/include"), "@INCLUDE@")
			*o = observed{Outcome: dir, Dir: dir, Name: randomName.ReplaceAllString(file, "$1.XXXXXX$2"), Content: normalise(content), Calls: o.Calls}
			if _, reason, ok := strings.Cut(content, "Fail_reason: "); ok {
				o.Reason, _, _ = strings.Cut(reason, "\n")
			}
			return true
		}
	}
	if len(gateway.Files(t, filepath.Join(h.dir, "checked"))) == 0 {
		o.Outcome = "deleted"
		return true
	}
	return false
}

// expected is what the recording says.
func (c *outgoingCase) expected(t *testing.T) observed {
	t.Helper()
	o := observed{Outcome: c.Outcome, Reason: c.FailReason, Calls: c.EventCalls}
	for _, s := range c.Submits {
		o.PDUs = append(o.PDUs, withoutReference(s.PDU))
	}
	if c.File != nil && strings.HasPrefix(c.File.Name, "hex:") {
		c.File.Name = unhex(t, strings.TrimPrefix(c.File.Name, "hex:"))
		o.Calls = []string{"SENT|@DIR@/sent/" + c.File.Name + "|1"} // the recording lost the octets
	}
	if c.File != nil && !strings.HasPrefix(c.Outcome, "left") {
		o.Dir, o.Name, o.Content = c.File.Dir, c.File.Name, normalise(c.File.content(t))
	}
	if strings.HasPrefix(c.Outcome, "left") {
		o = observed{Outcome: c.Outcome}
	}
	return o
}

// TestOutgoing runs every recorded case and wants the same PDUs, the same file
// and the same calls of the event handler, except where the table of divergences
// says what is better.
func TestOutgoing(t *testing.T) {
	cases := loadOutgoing(t)
	known := map[string]bool{}
	for _, c := range cases {
		known[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			h := start(t, c.Config, sim.Config{AnyLength: c.Options.AnyLength, Rules: c.rules(t)})
			got, want := h.send(t, c), c.expected(t)
			if d, ok := divergences[c.Name]; ok {
				d.check(t, c, got, want)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("not as recorded (-smsd +viesti):\n%s", diff)
			}
		})
	}
	for name := range divergences {
		if !known[name] {
			t.Errorf("divergence %s is about no recorded case", name)
		}
	}
}
