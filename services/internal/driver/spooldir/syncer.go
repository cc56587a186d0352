package spooldir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Syncer makes files and directories durable for many goroutines at once: what is
// asked for while a round of syncing runs is done together in the next one. A file
// system with a journal then commits it once for all of them, and not once for
// each. The zero value is ready.
type Syncer struct {
	mu sync.Mutex
	// next is the round that is being gathered; nil when nobody asked.
	next    *round
	running bool
}

// gathering is how long a round is gathered that follows another one: whoever uses
// the disk too, like the broker, comes first meanwhile. Who is alone does not wait.
const gathering = 2 * time.Millisecond

// parallel is how many files are synced side by side.
const parallel = 8

// round is what is synced together.
type round struct {
	// paths are what is synced, each once.
	paths map[string]*syncing
	done  chan struct{}
}

// syncing is one file or directory of a round.
type syncing struct {
	file *os.File // nil: it is opened for the syncing
	err  error    // valid after the round
}

// Replace is the function Replace, with the syncing shared.
func (s *Syncer) Replace(path string, data []byte) error {
	return replace(path, data, func(f *os.File) error { return s.sync(f.Name(), f) })
}

// Put is the function Put, with the syncing shared.
func (s *Syncer) Put(path string, data []byte, mode fs.FileMode) error {
	if err := overwrite(path, data, mode, func(f *os.File) error { return s.sync(f.Name(), f) }); err != nil {
		return err
	}
	return s.SyncDir(filepath.Dir(path))
}

// SyncDirs makes the names in several directories durable, together.
func (s *Syncer) SyncDirs(dirs ...string) error {
	all := make([]wish, len(dirs))
	for i, dir := range dirs {
		all[i] = s.join(dir, nil)
	}
	var errs []error
	for _, w := range all {
		errs = append(errs, w.wait())
	}
	return errors.Join(errs...)
}

// SyncDir is the function SyncDir, with the syncing shared.
func (s *Syncer) SyncDir(dir string) error { return s.sync(dir, nil) }

// sync syncs a file, or what is at path when file is nil, in the next round.
func (s *Syncer) sync(path string, file *os.File) error { return s.join(path, file).wait() }

// syncInDir syncs a file and the directory that it is in.
func (s *Syncer) syncInDir(file *os.File, dir string) error {
	content, name := s.join(file.Name(), file), s.join(dir, nil)
	return errors.Join(content.wait(), name.wait())
}

// wish is what somebody wants synced, and the round that does it.
type wish struct {
	*syncing
	in *round
}

func (w wish) wait() error {
	<-w.in.done
	return w.err
}

func (s *Syncer) join(path string, file *os.File) wish {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = &round{paths: map[string]*syncing{}, done: make(chan struct{})}
	}
	r := s.next
	if r.paths[path] == nil {
		r.paths[path] = &syncing{file: file}
	}
	if !s.running {
		s.running = true
		go s.run()
	}
	return wish{r.paths[path], r}
}

// run does rounds until nobody asks for another one.
func (s *Syncer) run() {
	for r := s.take(); r != nil; r = s.take() {
		r.sync()
		close(r.done)
		time.Sleep(gathering)
	}
}

func (s *Syncer) take() *round {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.next
	s.next, s.running = nil, r != nil
	return r
}

// sync first lets all files be written out, so that their places on the disk are
// known, and belong to one transaction of the journal, when the first is synced.
func (r *round) sync() {
	for path, s := range r.paths {
		if s.file == nil {
			if s.file, s.err = os.Open(path); s.err == nil {
				defer s.file.Close()
			}
			continue
		}
		// It is a hint; the Sync below is what counts.
		_ = unix.SyncFileRange(int(s.file.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	}
	todo := make(chan string, len(r.paths))
	for path := range r.paths {
		todo <- path
	}
	close(todo)
	work := func() {
		for path := range todo {
			r.paths[path].sync(path)
		}
	}
	var others sync.WaitGroup
	for range min(parallel, len(r.paths)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}

func (s *syncing) sync(path string) {
	if s.err == nil {
		s.err = s.file.Sync()
	}
	if s.err != nil {
		s.err = fmt.Errorf("syncing %s: %w", filepath.Base(path), s.err)
	}
}
