package spooldir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMoveNeverOverwrites(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	long := strings.Repeat("n", maxName)
	for _, name := range []string{"a", long} {
		seen := map[string]bool{}
		for i := range 12 {
			path, err := Move(put(t, from, "x", fmt.Sprint(i)), to, name)
			must(t, err)
			if seen[path] || content(t, path) != fmt.Sprint(i) {
				t.Errorf("move %d went to %s", i, filepath.Base(path))
			}
			seen[path] = true
		}
	}
	if n := len(names(t, to)); n != 24 {
		t.Errorf("%d files, want 24", n)
	}
	if len(names(t, from)) != 0 {
		t.Error("files were left behind")
	}
}

func TestMovesSideBySide(t *testing.T) {
	t.Parallel()
	const movers = 40
	from, to := t.TempDir(), t.TempDir()
	var group sync.WaitGroup
	for i := range movers {
		path := put(t, from, fmt.Sprint(i), fmt.Sprint(i))
		group.Go(func() {
			if _, err := Move(path, to, "same"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, name := range names(t, to) {
		seen[content(t, filepath.Join(to, name))] = true
	}
	if len(seen) != movers {
		t.Errorf("%d files arrived, want %d", len(seen), movers)
	}
}

func TestOneOfTwoMovesOfAFile(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	path := put(t, from, "a", "x")
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = Move(path, to, fmt.Sprint(i)) })
	}
	group.Wait()
	moved := 0
	for _, err := range errs {
		if err == nil {
			moved++
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
	if moved != 1 || len(names(t, to)) != 1 {
		t.Errorf("moved %d times, %v", moved, names(t, to))
	}
}

func TestMoveToNowhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := put(t, dir, "a", "x")
	if _, err := Move(path, filepath.Join(dir, "missing"), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if content(t, path) != "x" {
		t.Error("the file is gone")
	}
}

// otherFileSystem is a directory on a file system that dir is not on.
func otherFileSystem(t *testing.T, dir string) (other string, ok bool) {
	t.Helper()
	other, err := os.MkdirTemp("/dev/shm", "viesti-test-")
	if err != nil {
		return "", false
	}
	t.Cleanup(func() { _ = os.RemoveAll(other) })
	var a, b unix.Stat_t
	must(t, unix.Stat(dir, &a))
	must(t, unix.Stat(other, &b))
	return other, a.Dev != b.Dev
}

// TestMoveAcrossFileSystems moves to another file system where there is one, and
// in any case the way that it is done there.
func TestMoveAcrossFileSystems(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	move := copyAcross
	if other, ok := otherFileSystem(t, from); ok {
		to, move = other, Move
	}
	big := strings.Repeat("x", 1<<20)
	for i := range 3 {
		source := put(t, from, "a", big+fmt.Sprint(i))
		must(t, os.Chmod(source, 0o640))
		path, err := move(source, to, "a")
		must(t, err)
		info, err := os.Stat(path)
		must(t, err)
		if content(t, path) != big+fmt.Sprint(i) || info.Mode().Perm() != 0o640 {
			t.Errorf("it arrived with %d octets and mode %v", info.Size(), info.Mode())
		}
	}
	if got := names(t, to); len(got) != 3 || len(names(t, from)) != 0 {
		t.Errorf("arrived %v, left %v", got, names(t, from))
	}
}

// TestWriteIsAtomic watches a directory as a spool does while files are written
// into it.
func TestWriteIsAtomic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole := bytes.Repeat([]byte("0123456789"), 10_000)
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		for ctx.Err() == nil {
			found, err := Scan(dir, eligible)
			if err != nil {
				t.Error(err)
				return
			}
			for _, c := range found {
				data, err := os.ReadFile(filepath.Join(dir, c.Name))
				if err != nil || !bytes.Equal(data, whole) || !strings.HasPrefix(c.Name, "message") {
					t.Errorf("seen: %s with %d octets, %v", c.Name, len(data), err)
					return
				}
			}
		}
	})
	for range 50 {
		_, err := Write(dir, "message", whole, 0o640)
		must(t, err)
	}
	cancel()
	group.Wait()
	for _, name := range names(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if info.Mode().Perm() != 0o640 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

func TestWriteFailsCleanly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Write(dir, strings.Repeat("n", maxName+1), []byte("x"), 0o600); err == nil {
		t.Error("a name that is too long was taken")
	}
	if _, err := Write(dir, "missing/a", []byte("x"), 0o600); err == nil {
		t.Error("a missing directory was written into")
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := put(t, dir, "a", "old")
	must(t, os.Chmod(path, 0o640))
	must(t, Replace(path, []byte("new")))
	info, err := os.Stat(path)
	must(t, err)
	if content(t, path) != "new" || info.Mode().Perm() != 0o640 || len(names(t, dir)) != 1 {
		t.Errorf("%q, mode %v, files %v", content(t, path), info.Mode(), names(t, dir))
	}
	if err := Replace(filepath.Join(dir, "missing"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("replacing nothing: %v", err)
	}
}

// TestPut gives a file content that is there and one that is not.
func TestPut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "note")
	for _, text := range []string{"first, and longer", "second"} {
		must(t, Put(path, []byte(text), 0o600))
		info, err := os.Stat(path)
		must(t, err)
		if content(t, path) != text || info.Mode() != 0o600 || len(names(t, dir)) != 1 {
			t.Errorf("it holds %q, mode %v, in %v", content(t, path), info.Mode(), names(t, dir))
		}
	}
	if err := Put(filepath.Join(dir, "missing", "note"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
}

// TestMaskedModes writes in a process of its own, as the umask is the process's: new
// files follow it, and files that stand for others have the mode of those.
func TestMaskedModes(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("SPOOLDIR_MASKED"); dir != "" {
		writeMasked(t, dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMaskedModes$")
	cmd.Env = append(os.Environ(), "SPOOLDIR_MASKED="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]fs.FileMode{"new": 0o640, "put": 0o644, "replaced": 0o664, "moved": 0o666} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

func writeMasked(t *testing.T, dir string) {
	t.Helper()
	unix.Umask(0o027)
	_, err := Write(dir, "new", []byte("text"), 0o644)
	must(t, err)
	must(t, Put(filepath.Join(dir, "put"), []byte("text"), 0o644))
	must(t, os.Chmod(put(t, dir, "replaced", "old"), 0o664))
	must(t, Replace(filepath.Join(dir, "replaced"), []byte("new")))
	must(t, os.Chmod(put(t, dir, "source", "text"), 0o666))
	_, err = copyAcross(filepath.Join(dir, "source"), dir, "moved")
	must(t, err)
}
