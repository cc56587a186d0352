package spooldir

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Syncer makes files durable for many goroutines at once: what is asked for while
// a round of syncing runs is done together in the next one. A file system with a
// journal then commits it once for all of them, and not once for each. The zero
// value is ready.
type Syncer struct {
	mu sync.Mutex
	// next is the round that is being gathered; nil when nobody asked.
	next    *round
	running bool
}

// round are files that are synced together.
type round struct {
	files []*os.File
	// errs belong to files; they are valid after done.
	errs []error
	done chan struct{}
}

// Replace is the function Replace, with the syncing shared.
func (s *Syncer) Replace(path string, data []byte) error { return replace(path, data, s.sync) }

// SyncDir is the function SyncDir, with the syncing shared.
func (s *Syncer) SyncDir(dir string) error { return syncDir(dir, s.sync) }

// sync is the Sync of a file in the next round.
func (s *Syncer) sync(f *os.File) error {
	r, i := s.join(f)
	<-r.done
	return r.errs[i]
}

func (s *Syncer) join(f *os.File) (r *round, i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = &round{done: make(chan struct{})}
	}
	r = s.next
	r.files = append(r.files, f)
	if !s.running {
		s.running = true
		go s.run()
	}
	return r, len(r.files) - 1
}

// run does rounds until nobody asks for another one.
func (s *Syncer) run() {
	for r := s.take(); r != nil; r = s.take() {
		r.errs = syncAll(r.files)
		close(r.done)
	}
}

func (s *Syncer) take() *round {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.next
	s.next, s.running = nil, r != nil
	return r
}

// syncAll first lets all files be written out, so that their places on the disk
// are known, and belong to one transaction of the journal, when the first is synced.
func syncAll(files []*os.File) []error {
	for _, f := range files {
		// It is a hint; the Sync below is what counts.
		_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	}
	errs := make([]error, len(files))
	for i, f := range files {
		if err := f.Sync(); err != nil {
			errs[i] = fmt.Errorf("syncing %s: %w", filepath.Base(f.Name()), err)
		}
	}
	return errs
}
