package spooldir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Staged is a file that is complete and durable in its directory, under a name
// that nobody looks at.
type Staged struct{ path, dir string }

// staged is where the file of a message is staged: it follows from the id, so that
// whoever goes on after a crash finds it.
func staged(dir, id string) *Staged {
	return &Staged{path: filepath.Join(dir, claimPrefix+id+".tmp"), dir: dir}
}

// Stage writes the file of a message into dir, in place of one that was staged for
// it before, and makes it durable. Show gives it its name.
func (s *Syncer) Stage(dir, id string, data []byte, mode fs.FileMode) (*Staged, error) {
	st := staged(dir, id)
	f, err := openPlain(st.path, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, mode)
	if err != nil {
		return nil, fmt.Errorf("writing a file: %w", err)
	}
	defer f.Close()
	if err := s.fill(f, dir, data, mode); err != nil {
		return nil, fmt.Errorf("writing a file: %w", errors.Join(err, os.Remove(st.path)))
	}
	return st, nil
}

func (s *Syncer) fill(f *os.File, dir string, data []byte, mode fs.FileMode) error {
	if err := setMode(f, mode); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	return s.syncInDir(f, dir)
}

// setMode gives a file its mode, unless it was made with it.
func setMode(f *os.File, mode fs.FileMode) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err == nil && fs.FileMode(st.Mode).Perm() == mode.Perm() {
		return nil
	}
	return f.Chmod(mode)
}

// FindStaged finds what an earlier run has staged for a message and not shown, and
// its content. The error is fs.ErrNotExist when there is nothing.
func FindStaged(dir, id string) (*Staged, []byte, error) {
	st := staged(dir, id)
	data, err := os.ReadFile(st.path)
	if err != nil {
		return nil, nil, fmt.Errorf("looking for a file: %w", err)
	}
	return st, data, nil
}

// Show gives the file its name or, where that is taken, its name with a number
// behind it, and returns its path. before, which may be nil, is called with the path
// that the file is about to get, and may keep it from getting it.
func (st *Staged) Show(name string, before func(path string) error) (string, error) {
	return move(st.path, st.dir, name, before)
}

// Path is where the file is staged.
func (st *Staged) Path() string { return st.path }
