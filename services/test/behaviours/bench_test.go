package behaviours

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// with is what a bench has in its smsd.conf beside the recorded basis: lines of the
// global part, and of the section of GSM1.
type with struct{ global, modem string }

// lab keeps the benches of one test run: those of one configuration share one.
type lab struct {
	t       *testing.T
	mu      sync.Mutex
	benches map[with]*bench
}

// bench is a running gateway with one modem, and what was observed of it.
type bench struct {
	*truth.Host
	mu    sync.Mutex
	count int
}

// bench returns the running gateway for a configuration. It is for one at a time:
// mu is to be held.
func (l *lab) bench(w with) *bench {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.benches[w] == nil {
		l.benches[w] = &bench{Host: truth.Start(l.t, conf(l.t, w), sim.Config{})}
	}
	return l.benches[w]
}

// conf is the recorded basis with more lines.
func conf(t testing.TB, w with) string {
	t.Helper()
	basis := truth.Config(t, "base")
	return strings.Replace(basis, "trust_outgoing = yes", "trust_outgoing = yes\n"+w.global, 1) + w.modem + "\n"
}

// alone starts a gateway of a test's own.
func alone(t *testing.T, w with, modem sim.Config, change ...func(*boot.Config)) *bench {
	t.Helper()
	return &bench{Host: truth.Start(t, conf(t, w), modem, change...)}
}

// prepared is alone in a directory where something is prepared before it starts.
func prepared(t *testing.T, w with, modem sim.Config, prepare func(dir string)) *bench {
	t.Helper()
	dir := t.TempDir()
	return startIn(t, dir, w, modem, func() { prepare(dir) })
}

// startIn is alone in a directory, where prepare is called before it starts.
func startIn(t *testing.T, dir string, w with, modem sim.Config, prepare func(), change ...func(*boot.Config)) *bench {
	t.Helper()
	truth.Place(t, dir, conf(t, w))
	prepare()
	return &bench{Host: truth.StartIn(t, dir, conf(t, w), modem, change...)}
}

// drop puts a file into outgoing.
func (b *bench) drop(t *testing.T, name, content string) {
	t.Helper()
	gateway.Drop(t, b.Path("outgoing"), name, []byte(content))
}

// waits waits for something of a directory.
func (b *bench) waits(t *testing.T, dir, name string) string {
	t.Helper()
	var content string
	gateway.Wait(t, name+" in "+dir, func() bool {
		content = gateway.Files(t, b.Path(dir))[name]
		return content != ""
	})
	return content
}

// texts are the texts that reached the modem, in order.
func (b *bench) texts(t *testing.T) (texts []string) {
	t.Helper()
	for _, r := range b.Modem.Records() {
		d, err := tpdu.DecodeSubmit(r.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, gsm7.Decode(d.Data, gsm7.Tables{}))
	}
	return texts
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// result is what became of a message file.
type result struct {
	truth.Observed
	// raw are the PDUs as they reached the modem, with their references.
	raw []string
	// text is the file as it was left, and base its name.
	text, base string
}

// send drops a file and waits until the event handler was told what became of it.
func (b *bench) send(t *testing.T, file string) result {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	return b.sendAs(t, fmt.Sprintf("message%d", b.count), file)
}

func (b *bench) sendAs(t *testing.T, name, file string) result {
	t.Helper()
	before, calls := len(b.Modem.Records()), len(b.Calls())
	gateway.Drop(t, b.Path("outgoing"), name, []byte(file))
	gateway.Wait(t, "an event about "+name, func() bool { return len(b.Calls()) > calls })
	call := b.Calls()[calls]
	fields := strings.Split(call, "|")
	path := strings.Replace(fields[1], "@DIR@", b.Dir, 1)
	r := result{base: filepath.Base(path)}
	if data, err := os.ReadFile(path); err == nil {
		r.text = string(data)
		r.Observed = truth.ObservedFile(filepath.Base(filepath.Dir(path)), r.base, r.text)
	}
	r.Calls = []string{call}
	for _, record := range b.Modem.Records()[before:] {
		r.raw = append(r.raw, record.HexPDU)
		r.PDUs = append(r.PDUs, truth.WithoutReference(record.HexPDU))
	}
	return r
}

// wanted checks a result.
type wanted func(t *testing.T, r result)

// message sends a file with a configuration and checks what becomes of it.
func message(w with, file string, checks ...wanted) func(*testing.T, *lab) {
	return func(t *testing.T, l *lab) {
		t.Helper()
		r := l.bench(w).send(t, file)
		for _, check := range checks {
			check(t, r)
		}
		if t.Failed() {
			t.Logf("of the file\n%s\nbecame %s, PDUs %q:\n%s", file, r.Outcome, r.raw, r.text)
		}
	}
}

// basis is a configuration without more lines.
var basis = with{}

// sends wants exactly these PDUs, and that the file is in sent.
func sends(pdus ...string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		if r.Outcome != "sent" || strings.Join(r.PDUs, " ") != strings.Join(pdus, " ") {
			t.Errorf("%s with %q, want sent with %q", r.Outcome, r.PDUs, pdus)
		}
	}
}

// fails wants that nothing is sent, for a reason.
func fails(reason string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		if r.Outcome != "failed" || !strings.HasPrefix(r.Reason, reason) || len(r.PDUs) != 0 {
			t.Errorf("%s, reason %q, %d PDUs; want failed, %q, none", r.Outcome, r.Reason, len(r.PDUs), reason)
		}
	}
}

// has wants texts in the file that is left.
func has(texts ...string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		for _, text := range texts {
			if !strings.Contains(r.text, text) {
				t.Errorf("the file lacks %q", text)
			}
		}
	}
}

// lacks wants that texts are not in the file that is left.
func lacks(texts ...string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		for _, text := range texts {
			if strings.Contains(r.text, text) {
				t.Errorf("the file has %q", text)
			}
		}
	}
}

// parts wants so many PDUs, each with a text in it.
func parts(texts ...string) wanted {
	return func(t *testing.T, r result) {
		t.Helper()
		if len(r.PDUs) != len(texts) {
			t.Errorf("%d parts, want %d: %q", len(r.PDUs), len(texts), r.PDUs)
			return
		}
		for i, text := range texts {
			if !strings.Contains(r.PDUs[i], text) {
				t.Errorf("part %d is %s, want %s in it", i+1, r.PDUs[i], text)
			}
		}
	}
}
