// Package hook runs the programs that administrators hang into the gateway.
//
// A program is executed without a shell: what comes from outside (file names
// above all) is an argument, whatever it contains. It runs in a process group of
// its own, and the whole group is ended when its time is up.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// ErrTimeout says that a program did not end in time and was killed.
var ErrTimeout = errors.New("took too long and was killed")

// Hook is a configured program.
type Hook struct {
	// Command is the program and, after blanks, arguments that always come first.
	Command string
	// Timeout is how long it may run; 0 means a minute.
	Timeout time.Duration
}

// Result is what became of a run.
type Result struct {
	// Code is the exit code; -1 when a signal ended the program.
	Code int
	// Output is the beginning of what it wrote.
	Output string
	Took   time.Duration
}

// maxOutput bounds the output that is kept, in octets.
const maxOutput = 64 << 10

// IsZero reports whether no program is configured.
func (h Hook) IsZero() bool { return strings.TrimSpace(h.Command) == "" }

// Run runs the program with args behind its own arguments. An error says that it
// could not be started or was killed; an exit code other than 0 is no error.
func (h Hook) Run(ctx context.Context, args ...string) (Result, error) {
	words := strings.Fields(h.Command)
	if len(words) == 0 {
		return Result{}, nil
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], append(words[1:], args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var out capped
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	r := Result{Code: cmd.ProcessState.ExitCode(), Output: out.kept.String(), Took: time.Since(start)}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return r, fmt.Errorf("running %s: %w", words[0], context.Cause(ctx))
	case errors.As(err, &exit), errors.Is(err, exec.ErrWaitDelay): // it left a child behind that holds its output
		return r, nil
	case err != nil:
		return r, fmt.Errorf("running %s: %w", words[0], err)
	}
	return r, nil
}

// capped keeps the beginning of what is written to it.
type capped struct{ kept bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := maxOutput - c.kept.Len(); room > 0 {
		c.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
