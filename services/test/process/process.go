// Package process builds the programs and runs them as processes of their own,
// for tests of what only whole processes can show: being killed, being separate.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/test/gateway"
)

// server is the package of the external broker: the same version as the embedded one.
const server = "github.com/nats-io/nats-server/v2"

// programs are the packages of the programs.
const programs = "github.com/viesti-sms/viesti/services/cmd/"

// built names the variable of the environment with a directory where "make test" has put
// all programs and the broker, so that not every package builds them.
const built = "VIESTI_TEST_BIN"

// Build builds all programs and the broker into dir. TestMain calls it once.
func Build(dir string) error { return build(dir, programs+"...", server) }

// BuildGateway builds viestid alone into dir, and returns its path.
func BuildGateway(dir string) (string, error) {
	return filepath.Join(dir, "viestid"), build(dir, programs+"viestid")
}

// BuildBroker builds the external broker alone into dir.
func BuildBroker(dir string) error { return build(dir, server) }

func build(dir string, targets ...string) error {
	if from := os.Getenv(built); from != "" {
		return link(dir, from)
	}
	out, err := exec.Command("go", append([]string{"build", "-o", dir + "/"}, targets...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", targets, err, out)
	}
	return nil
}

// link puts links to all programs of another directory into dir.
func link(dir, from string) error {
	found, err := filepath.Glob(filepath.Join(from, "*"))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("no programs in %s=%s: %w", built, from, err)
	}
	for _, path := range found {
		if err := os.Symlink(path, filepath.Join(dir, filepath.Base(path))); err != nil {
			return fmt.Errorf("linking to the programs of %s: %w", built, err)
		}
	}
	return nil
}

// Broker is the path of the external broker in the directory that it was built into.
func Broker(dir string) string { return filepath.Join(dir, "nats-server") }

// Process is a running program.
type Process struct {
	t    testing.TB
	cmd  *exec.Cmd
	done chan struct{}
	err  error
	out  *output
}

// output collects what a program writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Start starts a program. It is killed when the test ends, if it still runs.
func Start(t testing.TB, path string, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.Command(path, args...), done: make(chan struct{}), out: &output{}}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.Env = append(os.Environ(), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(path), p.out)
		}
	})
	return p
}

// Kill ends it at once, as kill -9 does, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Term asks it to end, and returns its exit code.
func (p *Process) Term() int {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	return p.Wait()
}

// Signal gives it a signal.
func (p *Process) Signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// Wait waits until it ends by itself, and returns its exit code.
func (p *Process) Wait() int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), gateway.Patience)
	defer cancel()
	select {
	case <-p.done:
	case <-ctx.Done():
		p.t.Fatalf("%s does not end", p.cmd.Path)
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Status is what the kernel says about it (proc(5), /proc/pid/status); empty when it has ended.
func (p *Process) Status() string {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	return string(status)
}

// Output returns what it has written so far.
func (p *Process) Output() string { return p.out.String() }

// Until waits until its output contains text.
func (p *Process) Until(text string) {
	p.t.Helper()
	gateway.Wait(p.t, fmt.Sprintf("%q from %s", text, filepath.Base(p.cmd.Path)), func() bool { return strings.Contains(p.Output(), text) })
}

// Run runs a program to its end, and returns its output and exit code.
func Run(t testing.TB, path string, env []string, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String()), strings.TrimSpace(errs.String()), cmd.ProcessState.ExitCode()
}
