package spooldir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// eligible is as the spool has it: nothing hidden.
func eligible(name string) bool { return !strings.HasPrefix(name, ".") }

func TestScan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a", "12345")
	put(t, dir, ".hidden", "x")
	must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	must(t, os.Symlink("a", filepath.Join(dir, "link")))
	found, err := Scan(dir, eligible)
	must(t, err)
	if len(found) != 1 || found[0].Name != "a" || found[0].Size != 5 || time.Since(found[0].ModTime) > time.Hour {
		t.Errorf("found %+v", found)
	}
	if _, err := Scan(filepath.Join(dir, "missing"), eligible); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("scanning nothing: %v", err)
	}
}

// TestTakeIsExclusive: however many look at the directory, each file is claimed once.
func TestTakeIsExclusive(t *testing.T) {
	t.Parallel()
	const hosts, files = 8, 200
	dir := t.TempDir()
	var all []string
	for i := range files {
		all = append(all, fmt.Sprintf("f%03d", i))
		put(t, dir, all[i], all[i])
	}
	var mu sync.Mutex
	owners := map[string]int{}
	var group sync.WaitGroup
	for range hosts {
		group.Go(func() {
			for batch := range slices.Chunk(all, 10) {
				c, err := Take(dir, "h", batch)
				if err != nil {
					t.Error(err)
				}
				if c == nil {
					continue
				}
				mu.Lock()
				for _, f := range c.Files {
					owners[f]++
					if data, err := os.ReadFile(c.Path(f)); err != nil || string(data) != f {
						t.Errorf("claimed %s: %q, %v", f, data, err)
					}
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(owners) != files {
		t.Errorf("%d files claimed, want %d", len(owners), files)
	}
	for f, n := range owners {
		if n != 1 {
			t.Errorf("%s was claimed %d times", f, n)
		}
	}
	for _, name := range names(t, dir) {
		if !strings.HasPrefix(name, claimPrefix) || len(names(t, filepath.Join(dir, name))) == 0 {
			t.Errorf("left behind: %s", name)
		}
	}
}

func TestTakeOfNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := Take(dir, "h", []string{"gone"})
	if c != nil || err != nil || len(names(t, dir)) != 0 {
		t.Errorf("Take = %v, %v; left %v", c, err, names(t, dir))
	}
	if _, err := Take(filepath.Join(dir, "missing"), "h", []string{"a"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no directory: %v", err)
	}
}

func TestRecoverGivesTheSameIDs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := map[string]string{}
	for _, name := range []string{"a", "with space", "\xff\xfe", strings.Repeat("x", 255), "b"} {
		put(t, dir, name, "x")
		c, err := Take(dir, "h", []string{name})
		must(t, err)
		want[name] = ID(c.Name, name)
	}
	put(t, dir, ".viesti-file", "no claim")
	must(t, os.Mkdir(filepath.Join(dir, ".other"), 0o700))
	claims, err := Recover(dir, "h")
	must(t, err)
	got := map[string]string{}
	for _, c := range claims {
		for _, f := range c.Files {
			got[f] = ID(c.Name, f)
			must(t, os.Remove(c.Path(f)))
		}
		must(t, c.Release())
		must(t, c.Release())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("ids (-before +after):\n%s", d)
	}
	if left, err := Recover(dir, "h"); err != nil || len(left) != 0 {
		t.Errorf("after the release: %v, %v", left, err)
	}
}

// TestRecoverTellsHostsApart has a host whose name ends with that of another one.
func TestRecoverTellsHostsApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a", "x")
	_, err := Take(dir, "east-spool", []string{"a"})
	must(t, err)
	for host, want := range map[string]int{"spool": 0, "east-spool": 1} {
		if claims, err := Recover(dir, host); err != nil || len(claims) != want {
			t.Errorf("%s finds %d claims, %v; want %d", host, len(claims), err, want)
		}
	}
}

func TestReleaseKeepsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a", "x")
	c, err := Take(dir, "h", []string{"a"})
	must(t, err)
	if err := c.Release(); err == nil {
		t.Error("a claim with a file was released")
	}
	if content(t, c.Path("a")) != "x" {
		t.Error("the file is gone")
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	claimGen := rapid.StringMatching(`[0-9a-hjkmnp-tv-z]{26}`)
	rapid.Check(t, func(t *rapid.T) {
		ids := map[string][2]string{}
		for range rapid.IntRange(2, 20).Draw(t, "files") {
			claim, file := claimGen.Draw(t, "claim"), string(rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "file"))
			id := ID(claim, file)
			if len(id) != 26 || strings.Trim(id, alphabet) != "" || id[:10] != claim[:10] {
				t.Fatalf("ID(%q, %q) = %q", claim, file, id)
			}
			if before, taken := ids[id]; taken && before != [2]string{claim, file} {
				t.Fatalf("ID(%q, %q) is that of %q", claim, file, before)
			}
			ids[id] = [2]string{claim, file}
		}
	})
}

func TestWaitingName(t *testing.T) {
	t.Parallel()
	if got := WaitingName("id", "name"); got != "id.name" {
		t.Errorf("got %q", got)
	}
	if got := WaitingName("id", strings.Repeat("n", 255)); len(got) != 255 || !strings.HasPrefix(got, "id.nnn") {
		t.Errorf("got %q", got)
	}
}
