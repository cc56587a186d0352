package lifecycle

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// helper names what this binary does when it is started as a helper process.
const helper = "VIESTI_TEST_LIFECYCLE"

func TestMain(m *testing.M) {
	if what := os.Getenv(helper); what != "" {
		os.Exit(Main("program", os.Stderr, helpers[what]))
	}
	goleak.VerifyTestMain(m)
}

var errBroken = errors.New("broken")

// helpers are programs under Main; they say on standard output how far they are.
var helpers = map[string]func(context.Context) error{
	"stops": func(ctx context.Context) error {
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("stopping")
		return ctx.Err()
	},
	"hangs": func(ctx context.Context) error {
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("stopping")
		select {}
	},
	"breaks": func(ctx context.Context) error {
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("stopping")
		return fmt.Errorf("closing: %w", errBroken)
	},
}

// process is a running helper.
type process struct {
	*exec.Cmd
	out    *bufio.Reader
	stderr bytes.Buffer
}

func start(t *testing.T, what string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, exe)}
	p.Env = append(os.Environ(), helper+"="+what)
	p.Cmd.Stderr = &p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	p.says(t, "running")
	return p
}

func (p *process) says(t *testing.T, want string) {
	t.Helper()
	if line, err := p.out.ReadString('\n'); err != nil || strings.TrimSpace(line) != want {
		t.Fatalf("it says %q, %v; want %q", line, err, want)
	}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (p *process) ends(t *testing.T, code int, stderr string) {
	t.Helper()
	_, _ = io.Copy(io.Discard, p.out)
	_ = p.Wait()
	if got := p.ProcessState.ExitCode(); got != code || p.stderr.String() != stderr {
		t.Errorf("it ended with %d and %q, want %d and %q", got, p.stderr.String(), code, stderr)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1} {
		p := start(t, "stops")
		p.signal(t, syscall.SIGUSR2) // ends nothing: what comes next does
		p.signal(t, s)
		p.says(t, "stopping")
		p.ends(t, ExitOK, "")

		p = start(t, "hangs")
		p.signal(t, s)
		p.says(t, "stopping")
		p.signal(t, s)
		p.ends(t, exitAborted, "")
	}
	p := start(t, "breaks")
	p.signal(t, syscall.SIGTERM)
	p.says(t, "stopping")
	p.ends(t, ExitFailure, "program: closing: broken\n")
}

func TestMainReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
		text string
	}{
		{nil, ExitOK, ""}, {errBroken, ExitFailure, "p: broken\n"}, {context.Canceled, ExitFailure, "p: context canceled\n"},
	} {
		var stderr bytes.Buffer
		if code := Main("p", &stderr, func(context.Context) error { return c.err }); code != c.code || stderr.String() != c.text {
			t.Errorf("%v: %d, %q", c.err, code, stderr.String())
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	stopped := make(chan string, 3)
	waits := func(name string) Service {
		return Service{Name: name, Run: func(ctx context.Context) error {
			<-ctx.Done()
			stopped <- name
			return ctx.Err()
		}}
	}
	breaks := Service{Name: "c", Run: func(context.Context) error { return errBroken }}
	err := Run(context.Background(), waits("a"), waits("b"), breaks)
	if !errors.Is(err, errBroken) || err.Error() != "c: broken" || len(stopped) != 2 {
		t.Errorf("Run = %v after %d stopped", err, len(stopped))
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Run(ctx, waits("a")); err != nil {
		t.Errorf("an ordinary end: %v", err)
	}
	if err := Run(context.Background()); err != nil {
		t.Errorf("no services: %v", err)
	}
}
