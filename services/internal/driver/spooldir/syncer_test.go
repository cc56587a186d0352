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
	r := &round{paths: map[string]*syncing{"bad": {file: closed}, "good": {file: good}, "/nowhere/at/all": {}}}
	r.sync()
	if err := r.paths["bad"].err; !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file: %v", err)
	}
	if err := r.paths["/nowhere/at/all"].err; !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
	if err := r.paths["good"].err; err != nil {
		t.Errorf("a good file: %v", err)
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

// TestSyncerRounds: what is asked for while a round runs is in the next one,
// together, and each path once.
func TestSyncerRounds(t *testing.T) {
	t.Parallel()
	s := Syncer{running: true} // as if a round ran
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "file"))
	must(t, err)
	defer f.Close()
	file, one, other := s.join(f.Name(), f), s.join(dir, nil), s.join(dir, nil)
	if file.in != one.in || one != other || len(file.in.paths) != 2 {
		t.Fatalf("three that wait are in rounds %p, %p and %p, for %d paths", file.in, one.in, other.in, len(file.in.paths))
	}
	s.run()
	<-file.in.done
	if s.running || s.next != nil || file.err != nil || one.err != nil {
		t.Errorf("after the round: running %v, next %v, errors %v, %v", s.running, s.next, file.err, one.err)
	}
}

// TestStage: what is staged is found again by the id of its message, and shown
// under a name of its own.
func TestStage(t *testing.T) {
	t.Parallel()
	var s Syncer
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "name"), []byte("other"), 0o600))
	if _, _, err := FindStaged(dir, "id1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing is staged, but: %v", err)
	}
	_, err := s.Stage(dir, "id1", []byte("a longer first try"), 0o640)
	must(t, err)
	_, err = s.Stage(dir, "id1", []byte("second"), 0o640)
	must(t, err)
	st, data, err := FindStaged(dir, "id1")
	must(t, err)
	if string(data) != "second" {
		t.Errorf("staged is %q", data)
	}
	var told []string
	path, err := st.Show("name", func(path string) error { told = append(told, path); return nil })
	must(t, err)
	if len(told) != 1 || told[0] != path {
		t.Errorf("told before: %q", told)
	}
	data, err = os.ReadFile(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if filepath.Base(path) != "name.1" || string(data) != "second" || info.Mode() != 0o640 {
		t.Errorf("shown as %s with %q, mode %v", path, data, info.Mode())
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("left in the directory: %v", entries)
	}
	if _, err := s.Stage(filepath.Join(dir, "missing"), "id1", nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
	must(t, os.Symlink("/etc/hostname", filepath.Join(dir, ".viesti-id2.tmp")))
	if _, err := s.Stage(dir, "id2", nil, 0o600); err == nil {
		t.Error("a link was followed")
	}
}

// TestShowIsKept: what cannot be told before is not shown.
func TestShowIsKept(t *testing.T) {
	t.Parallel()
	var s Syncer
	dir := t.TempDir()
	st, err := s.Stage(dir, "id", []byte("x"), 0o600)
	must(t, err)
	if _, err := st.Show("name", func(string) error { return errSeen }); !errors.Is(err, errSeen) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(st.Path()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "name")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was shown: %v", err)
	}
}
