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
	if len(r.Output) != maxOutput || r.Code != 0 || !r.Truncated {
		t.Errorf("%d octets kept, truncated %v, exit code %d", len(r.Output), r.Truncated, r.Code)
	}
}

// TestGrace: a program is asked to end first, and what does not heed that is killed.
func TestGrace(t *testing.T) {
	t.Parallel()
	polite := script(t, `trap 'echo ending; exit 0' TERM; echo begun; while :; do sleep 0.01; done`)
	r, err := Hook{Command: polite, Timeout: 500 * time.Millisecond, Grace: time.Minute}.Run(context.Background())
	if !errors.Is(err, ErrTimeout) || !strings.HasSuffix(r.Output, "ending\n") || r.Took > 30*time.Second {
		t.Errorf("one that heeds SIGTERM: %+v, %v", r, err)
	}
	stubborn := script(t, `trap '' TERM; echo begun; while :; do sleep 0.01; done`)
	r, err = Hook{Command: stubborn, Timeout: 300 * time.Millisecond, Grace: 300 * time.Millisecond}.Run(context.Background())
	if !errors.Is(err, ErrTimeout) || r.Output != "begun\n" || r.Code != -1 || r.Took < 600*time.Millisecond {
		t.Errorf("one that ignores it: %+v, %v", r, err)
	}
}

// TestSurroundings: what a program is given besides its arguments.
func TestSurroundings(t *testing.T) {
	t.Setenv("NATS_PASSWORD", "secret")
	t.Setenv("LC_TIME", "fi_FI.UTF-8")
	r := run(t, Hook{Command: script(t, "pwd; env; cat"), Env: []string{"JOB=nightly"}})
	for _, want := range []string{"/\n", "PATH=", "LC_TIME=fi_FI.UTF-8\n", "JOB=nightly\n"} {
		if !strings.Contains(r.Output, want) {
			t.Errorf("%q is not in %q", want, r.Output)
		}
	}
	if strings.Contains(r.Output, "secret") {
		t.Error("a secret of the service was handed on")
	}
	dir := t.TempDir()
	if r := run(t, Hook{Command: "pwd", Dir: dir}); strings.TrimSpace(r.Output) != dir {
		t.Errorf("the working directory is %q", r.Output)
	}
	if got := environ([]string{"SECRET=1"}); len(got) != 1 || got[0] != "PATH="+defaultPath {
		t.Errorf("without a PATH: %q", got)
	}
}

// TestLimits waits in the program until the limits hold: they come just after it
// has begun.
func TestLimits(t *testing.T) {
	t.Parallel()
	program := script(t, `until [ "$(ulimit -n)" = 64 ] && [ "$(ulimit -c)" = 0 ] && [ "$(ulimit -v)" = 4000000 ] && [ "$(ulimit -t)" = 50 ]; do :; done; echo limited`)
	h := Hook{Command: program, Limits: Limits{OpenFiles: 64, AddressSpace: 4_000_000 << 10, CPUSeconds: 50}}
	if r := run(t, h); r.Output != "limited\n" {
		t.Errorf("got %+v", r)
	}
	busy := Hook{Command: script(t, "while :; do :; done"), Limits: Limits{CPUSeconds: 1}, Timeout: time.Minute}
	if r, err := busy.Run(context.Background()); err != nil || r.Code != -1 {
		t.Errorf("a program that computes for ever: %+v, %v", r, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode fs.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for command, want := range map[string]error{
		"": nil,
		write("good", "#!/bin/sh\n", 0o700) + " argument": nil,
		"sh -c true":                         nil,
		filepath.Join(dir, "missing"):        ErrMissing,
		"viesti-no-such-program":             ErrMissing,
		write("plain", "#!/bin/sh\n", 0o600): ErrNotExecutable,
		dir:                                  syscall.EISDIR,
		"sh | x":                             ErrShell,
	} {
		err := Hook{Command: command}.Check()
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("Check of %q: %v, want %v", command, err, want)
		}
	}
	_, err := Hook{Command: write("interpreter", "#!/no/such/interpreter\n", 0o700)}.Run(context.Background())
	if !errors.Is(err, ErrInterpreter) {
		t.Errorf("a missing interpreter: %v", err)
	}
}

func TestUSSD(t *testing.T) {
	t.Parallel()
	const answer = `+CUSD: 0,"Your balance is 5",15`
	for text, want := range map[string]string{
		`printf '%s|' "$1" "$3" "$4" "$5" "$#"; cat "$2"`: answer,
		`echo "new answer" > "$2"; echo more >> "$2"`:     "new answer",
		`rm "$2"`:  answer,
		`: > "$2"`: answer,
		"exit 3":   answer,
	} {
		got, r, err := Hook{Command: script(t, text)}.USSD(context.Background(), "GSM1", "UCS2", "AT+CUSD=1,\"*100#\"", answer)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
		if r.Output != "" && r.Output != "USSD|GSM1|UCS2|AT+CUSD=1,\"*100#\"|5|"+answer+"\n" {
			t.Errorf("the handler got %q", r.Output)
		}
	}
	if got, _, err := (Hook{}).USSD(context.Background(), "GSM1", "GSM", "x", answer); got != answer || err != nil {
		t.Errorf("without a handler: %q, %v", got, err)
	}
	if got, _, err := (Hook{Command: "/no/such/program"}).USSD(context.Background(), "GSM1", "GSM", "x", answer); got != answer || !errors.Is(err, ErrMissing) {
		t.Errorf("with a missing handler: %q, %v", got, err)
	}
}
