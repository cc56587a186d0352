package behaviours

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

func spooling() []behaviour {
	return []behaviour{
		{62, "a locked file is left alone", lockedFile},
		{63, "names that are no messages", ignoredNames},
		{64, "a growing file is not taken", growingFile},
		{64, "unless it is trusted", trustedFile},
		{65, "priority overtakes", priority},
		{65, "priority overtakes on the way to the queue", priorityOutgoing},
		{66, "the oldest first, then by name", byAge},
		// smsd loses one of them (W1).
		{67, "one name twice", sameName},
		// smsd destroys the earlier one (W2).
		{68, "earlier files of that name stay", keptRecords},
		{69, "keep_filename = no", newNames},
		{70, "without sent", withoutSent},
		{71, "without failed", withoutFailed},
		// smsd gives the name to a shell (W20).
		{78, "names are text", namesAreText},
	}
}

func lockedFile(t *testing.T, _ *lab) {
	b := prepared(t, basis, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "outgoing/held.LOCK"), "4711 producer\n", 0o644)
		write(t, filepath.Join(dir, "outgoing/held"), "To: 49111\n\nheld", 0o644)
	})
	b.sendAs(t, "other", "To: 49111\n\nother")
	if got := b.texts(t); !slices.Equal(got, []string{"other"}) {
		t.Errorf("sent %q while the file is locked", got)
	}
	if err := os.Remove(b.Path("outgoing/held.LOCK")); err != nil {
		t.Fatalf("the lock of the producer: %v", err)
	}
	b.waits(t, "sent", "held")
}

