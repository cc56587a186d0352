// Package hook runs the programs that administrators hang into the gateway.
//
// A program is executed without a shell: what comes from outside (file names
// above all) is an argument, whatever it contains. It runs in a process group of
// its own, with a defined environment and nothing on its standard input, and when
// its time is up the whole group is asked to end, and then killed.
//
// Pool runs many of them, in the order that each message needs, so that one that
// hangs delays nothing else.
package hook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrTimeout says that a program did not end in time and was killed.
var ErrTimeout = errors.New("took too long and was killed")

// Hook is a configured program. The zero value is none.
type Hook struct {
	// Command is the program and arguments that always come first: see Words.
	Command string
	// Timeout is how long it may run; 0 means a minute.
	Timeout time.Duration
	// Grace is how long it may take to end after SIGTERM, before SIGKILL; 0 means
	// 5 seconds.
	Grace time.Duration
	// Dir is its working directory; "" means /, as in smsd.
	Dir string
	// Env is added to the environment (see environ), each as NAME=value.
	Env []string
	// Limits bound what it may use.
	Limits Limits
}

// Result is what became of a run.
type Result struct {
	// Code is the exit code; -1 when a signal ended the program or it never began.
	Code int
	// Output is the beginning of what it wrote, to both its outputs.
	Output string
	// Truncated says that it wrote more.
	Truncated bool
	Took      time.Duration
}

const (
	defaultTimeout = time.Minute
	defaultGrace   = 5 * time.Second
)

// IsZero reports whether no program is configured.
func (h Hook) IsZero() bool { return blank(h.Command) }

// Run runs the program with args behind its own arguments. An error says that it
// could not be started or was killed; an exit code other than 0 is no error. The
// error names the program and none of its arguments.
func (h Hook) Run(ctx context.Context, args ...string) (Result, error) {
	if h.IsZero() {
		return Result{}, nil
	}
	words, err := Words(h.Command)
	if err != nil {
		return Result{Code: -1}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, or(h.Timeout, defaultTimeout), ErrTimeout)
	defer cancel()
	r, err := h.run(ctx, h.command(words, args))
	if err != nil {
		return r, fmt.Errorf("running %s: %w", words[0], err)
	}
	return r, nil
}

// command describes the process. Its standard input is /dev/null.
func (h Hook) command(words, args []string) *exec.Cmd {
	program := words[0]
	if abs, err := filepath.Abs(program); err == nil && strings.Contains(program, "/") {
		program = abs // the working directory is another one
	}
	//nolint:noctx // when its time is up the whole group is ended, in two steps: see wait
	cmd := exec.Command(program, append(words[1:], args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(environ(os.Environ()), h.Env...)
	cmd.Dir = h.Dir
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	return cmd
}

func (h Hook) run(ctx context.Context, cmd *exec.Cmd) (Result, error) {
	out, err := capture()
	if err != nil {
		return Result{Code: -1}, err
	}
	cmd.Stdout, cmd.Stderr = out.write, out.write
	start := time.Now()
	if err := cmd.Start(); err != nil {
		out.finish()
		return Result{Code: -1}, explain(err)
	}
	h.Limits.apply(cmd.Process.Pid)
	err = h.wait(ctx, cmd)
	r := Result{Code: cmd.ProcessState.ExitCode(), Took: time.Since(start)}
	r.Output, r.Truncated = out.finish()
	return r, err
}

// wait waits for the program, no longer than for ctx. That it ended with a code of
// its own is no error.
func (h Hook) wait(ctx context.Context, cmd *exec.Cmd) error {
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = cmd.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		endGroup(cmd.Process.Pid, or(h.Grace, defaultGrace), done)
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// endGroup asks a process group to end, and kills what is left of it after grace.
// done is closed at the end of its first process, which has been waited for when
// endGroup returns.
func endGroup(group int, grace time.Duration, done <-chan struct{}) {
	const look = 10 * time.Millisecond
	_ = syscall.Kill(-group, syscall.SIGTERM)
	limit, tick := time.NewTimer(grace), time.NewTicker(look)
	defer limit.Stop()
	defer tick.Stop()
	for ended := false; ; {
		select {
		case <-done:
			ended, done = true, nil
		case <-tick.C:
		case <-limit.C:
			_ = syscall.Kill(-group, syscall.SIGKILL)
			if !ended {
				<-done
			}
			return
		}
		if ended && errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
			return
		}
	}
}

func or(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
