package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// helper makes this binary say who it is after it became another user.
const helper = "VIESTI_TEST_BECOME"

func TestMain(m *testing.M) {
	if who := os.Getenv(helper); who != "" {
		name, group, _ := strings.Cut(who, ":")
		err := Become(name, group)
		groups, _ := os.Getgroups()
		fmt.Println(os.Geteuid(), os.Getegid(), groups, err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func become(t *testing.T, who string, credential *syscall.Credential) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helper+"="+who)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestBecome: root becomes somebody else for good, with the groups of both settings.
// Who is not root can only stay.
func TestBecome(t *testing.T) {
	me := strconv.Itoa(os.Geteuid())
	if got := become(t, me+":", nil); !strings.HasPrefix(got, me+" ") || !strings.HasSuffix(got, "<nil>") {
		t.Errorf("becoming oneself: %s", got)
	}
	if got := become(t, "no-such-user-here:", nil); !strings.Contains(got, ErrUser.Error()) {
		t.Errorf("a user that there is not: %s", got)
	}
	if got := become(t, ":no-such-group-here", nil); !strings.Contains(got, ErrUser.Error()) {
		t.Errorf("a group that there is not: %s", got)
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	got := become(t, "nobody:daemon", nil)
	if os.Geteuid() != 0 {
		if !strings.Contains(got, "only root can become nobody") {
			t.Errorf("without being root: %s", got)
		}
		return
	}
	daemon, err := user.LookupGroup("daemon")
	if err != nil {
		t.Fatal(err)
	}
	if want := nobody.Uid + " " + daemon.Gid + " "; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "<nil>") || !strings.Contains(got, nobody.Gid) {
		t.Errorf("it is %s, want %s...", got, want)
	}
}

// TestWritePID: the second instance is told who the first one is, and the file of a
// dead one is taken over.
func TestWritePID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(path, []byte("99999999999\nleft by somebody who was killed"), 0o644); err != nil {
		t.Fatal(err)
	}
	remove, err := WritePID(path)
	if err != nil {
		t.Fatal(err)
	}
	me := strconv.Itoa(os.Getpid())
	if data, _ := os.ReadFile(path); string(data) != me+"\n" {
		t.Errorf("the file says %q", data)
	}
	_, err = WritePID(path)
	if !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), me) {
		t.Errorf("the second one: %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != me+"\n" {
		t.Errorf("the second one has changed the file: %q", data)
	}
	remove()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file stays: %v", err)
	}
	if remove, err := WritePID(""); err != nil {
		t.Error(err)
	} else {
		remove()
	}
	if err := os.Symlink("/etc/passwd-not", path); err != nil {
		t.Fatal(err)
	}
	if _, err := WritePID(path); err == nil {
		t.Error("it follows a link")
	}
}

// TestWritePIDBesideSmsd: an smsd that runs is left alone, and another program with the number of
// a dead one is not taken for it.
func TestWritePIDBesideSmsd(t *testing.T) {
	t.Parallel()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	for name, runs := range map[string]bool{"smsd": true, "other": false} {
		dir := t.TempDir()
		program, path := filepath.Join(dir, name), filepath.Join(dir, "pid")
		if err := os.Symlink(sleep, program); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "600")
		gone, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		number := strconv.Itoa(cmd.Process.Pid) + "\n"
		if err := os.WriteFile(path, []byte(number), 0o600); err != nil {
			t.Fatal(err)
		}
		remove, err := WritePID(path)
		if runs != errors.Is(err, ErrRunning) {
			t.Errorf("beside %s: %v", name, err)
		}
		if err == nil {
			remove()
			continue
		}
		if data, err := os.ReadFile(path); string(data) != number {
			t.Errorf("its file has %q now, %v", data, err)
		}
		// Killed, and not waited for by its parent: it is dead all the same.
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, gone)
		remove, err = WritePID(path)
		if err != nil {
			t.Fatalf("beside a dead one: %v", err)
		}
		remove()
	}
}
