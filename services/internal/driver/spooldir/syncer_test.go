package spooldir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// TestSyncerTogether replaces many files at the same time, in several rounds.
func TestSyncerTogether(t *testing.T) {
	t.Parallel()
	const files = 100
	var s Syncer
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range files {
		path := filepath.Join(dir, strconv.Itoa(i))
		must(t, os.WriteFile(path, []byte("old"), 0o640))
		all.Go(func() {
			if err := errors.Join(s.Replace(path, []byte(filepath.Base(path))), s.SyncDir(dir)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range files {
		path := filepath.Join(dir, strconv.Itoa(i))
		data, err := os.ReadFile(path)
		must(t, err)
		info, err := os.Stat(path)
		must(t, err)
		if string(data) != strconv.Itoa(i) || info.Mode() != 0o640 {
			t.Errorf("file %d holds %q, mode %v", i, data, info.Mode())
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != files {
		t.Errorf("%d files are in the directory, want %d", len(entries), files)
	}
}

// TestSyncerErrorsAreOnesOwn: a file that cannot be synced fails for who asked,
// and for nobody else in its round.
func TestSyncerErrorsAreOnesOwn(t *testing.T) {
	t.Parallel()
	good, err := os.Create(filepath.Join(t.TempDir(), "good"))
	must(t, err)
	defer good.Close()
	closed, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	must(t, err)
	must(t, closed.Close())
	errs := syncAll([]*os.File{closed, good})
	if !errors.Is(errs[0], os.ErrClosed) || errs[1] != nil {
		t.Errorf("got %v", errs)
	}
}

func TestSyncerOfNothing(t *testing.T) {
	t.Parallel()
	var s Syncer
	missing := filepath.Join(t.TempDir(), "missing")
	for name, err := range map[string]error{"Replace": s.Replace(missing, nil), "SyncDir": s.SyncDir(missing)} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSyncerRounds: what is asked for while a round runs is in the next one, together.
func TestSyncerRounds(t *testing.T) {
	t.Parallel()
	s := Syncer{running: true} // as if a round ran
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	must(t, err)
	defer f.Close()
	first, i := s.join(f)
	second, j := s.join(f)
	if first != second || i != 0 || j != 1 {
		t.Fatalf("two that wait are in rounds %p and %p, as %d and %d", first, second, i, j)
	}
	s.run()
	<-first.done
	if s.running || s.next != nil || errors.Join(first.errs...) != nil {
		t.Errorf("after the round: running %v, next %v, errors %v", s.running, s.next, first.errs)
	}
}
