package flood

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/process"
)

// site is a host with its directories, modems and gateway.
type site struct {
	t       *testing.T
	dir     string
	journal *sim.Journal
	gateway *process.Process
	// peaks are the largest memories of the gateways so far, one after the other, in KiB.
	peaks []int
}

func newSite(t *testing.T, modems int) *site {
	s := &site{t: t, dir: t.TempDir(), journal: sim.NewJournal(nil)}
	for _, dir := range []string{"stage", "outgoing", "checked", "sent", "failed"} {
		s.must(os.Mkdir(s.path(dir), 0o755))
	}
	conf := "state: $DIR/state\nlog: {level: warn}\nspool: {outgoing: $DIR/outgoing, checked: $DIR/checked, sent: $DIR/sent, " +
		"failed: $DIR/failed, trust_outgoing: true}\nmodems:\n"
	for i := range modems {
		name := "SIM" + strconv.Itoa(i+1)
		l, err := sim.New(sim.Config{Name: name, Journal: s.journal}).ListenPTY(s.path(name))
		s.must(err)
		t.Cleanup(func() { _ = l.Close() })
		conf += fmt.Sprintf("  - {name: %s, device: $DIR/%s, on_unknown: resend}\n", name, name)
	}
	s.must(os.WriteFile(s.path("viesti.yaml"), []byte(strings.ReplaceAll(conf, "$DIR", s.dir)), 0o600))
	return s
}

func (s *site) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) start() {
	env := []string{"VIESTI_RUNTIME_DIR=" + s.path("run")}
	s.gateway = process.Start(s.t, filepath.Join(bin, "viestid"), env, "--config", s.path("viesti.yaml"))
	s.peaks = append(s.peaks, 0)
}

func (s *site) kill() {
	s.weigh()
	s.gateway.Kill()
}

// firstNumber is the recipient of the first message; each has its own.
const firstNumber = 358_400_000_000

// stage writes the file of the n-th message, so much younger than the first one.
func (s *site) stage(n int, headers string, age time.Time) {
	s.t.Helper()
	text := fmt.Sprintf("To: %d\n%s\nThis is message %d of the flood.\n", firstNumber+n, headers, n)
	s.must(os.WriteFile(s.path("stage", name(n)), []byte(text), 0o644))
	s.must(os.Chtimes(s.path("stage", name(n)), age, age))
}

func (s *site) drop(n int) {
	s.t.Helper()
	s.must(os.Rename(s.path("stage", name(n)), s.path("outgoing", name(n))))
}

// name is the name of a file: not in the order of age.
func name(n int) string { return fmt.Sprintf("%03d-%06d", n*7919%1000, n) }

// onAir are the numbers of the messages that reached a modem, in that order.
func (s *site) onAir() []int {
	s.t.Helper()
	var all []int
	for _, r := range s.journal.Records() {
		submit, err := tpdu.DecodeSubmit(r.TPDU)
		s.must(err)
		to, err := strconv.Atoi(submit.DA.Digits)
		s.must(err)
		if r.Accepted {
			all = append(all, to-firstNumber)
		}
	}
	return all
}

// inSent counts the files in sent that have their name.
func (s *site) inSent() int {
	s.t.Helper()
	dir, err := os.Open(s.path("sent"))
	s.must(err)
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	s.must(err)
	n := 0
	for _, name := range names {
		if !strings.HasPrefix(name, ".") {
			n++
		}
	}
	return n
}

// await waits until something is done, for as long as it goes on.
func (s *site) await(what string, progress func() int, done int) {
	s.t.Helper()
	const patience = 3 * time.Minute
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	last, since := -1, time.Now()
	for {
		n := progress()
		switch {
		case n >= done:
			return
		case n != last:
			last, since = n, time.Now()
		case time.Since(since) > patience:
			s.t.Fatalf("%s: nothing happens any more at %d of %d", what, n, done)
		}
		s.weigh()
		<-look.C
	}
}

// weigh notes how much memory the gateway has needed at most.
func (s *site) weigh() {
	for _, line := range strings.Split(s.gateway.Status(), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, err := strconv.Atoi(fields[1])
			s.must(err)
			last := &s.peaks[len(s.peaks)-1]
			*last = max(*last, kib)
		}
	}
}