func ignoredNames(t *testing.T, _ *lab) {
	names := []string{".x", "LOCKEDx", "x.LOCK", "sub/file"}
	b := prepared(t, basis, sim.Config{}, func(dir string) {
		if err := os.Mkdir(filepath.Join(dir, "outgoing/sub"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			write(t, filepath.Join(dir, "outgoing", name), "To: 49111\n\nno message", 0o644)
		}
	})
	b.sendAs(t, "other", "To: 49111\n\nother")
	for _, name := range names {
		if _, err := os.Stat(b.Path("outgoing/" + name)); err != nil {
			t.Errorf("%s was taken: %v", name, err)
		}
	}
	if got := b.texts(t); !slices.Equal(got, []string{"other"}) {
		t.Errorf("sent %q", got)
	}
}

func growingFile(t *testing.T, _ *lab) {
	b := alone(t, with{global: "trust_outgoing = no"}, sim.Config{})
	f, err := os.Create(b.Path("outgoing/growing"))
	if err != nil {
		t.Fatal(err)
	}
	grow := func(text string) {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	grow("To: 49111\n\n")
	b.drop(t, "whole", "To: 49111\n\nwhole")
	gateway.Wait(t, "the whole file", func() bool {
		grow("x") // each look finds another size
		return gateway.Files(t, b.Path("sent"))["whole"] != ""
	})
	if _, err := os.Stat(b.Path("outgoing/growing")); err != nil {
		t.Error("the file was taken while it grew")
	}
	grow("\nend")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if content := b.waits(t, "sent", "growing"); !strings.HasSuffix(content, "x\nend") {
		t.Errorf("it is cut off:\n%s", content)
	}
}

// trustedFile is still open: nobody knows whether it is whole, but for trust_outgoing.
func trustedFile(t *testing.T, _ *lab) {
	b := alone(t, basis, sim.Config{}) // with trust_outgoing = yes
	f, err := os.Create(b.Path("outgoing/open"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("To: 49111\n\nopen"); err != nil {
		t.Fatal(err)
	}
	b.waits(t, "sent", "open")
}

func priorityOutgoing(t *testing.T, _ *lab) {
	old := time.Now().Add(-time.Hour)
	slow := sim.Latency{Command: 200 * time.Millisecond} // all are in the queue when the modem is ready
	b := prepared(t, basis, sim.Config{Latency: slow}, func(dir string) {
		for name, headers := range map[string]string{"a-old": "", "b-high": "Priority: high\n", "c-yes": "Priority: yes\n", "d-low": "Priority: low\n"} {
			path := filepath.Join(dir, "outgoing", name)
			write(t, path, "To: 49111\n"+headers+"\n"+name, 0o644)
			if err := os.Chtimes(path, old, old.Add(time.Duration(name[0])*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	})
	b.waits(t, "sent", "d-low")
	b.waits(t, "sent", "a-old")
	if got := b.texts(t); !slices.Equal(got, []string{"b-high", "c-yes", "a-old", "d-low"}) {
		t.Errorf("sent in the order %q", got)
	}
}

// busy is a modem that keeps a message for so long that others meet in the queue.
func busy() sim.Config {
	return sim.Config{Latency: sim.Latency{Accept: 1500 * time.Millisecond}}
}

// occupied waits until the modem has the first message in hand.
func (b *bench) occupied(t *testing.T) {
	t.Helper()
	b.drop(t, "first", "To: 49111\n\nfirst")
	gateway.Wait(t, "the first message in the modem", func() bool { return b.inHand(t) })
}

// inHand reports whether a modem has a message.
func (b *bench) inHand(t *testing.T) bool {
	t.Helper()
	queues, err := b.Gateway.Bus.Queues(t.Context())
	if err != nil {
		return false
	}
	for _, q := range queues {
		if q.InHand > 0 {
			return true
		}
	}
	return false
}

// queued waits until so many files wait.
func (b *bench) queued(t *testing.T, n int) {
	t.Helper()
	gateway.Wait(t, fmt.Sprintf("%d files in checked", n), func() bool { return len(gateway.Files(t, b.Path("checked"))) == n })
}

func priority(t *testing.T, _ *lab) {
	b := alone(t, basis, busy())
	b.occupied(t)
	b.drop(t, "normal", "To: 49111\n\nnormal")
	b.queued(t, 2)
	b.drop(t, "urgent", "To: 49111\nPriority: HIGH\n\nurgent")
	b.waits(t, "sent", "normal")
	if got := b.texts(t); !slices.Equal(got, []string{"first", "urgent", "normal"}) {
		t.Errorf("sent in the order %q", got)
	}
}

func byAge(t *testing.T, _ *lab) {
	old := time.Now().Add(-time.Hour)
	b := prepared(t, basis, sim.Config{}, func(dir string) {
		for name, age := range map[string]time.Duration{"b-oldest": 2, "d-same": 1, "c-same": 1, "a-newest": 0} {
			path := filepath.Join(dir, "outgoing", name)
			write(t, path, "To: 49111\n\n"+name, 0o644)
			if err := os.Chtimes(path, old, old.Add(-age*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	})
	b.waits(t, "sent", "a-newest")
	if got := b.texts(t); !slices.Equal(got, []string{"b-oldest", "c-same", "d-same", "a-newest"}) {
		t.Errorf("sent in the order %q", got)
	}
}

func sameName(t *testing.T, _ *lab) {
	b := alone(t, basis, busy())
	b.occupied(t)
	b.drop(t, "name", "To: 49111\n\none")
	b.queued(t, 2)
	b.drop(t, "name", "To: 49111\n\ntwo")
	gateway.Wait(t, "three messages", func() bool { return len(b.Calls()) == 3 })
	if got := b.texts(t); !slices.Equal(got, []string{"first", "one", "two"}) {
		t.Errorf("sent %q", got)
	}
	if n := len(gateway.Files(t, b.Path("sent"))); n != 3 {
		t.Errorf("%d files in sent, want 3", n)
	}
}

func keptRecords(t *testing.T, _ *lab) {
	const earlier = "To: 1\n\nearlier"
	b := prepared(t, basis, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "sent/name"), earlier, 0o644)
		write(t, filepath.Join(dir, "failed/bad"), earlier, 0o644)
	})
	b.sendAs(t, "name", "To: 49111\n\nhi")
	b.sendAs(t, "bad", "To: 49111\nAlphabet: x\n\nhi")
	for _, path := range []string{"sent/name", "failed/bad"} {
		if data, err := os.ReadFile(b.Path(path)); err != nil || string(data) != earlier {
			t.Errorf("%s is now %q, %v", path, data, err)
		}
		if n := len(gateway.Files(t, b.Path(filepath.Dir(path)))); n != 2 {
			t.Errorf("%d files beside %s, want 2", n, path)
		}
	}
}

func newNames(t *testing.T, _ *lab) {
	b := alone(t, with{global: "keep_filename = no"}, sim.Config{})
	b.renames(t, "\nOriginal_filename: message")
	b.Gateway.Stop()
	b = alone(t, with{global: "keep_filename = no\nstore_original_filename = no"}, sim.Config{})
	b.renames(t, "")
}

// renames wants a file that is sent, and one that is refused, to have a new name each, and
// a header with the old one.
func (b *bench) renames(t *testing.T, header string) {
	t.Helper()
	for dir, c := range map[string]struct{ file, name, before string }{
		"sent":   {"To: 49111\n\nhi", `^GSM1\.\w{6}$`, "\nModem: "},
		"failed": {"To: 49111\nAlphabet: x\n\nhi", `^smsd\.\w{6}$`, "\n\nhi"},
	} {
		b.send(t, c.file)
		files := gateway.Files(t, b.Path(dir))
		if len(files) != 1 {
			t.Errorf("%d files in %s", len(files), dir)
		}
		for name, content := range files {
			if !regexp.MustCompile(c.name).MatchString(name) || strings.Contains(content, "Original_filename") != (header != "") || !regexp.MustCompile(header+".*"+c.before).MatchString(content) {
				t.Errorf("%s, want %s and %q before %q:\n%s", name, c.name, header, c.before, content)
			}
		}
	}
}

// seeing is an event handler that tells how many arguments it has, and whether the
// file is there.
const seeing = `#!/bin/sh
[ -f "$2" ] && there=there || there=gone
printf '%s %s %s\n' "$#" "$there" "$2" >> "${0%/*}/seen"
printf '%s|%s|%s\n' "$1" "$2" "$3" >> "${0%/*}/calls"
`

func seen(t *testing.T, w with, modem sim.Config) *bench {
	t.Helper()
	w.global += "\neventhandler = @DIR@/seeing"
	return prepared(t, w, modem, func(dir string) { write(t, filepath.Join(dir, "seeing"), seeing, 0o755) })
}

// saw is what the event handler saw, one line a call.
func (b *bench) saw(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(b.Path("seen"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// gone waits until nothing is left of the messages.
func (b *bench) gone(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"outgoing", "checked"} {
		gateway.Wait(t, "an empty "+dir, func() bool { return len(gateway.Files(t, b.Path(dir))) == 0 })
	}
}

func withoutSent(t *testing.T, _ *lab) {
	b := seen(t, with{global: "sent ="}, sim.Config{})
	r := b.sendAs(t, "hello", "To: 49111\n\nhi")
	if got := b.saw(t); len(got) != 1 || !strings.HasPrefix(got[0], "3 there ") {
		t.Errorf("the handler saw %q", got)
	}
	if !strings.HasPrefix(r.Calls[0], "SENT|") {
		t.Errorf("called %q", r.Calls)
	}
	b.gone(t)
}

func withoutFailed(t *testing.T, _ *lab) {
	b := seen(t, with{global: "failed ="}, refuses(t, "+CMS ERROR: 1"))
	b.sendAs(t, "refused", "To: 49111\nAlphabet: x\n\nhi")
	b.sendAs(t, "failing", "To: 49111\n\nhi")
	if got := b.saw(t); len(got) != 2 || !strings.HasPrefix(got[0], "2 there ") || !strings.HasPrefix(got[1], "2 there ") {
		t.Errorf("the handler saw %q", got)
	}
	b.gone(t)
}

func namesAreText(t *testing.T, _ *lab) {
	names := []string{"a;touch PWNED;b", "$(id)", "two words", "`id`", "it's", "-rf", "&& x | y > z"}
	b := seen(t, basis, sim.Config{})
	for _, name := range names {
		b.drop(t, name, "To: 49111\n\nhi")
		b.waits(t, "sent", name)
	}
	gateway.Wait(t, "the calls", func() bool { return len(b.Calls()) == len(names) })
	got := b.saw(t)
	slices.Sort(got)
	var want []string
	for _, name := range names {
		want = append(want, "3 there "+b.Path("sent/"+name))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the handler saw\n%q\nwant\n%q", got, want)
	}
	for _, dir := range []string{".", b.Dir, "/"} {
		if _, err := os.Stat(filepath.Join(dir, "PWNED")); err == nil {
			t.Errorf("a file name was executed in %s", dir)
		}
	}
	if n := len(b.Modem.Records()); n != len(names) {
		t.Errorf("%d messages sent, want %d", n, len(names))
	}
}
