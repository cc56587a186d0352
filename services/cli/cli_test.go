package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/core/route"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// gateway is a broker that commands find by its state directory.
type gateway struct {
	*bus.Bus
	state, url string
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	t.Setenv("VIESTI_RUNTIME_DIR", filepath.Join(t.TempDir(), "run"))
	g := &gateway{state: t.TempDir()}
	srv, err := natsd.Start(natsd.Config{Dir: filepath.Join(g.state, "nats"), Name: "test", Listen: "127.0.0.1:0", SyncInterval: time.Minute})
	must(t, err)
	t.Cleanup(srv.Close)
	nc, err := srv.Connect()
	must(t, err)
	t.Cleanup(nc.Close)
	g.Bus, err = bus.New(nc, bus.Options{})
	must(t, err)
	must(t, g.Ensure(bounded(t)))
	g.url = srv.URL()
	withdraw, err := bus.Announce(g.state, bus.Endpoint{URL: srv.URL(), NKey: srv.SeedFile()})
	must(t, err)
	t.Cleanup(withdraw)
	return g
}

// run runs a command line and returns what it prints.
func run(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := Command("v", strings.NewReader(stdin), &out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(bounded(t))
	return out.String(), err
}

func prints(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, err := run(t, stdin, args...)
	must(t, err)
	return out
}

func TestSendAndMessage(t *testing.T) {
	g := newGateway(t)
	_, err := g.SetPolicy(bounded(t), &policy.Policy{Routes: route.Policy{Queues: []route.Queue{{Name: "fi", Prefixes: []string{"358"}}}}})
	must(t, err)
	ids := strings.Fields(prints(t, "", "send", "--report", "+358401234567", "358407654321", "Hello"))
	if len(ids) != 2 {
		t.Fatalf("ids: %v", ids)
	}
	later := strings.TrimSpace(prints(t, "from stdin\n", "send", "--at", "2h", "--state", g.state, "358401234567"))
	w, err := g.Find(bounded(t), "", later)
	must(t, err)
	if s := w.Submission; !w.Deferred || string(s.Body.Reveal()) != "from stdin" || s.Queue != "fi" {
		t.Errorf("deferred: %+v", s)
	}
	out := prints(t, "", "message", strings.ToUpper(ids[0]))
	if !strings.HasPrefix(out, "message "+ids[0]+": queued\n") || !strings.Contains(out, "to 3584****67, queue fi") || strings.Contains(out, "358401234567") {
		t.Errorf("message says:\n%s", out)
	}
	if out := prints(t, "", "message", "--full", ids[0]); !strings.Contains(out, "358401234567") {
		t.Errorf("message --full says:\n%s", out)
	}
	for _, id := range []string{"unknown", "*", ">", "", "a.b"} {
		if _, err := run(t, "", "message", id); !errors.Is(err, bus.ErrNotFound) {
			t.Errorf("message %q: %v", id, err)
		}
	}
	if _, err := run(t, "", "send", "4912345678", "Hello"); !errors.Is(err, errSend) || !errors.Is(err, route.ErrNoMatch) {
		t.Errorf("a number that no queue takes: %v", err)
	}
	counts, err := g.Counts(bounded(t))
	must(t, err)
	if counts.Queued != 2 || counts.Deferred != 1 {
		t.Errorf("counts: %+v", counts)
	}
}

func TestStatusAndModem(t *testing.T) {
	g := newGateway(t)
	if out := prints(t, "", "status"); !strings.Contains(out, "no modem is alive") || !strings.Contains(out, "0 queued") {
		t.Errorf("status says:\n%s", out)
	}
	if _, err := run(t, "", "modem", "at", "SIM1", "AT"); !errors.Is(err, bus.ErrFindModem) {
		t.Errorf("a modem that is not there: %v", err)
	}
	alive := func(host string) {
		must(t, g.ModemState(bounded(t), &life.ModemStatus{State: life.ModemIdle, Since: time.Now(), Queues: []string{"default"}, Identity: life.Modem{Host: host, Name: "SIM1"}}))
	}
	alive("h")
	if _, err := run(t, "", "modem", "at", "SIM1", "AT"); !errors.Is(err, bus.ErrNoModem) {
		t.Errorf("a modem whose worker is gone: %v", err)
	}
	stop, err := g.AnswerCommands("h", "SIM1", func(c wire.Command) wire.Reply {
		if c.Argument == "AT+BAD" {
			return wire.Reply{Error: "ERROR"}
		}
		if c.Verb == wire.VerbUSSD {
			return wire.Reply{Lines: []string{`+CUSD: 1,"..",15`}, Text: "1 Balance for " + c.Argument}
		}
		return wire.Reply{Lines: []string{"+CSQ: 20,0", "OK"}}
	})
	must(t, err)
	defer stop()
	prints(t, "", "send", "1", "Hello")
	if out := prints(t, "", "status"); !strings.Contains(out, "SIM1") || !strings.Contains(out, "1 queued") || !strings.Contains(out, "default  normal") {
		t.Errorf("status says:\n%s", out)
	}
	if out := prints(t, "", "modem", "at", "SIM1", "AT+CSQ"); out != "+CSQ: 20,0\nOK\n" {
		t.Errorf("modem at says %q", out)
	}
	if _, err := run(t, "", "modem", "at", "SIM1", "AT+BAD"); err == nil || !strings.Contains(err.Error(), "SIM1: ERROR") {
		t.Errorf("a refused command: %v", err)
	}
	if out := prints(t, "", "modem", "ussd", "SIM1", "*100#"); !strings.Contains(out, "1 Balance for *100#\n") {
		t.Errorf("modem ussd says %q", out)
	}
	for _, args := range [][]string{
		{"modem", "ussd", "SIM1"}, {"modem", "ussd", "SIM1", "1", "--cancel"}, {"modem", "reset", "SIM1", "--step", "nonsense"},
	} {
		if _, err := run(t, "", args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	alive("i")
	if _, err := run(t, "", "modem", "at", "SIM1", "AT"); !errors.Is(err, bus.ErrFindModem) {
		t.Errorf("a name on two hosts: %v", err)
	}
}

// TestTail sends until the watcher, which says nothing of its own, shows it.
func TestTail(t *testing.T) {
	newGateway(t)
	ctx, cancel := context.WithCancel(bounded(t))
	read, write := io.Pipe()
	cmd := Command("v", strings.NewReader(""), write)
	cmd.SetArgs([]string{"tail"})
	done := make(chan error, 1)
	go func() {
		done <- cmd.ExecuteContext(ctx)
		_ = write.Close()
	}()
	shown := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(read).ReadString('\n')
		shown <- line
		_, _ = io.Copy(io.Discard, read)
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	sent := map[string]bool{}
	for {
		sent[strings.TrimSpace(prints(t, "", "send", "358401234567", "Hello"))] = true
		select {
		case line := <-shown:
			id, _, _ := strings.Cut(line, "  ")
			if !sent[id] || !strings.Contains(line, "accepted") || strings.Contains(line, "358401234567") {
				t.Errorf("shown: %s", line)
			}
			cancel()
			must(t, <-done)
			return
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("nothing was shown in time")
		}
	}
}

func TestNoBroker(t *testing.T) {
	t.Setenv("VIESTI_RUNTIME_DIR", filepath.Join(t.TempDir(), "none"))
	for _, args := range [][]string{{"status"}, {"send", "1", "x"}, {"message", "a"}, {"tail"}, {"modem", "at", "a", "AT"}} {
		if _, err := run(t, "", args...); !errors.Is(err, bus.ErrNoEndpoint) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, err := run(t, "", "status", "--nats", "nats://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "is viestid running?") {
		t.Errorf("nobody at the address: %v", err)
	}
	if _, err := run(t, "", "status", "--nats", "nats://127.0.0.1:1", "--context", "/c"); !errors.Is(err, bus.ErrTarget) {
		t.Errorf("both a context and an address: %v", err)
	}
}
