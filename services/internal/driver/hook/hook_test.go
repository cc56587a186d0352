package hook

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script writes a program and returns its path.
func script(t *testing.T, text string) string {
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

func run(t *testing.T, h Hook, args ...string) Result {
	t.Helper()
	r, err := h.Run(context.Background(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestArgumentsAreLiteral(t *testing.T) {
	t.Parallel()
	program := script(t, `for a in "$@"; do printf '[%s]\n' "$a"; done`)
	args := []string{"SENT", "a name with  blanks", "$(touch evil)", "`id`", "; rm -rf x", "*", "", "'\"", "\xff", "-n", "new\nline"}
	r := run(t, Hook{Command: "  " + program + "  first  second "}, args...)
	want := "[first]\n[second]\n"
	for _, a := range args {
		want += "[" + a + "]\n"
	}
	if d := cmp.Diff(want, r.Output); d != "" || r.Code != 0 {
		t.Errorf("exit code %d, arguments (-want +got):\n%s", r.Code, d)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 1, 127, 255} {
		r := run(t, Hook{Command: script(t, "echo out; echo err >&2; exit "+strconv.Itoa(code))})
		if r.Code != code || r.Output != "out\nerr\n" || r.Took <= 0 {
			t.Errorf("exit %d: %+v", code, r)
		}
	}
	if r := run(t, Hook{Command: script(t, "kill -9 $$")}); r.Code != -1 {
		t.Errorf("killed by a signal: %+v", r)
	}
}

func TestNothingConfigured(t *testing.T) {
	t.Parallel()
	for _, h := range []Hook{{}, {Command: "  "}} {
		if r, err := h.Run(context.Background(), "a"); !h.IsZero() || err != nil || r != (Result{}) {
			t.Errorf("%+v: %+v, %v", h, r, err)
		}
	}
}

func TestMissingProgram(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	for command, want := range map[string]error{missing: fs.ErrNotExist, t.TempDir(): fs.ErrPermission} {
		r, err := Hook{Command: command + " argument"}.Run(context.Background(), "358401234567")
		if !errors.Is(err, want) || !strings.Contains(err.Error(), command) {
			t.Errorf("got %v, want %v with the program's name", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "358401234567") {
			t.Error("the error holds an argument")
		}
		if r.Code == 0 {
			t.Error("it has the exit code of a success")
		}
	}
}

// gone reports whether a process has ended.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") // dead, and nobody has asked how yet
}

func TestTimeoutKillsTheGroup(t *testing.T) {
	t.Parallel()
	pidFile := filepath.Join(t.TempDir(), "pid")
	program := script(t, `sleep 600 & echo $! > "$1"; echo begun; wait`)
	start := time.Now()
	r, err := Hook{Command: program, Timeout: 500 * time.Millisecond}.Run(context.Background(), pidFile)
	if !errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v, want ErrTimeout", err)
	}
	if took := time.Since(start); took > 10*time.Second || r.Took < 500*time.Millisecond {
		t.Errorf("it took %v, and says %v", took, r.Took)
	}
	if r.Output != "begun\n" || r.Code != -1 {
		t.Errorf("result %+v", r)
	}
	data, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !gone(pid) {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the child of the program lives on")
		}
		<-tick.C
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := Hook{Command: "sleep 600"}.Run(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrTimeout) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// TestBackgroundChild: a handler may leave something running behind it, as
// handlers of smsd do; that is no failure.
func TestBackgroundChild(t *testing.T) {
	t.Parallel()
	pidFile := filepath.Join(t.TempDir(), "pid")
	r, err := Hook{Command: script(t, `sleep 600 & echo $! > "$1"; echo done; exit 3`)}.Run(context.Background(), pidFile)
	t.Cleanup(func() {
		data, _ := os.ReadFile(pidFile)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	if err != nil || r.Code != 3 || r.Output != "done\n" {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = Hook{Command: script(t, `sleep 2 & echo done`)}.Run(context.Background())
	if err != nil || r.Code != 0 || r.Output != "done\n" {
		t.Errorf("with success: got %+v, %v", r, err)
	}
}

func TestOutputIsCapped(t *testing.T) {
	t.Parallel()
	r := run(t, Hook{Command: "head -c 1000000 /dev/zero"})
	if len(r.Output) != maxOutput || r.Code != 0 {
		t.Errorf("%d octets kept, exit code %d", len(r.Output), r.Code)
	}
}
