package boot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// program writes a program that a test runs.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	// A program that is started meanwhile must not inherit the file, which could
	// not be executed then.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStartProgram: it is given its arguments, and viestid does not start when it
// fails, hangs, or is not there.
func TestStartProgram(t *testing.T) {
	for name, c := range map[string]struct {
		text, args string
		timeout    time.Duration
		want       error
		said       string
	}{
		"well":  {`test "$1 $2" = "a b" && echo hello`, " a b", 0, nil, "hello"},
		"fails": {"echo no; exit 3", "", 0, ErrStart, "no"},
		"hangs": {"exec sleep 600", "", 50 * time.Millisecond, ErrStart, ""},
	} {
		core, logs := observer.New(zap.DebugLevel)
		p := Programs{Start: program(t, c.text) + c.args, StartTimeout: config.Duration(c.timeout)}
		if err := p.CheckPrograms(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.Begin(t.Context(), zap.New(core)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if said := logs.FilterMessageSnippet("said").All(); (len(said) == 1) != (c.said != "") || c.said != "" && !strings.Contains(said[0].ContextMap()["output"].(string), c.said) {
			t.Errorf("%s: the log says %v", name, said)
		}
	}
	none := Programs{}
	if err := none.Begin(t.Context(), zap.NewNop()); err != nil || none.Beside(zap.NewNop()) != nil {
		t.Errorf("without programs: %v", err)
	}
	for _, p := range []Programs{{Start: "/no/such"}, {Child: "/no/such"}, {StartTimeout: -1}} {
		if err := p.CheckPrograms(); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestChildProgram: it ends with viestid, and what it has begun too; that it ends
// before is an error in the log, and ends nothing else.
func TestChildProgram(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	pids := filepath.Join(t.TempDir(), "pids")
	p := Programs{Child: program(t, `sleep 600 & echo $$ $! > `+pids+`.new; mv `+pids+`.new `+pids+`; wait`)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Beside(zap.New(core))[0].Run(ctx) }()
	var ids []string
	limit := time.After(time.Minute)
	for tick := time.NewTicker(5 * time.Millisecond); len(ids) == 0; {
		select {
		case <-tick.C:
			data, _ := os.ReadFile(pids)
			ids = strings.Fields(string(data))
		case <-limit:
			t.Fatal("the child does not begin")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, id := range ids {
		if state, err := os.ReadFile("/proc/" + id + "/stat"); err == nil && !strings.Contains(string(state), ") Z ") {
			t.Errorf("%s still runs: %s", id, state)
		}
	}
	if n := logs.FilterMessageSnippet("has ended").Len(); n != 0 {
		t.Errorf("the log complains %d times", n)
	}
	p.Child = program(t, "exit 7")
	if err := p.Beside(zap.New(core))[0].Run(t.Context()); err != nil {
		t.Errorf("Run: %v", err)
	}
	if ended := logs.FilterMessageSnippet("has ended").All(); len(ended) != 1 || ended[0].ContextMap()["result"] != int64(7) {
		t.Errorf("the log says %v", ended)
	}
}
