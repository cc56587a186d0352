//go:build clock

package clock

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// patience bounds every wait: what a jump makes due is due when the broker looks at its
// clock the next time, which it does once a minute.
const patience = 3 * time.Minute

// site is a gateway with one simulated modem and one job, whose clock can be set.
type site struct {
	t     *testing.T
	modem *sim.Modem
	bus   *bus.Bus
	clock net.Conn
}

// start starts a gateway whose job runs at an interval.
func start(t *testing.T, interval time.Duration) *site {
	t.Helper()
	// Not in t.TempDir: the path of a socket must be short.
	dir, err := os.MkdirTemp("", "viesti-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &site{t: t, modem: gateway.Modem(t, filepath.Join(dir, "modem"), sim.Config{ReportDelay: 24 * time.Hour})} // nobody receives anything
	conf, socket := filepath.Join(dir, "viesti.yaml"), filepath.Join(dir, "clock")
	text := fmt.Sprintf("state: %s\nmodems:\n  - name: SIM1\n    device: %s\njobs:\n  - name: beat\n    command: /bin/true\n    interval: %v\n",
		filepath.Join(dir, "state"), filepath.Join(dir, "modem"), interval)
	must(t, os.WriteFile(conf, []byte(text), 0o600))
	p := process.Start(t, viestid, []string{"VIESTI_TEST_CLOCK=" + socket, "VIESTI_RUNTIME_DIR=" + filepath.Join(dir, "run")}, "--config", conf)
	p.Until("viestid is running")
	s.clock, err = (&net.Dialer{}).DialContext(t.Context(), "unix", socket)
	must(t, err)
	t.Cleanup(func() { _ = s.clock.Close() })
	nc, err := bus.Dial(bus.Target{Context: filepath.Join(dir, "state", "context.json")}, nats.Name("test"))
	must(t, err)
	t.Cleanup(nc.Close)
	s.bus, err = bus.New(nc, bus.Options{})
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// jump sets the clock of the gateway.
func (s *site) jump(d time.Duration) {
	s.t.Helper()
	_, err := fmt.Fprintf(s.clock, "%d\n", int64(d.Seconds()))
	must(s.t, err)
	_, err = bufio.NewReader(s.clock).ReadString('\n')
	must(s.t, err)
}

// submit submits a message to a number, changed by with.
func (s *site) submit(id string, with func(*message.Submission)) {
	s.t.Helper()
	m := &message.Submission{
		ID: id, Account: "test", Queue: message.DefaultQueue, Recipient: message.NewAddress("358401234567"),
		Body: message.NewBody([]byte(id)), AcceptedAt: time.Now(),
	}
	with(m)
	must(s.t, s.bus.Submit(s.bounded(), m))
}

func (s *site) bounded() context.Context {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

// deferred has a message sent after a time.
func (s *site) deferred(id string, after time.Duration) {
	s.submit(id, func(m *message.Submission) { m.DeliverAt = m.AcceptedAt.Add(after) })
}

// chained sends a message, and has another one sent to somebody else when nobody has
// received it after a time. It waits until the first is sent.
func (s *site) chained(id string, after time.Duration) {
	s.submit(id, func(m *message.Submission) {
		m.Alternates = []message.Alternate{{Recipient: message.NewAddress("358407654321"), After: after}}
	})
	s.sent(1)
	s.wait("the event sent", func() bool {
		events, err := s.bus.History(s.bounded(), id)
		return err == nil && life.Fold(events) == life.SentState
	})
}

// sent waits until the modem has sent so many messages, and no more.
func (s *site) sent(n int) {
	s.t.Helper()
	s.wait(fmt.Sprintf("%d messages", n), func() bool { return len(s.modem.Records()) >= n })
	if got := len(s.modem.Records()); got != n {
		s.t.Fatalf("%d messages were sent, want %d", got, n)
	}
}

// ran are the runs of the job, each of which was for another tick and went well.
func (s *site) ran() int {
	s.t.Helper()
	const all = 10000
	events, err := s.bus.JobHistory(s.bounded(), "beat", all)
	must(s.t, err)
	ticks := map[uint64]bool{}
	for _, e := range events {
		ran, ok := e.Kind.(life.JobRan)
		if !ok || ran.Outcome == life.JobOverrun {
			continue // on a busy machine it may be too slow
		}
		if ran.Outcome != life.JobSucceeded || ticks[ran.Tick] {
			s.t.Fatalf("a run of tick %d: %+v", ran.Tick, ran)
		}
		ticks[ran.Tick] = true
	}
	return len(ticks)
}

func (s *site) wait(what string, holds func() bool) {
	s.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	ctx := s.bounded()
	for !holds() {
		select {
		case <-ctx.Done():
			s.t.Fatalf("waited in vain for %s; %d messages were sent, %d runs", what, len(s.modem.Records()), s.ran())
		case <-look.C:
		}
	}
}

// settled waits until something was due, and was done, that was asked for now: whatever
// was due before has been done by then.
func (s *site) settled(sent int) {
	s.t.Helper()
	s.deferred("marker", time.Second)
	s.sent(sent + 1)
}

// TestForward sets the clock forward past everything that is to happen.
func TestForward(t *testing.T) {
	t.Parallel()
	s := start(t, 40*time.Minute)
	s.chained("a", 30*time.Minute)
	s.deferred("b", 20*time.Minute)
	s.jump(time.Hour)
	s.sent(3)
	s.wait("the job", func() bool { return s.ran() == 1 })
	s.jump(-time.Hour) // it was a mistake
	s.settled(3)
	if n := s.ran(); n != 1 {
		t.Errorf("the job has run %d times", n)
	}
}

// TestBack sets the clock back before what is to happen soon, which waits for its time;
// a job that runs at an interval does not.
func TestBack(t *testing.T) {
	t.Parallel()
	const soon = 40 * time.Second
	s := start(t, 2*time.Second)
	s.deferred("b", soon)
	s.chained("a", soon)
	s.wait("the job", func() bool { return s.ran() > 0 })
	s.jump(-time.Hour)
	before := s.ran()
	s.wait("the job to go on", func() bool { return s.ran() > before+2 })
	s.sent(1) // nothing is due
	s.jump(time.Hour)
	s.sent(3)
	s.settled(3)
}
