package smstools

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// TestIncoming runs every recorded case under every configuration and wants the
// same files and the same calls of the event handler, except where the table of
// divergences says what is better; and nothing left in the modem, ever.
func TestIncoming(t *testing.T) {
	cases := loadIncoming(t)
	for _, config := range configurations(cases) {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			for _, group := range apart(recordedUnder(config, cases)) {
				runGroup(t, config, group)
			}
		})
	}
}

// configurations are those that cases were recorded under.
func configurations(cases []*incomingCase) (configs []string) {
	for _, c := range cases {
		for config := range c.Configs {
			if !slices.Contains(configs, config) {
				configs = append(configs, config)
			}
		}
	}
	slices.Sort(configs)
	return configs
}

func recordedUnder(config string, cases []*incomingCase) (of []*incomingCase) {
	for _, c := range cases {
		if _, recorded := c.Configs[config]; recorded {
			of = append(of, c)
		}
	}
	return of
}

// runGroup runs cases that do not meet in one gateway. Reports come together:
// each waits a while in the modem for a message that it could be about.
func runGroup(t *testing.T, config string, group []*incomingCase) {
	r := &receiver{Host: start(t, config, sim.Config{}), config: config}
	defer r.Gateway.Stop()
	var reports []*incomingCase
	for _, c := range group {
		if c.isReport() {
			reports = append(reports, c)
			continue
		}
		if !t.Run(c.Name, func(t *testing.T) { c.check(t, config, r.receive(t, c)) }) && r.stuck {
			return
		}
	}
	if len(reports) > 0 {
		t.Run("reports", func(t *testing.T) { checkReports(t, config, reports, r.receive(t, reports...)) })
	}
}

func (c *incomingCase) check(t *testing.T, config string, got arrival) {
	t.Helper()
	want := c.expected(config)
	if d, ok := incomingDivergences[c.Name]; ok && d.applies(config) {
		d.check(t, diverged{c, config, got, want})
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as recorded (-smsd +viesti):\n%s", diff)
	}
}

// checkReports compares many cases of one file and one call each.
func checkReports(t *testing.T, config string, cases []*incomingCase, got arrival) {
	t.Helper()
	var want arrival
	for _, c := range cases {
		a := c.expected(config)
		want.Files, want.Calls = append(want.Files, a.Files...), append(want.Calls, a.Calls...)
	}
	if diff := cmp.Diff(want.sorted(), got); diff != "" {
		t.Errorf("not as recorded (-smsd +viesti):\n%s", diff)
	}
}

// receiver is a gateway that cases are delivered to, one after the other.
type receiver struct {
	*truth.Host
	config string
	calls  int
	count  int
	known  map[string]bool
	// stuck says that a wait was in vain; no other case will get through then.
	stuck bool
}

// receive delivers cases and returns what becomes of them.
func (r *receiver) receive(t *testing.T, cases ...*incomingCase) arrival {
	t.Helper()
	for _, c := range cases {
		for _, p := range c.PDUs {
			r.deliver(t, p.PDU, p.Report)
			if p.Wait {
				r.flush(t)
			}
		}
	}
	r.flush(t)
	return r.observe(t)
}

// deliver brings a PDU into the modem the way that it came in the recording:
// reports into its memory too, unless they are routed.
func (r *receiver) deliver(t *testing.T, pdu string, report bool) {
	t.Helper()
	var err error
	if report && r.config != "routed" {
		_, err = r.Modem.Store("SM", 0, pdu)
	} else {
		err = r.Modem.Deliver(pdu)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// sentinelFrom sends the messages that end the wait for what may never come.
const sentinelFrom = "999"

// flush waits until everything that was delivered is processed: the modem is
// empty, and a message that was delivered after it is written and shown to the
// handler. Messages are handled in the order in which they came.
func (r *receiver) flush(t *testing.T) {
	t.Helper()
	r.stuck = true
	empty := func() bool { return r.Modem.Stored()+r.Modem.Waiting() == 0 }
	gateway.Wait(t, "an empty modem", empty)
	r.count++
	text := fmt.Sprintf("sentinel %d", r.count)
	r.deliver(t, sentinelPDU(t, text), false)
	gateway.Wait(t, "the sentinel", func() bool {
		for _, line := range r.rawCalls() {
			if r.isSentinel(line, text) {
				return true
			}
		}
		return false
	})
	gateway.Wait(t, "an empty modem", empty)
	r.stuck = false
}

func sentinelPDU(t *testing.T, text string) string {
	t.Helper()
	const eightBit = 4
	d := tpdu.Deliver{
		OA: tpdu.Address{TOA: tpdu.TOAUnknown, Digits: sentinelFrom}, DCS: eightBit, Data: []byte(text),
		SCTS: tpdu.NewTimestamp(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)),
	}
	pdu, err := d.AppendTo([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%X", pdu)
}

// isSentinel reports whether a call of the handler is about the sentinel with a text.
func (r *receiver) isSentinel(line, text string) bool {
	content := callContent(line)
	return strings.HasPrefix(content, "From: "+sentinelFrom+"\n") && strings.HasSuffix(content, "\n"+text)
}

// callContent is the file that a call of the handler is about.
func callContent(line string) string {
	content, _ := os.ReadFile(strings.Split(line, "|")[1])
	return string(content)
}

// rawCalls are the complete lines that the event handler wrote.
func (r *receiver) rawCalls() []string {
	data, _ := os.ReadFile(filepath.Join(r.Dir, "calls"))
	return strings.Split(string(data), "\n")[:strings.Count(string(data), "\n")]
}

// observe returns the files and calls since the last time, without sentinels.
func (r *receiver) observe(t *testing.T) arrival {
	t.Helper()
	if r.known == nil {
		r.known = map[string]bool{}
	}
	var a arrival
	for _, dir := range []string{"incoming", "report", "saved"} {
		for name, content := range gateway.Files(t, filepath.Join(r.Dir, dir)) {
			path := filepath.Join(r.Dir, dir, name)
			if !r.known[path] && !strings.HasPrefix(content, "From: "+sentinelFrom+"\n") {
				a.Files = append(a.Files, arrived{
					Dir: dir, Name: truth.WithoutRandom(name), Mode: mode(t, path), Content: withoutReceived(content),
				})
			}
			r.known[path] = true
		}
	}
	all := r.rawCalls()
	for _, line := range all[r.calls:] {
		if !strings.HasPrefix(callContent(line), "From: "+sentinelFrom+"\n") {
			a.Calls = append(a.Calls, truth.Call(line, r.Dir))
		}
	}
	r.calls = len(all)
	return a.sorted()
}

func mode(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%04o", info.Mode().Perm())
}
