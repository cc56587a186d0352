package natsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// dirtySet knows which files below a directory were written to since they were
// last synced. The kernel says so (inotify), within the call that writes: whoever
// has been told of a write finds its file here. It is for one goroutine at a time.
type dirtySet struct {
	root string
	fd   int
	// dirs are the watched directories by watch, and the watches by directory.
	dirs    map[int32]string
	watches map[string]int32
	// paths are files and directories to be synced.
	paths map[string]struct{}
	// all says that the kernel lost count: everything is to be synced.
	all bool
	// open are files that are synced again and again.
	open map[string]*os.File
	buf  [16 << 10]byte
}

const (
	watched = unix.IN_MODIFY | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_ONLYDIR | unix.IN_DONT_FOLLOW
	// maxOpen bounds the files that are kept open.
	maxOpen = 64
)

// watchStore watches root and everything below it. All that is there counts as
// written: a process that was killed may have left it unsynced.
func watchStore(root string) (*dirtySet, error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("watching the store: %w", os.NewSyscallError("inotify_init1", err))
	}
	d := &dirtySet{
		root: root, fd: fd, all: true,
		dirs: map[int32]string{}, watches: map[string]int32{}, paths: map[string]struct{}{}, open: map[string]*os.File{},
	}
	if err := d.add(root); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// add watches a directory and those below it. What is in it may have been written
// before it was watched, and counts as written.
func (d *dirtySet) add(dir string) error {
	watch, err := unix.InotifyAddWatch(d.fd, dir, watched)
	if errors.Is(err, unix.ENOENT) {
		return nil // gone again
	}
	if err != nil {
		return fmt.Errorf("watching the store: %s: %w", dir, os.NewSyscallError("inotify_add_watch", err))
	}
	d.dirs[int32(watch)], d.watches[dir] = dir, int32(watch)
	d.paths[dir] = struct{}{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("watching the store: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !e.IsDir() {
			d.paths[path] = struct{}{}
			continue
		}
		if err := d.add(path); err != nil {
			return err
		}
	}
	return nil
}

// remove forgets a directory that has gone from its place, and those below it.
func (d *dirtySet) remove(dir string) {
	for path, watch := range d.watches {
		if path == dir || strings.HasPrefix(path, dir+string(filepath.Separator)) {
			_, _ = unix.InotifyRmWatch(d.fd, uint32(watch)) // it may be gone already
			delete(d.watches, path)
			delete(d.dirs, watch)
		}
	}
}

// sync makes everything durable that was written before the call.
func (d *dirtySet) sync() error {
	if err := d.drain(); err != nil {
		return err
	}
	if d.all {
		return d.syncAll()
	}
	files, err := d.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		// First all are written out, so that one commit of the file system's journal
		// does for all. It is a hint; the Sync below is what counts.
		_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	}
	if err := together(files); err != nil {
		return fmt.Errorf("syncing the store: %w", err)
	}
	clear(d.paths)
	return nil
}

// together syncs files side by side, so that they share the commit of the file
// system's journal and the flush of the disk's cache.
func together(files []*os.File) error {
	var others errgroup.Group
	for i, f := range files {
		if i > 0 {
			others.Go(f.Sync)
		}
	}
	var err error
	if len(files) > 0 {
		err = files[0].Sync()
	}
	return errors.Join(err, others.Wait())
}

// syncAll syncs the whole file system.
func (d *dirtySet) syncAll() error {
	f, err := os.Open(d.root)
	if err != nil {
		return fmt.Errorf("syncing the store: %w", err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("syncing the store: %w", os.NewSyscallError("syncfs", err))
	}
	clear(d.paths)
	d.all = false
	return nil
}

// files opens what is to be synced.
func (d *dirtySet) files() ([]*os.File, error) {
	if len(d.open) > maxOpen {
		d.closeFiles()
	}
	files := make([]*os.File, 0, len(d.paths))
	for path := range d.paths {
		f := d.open[path]
		if f == nil {
			var err error
			f, err = os.Open(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed; that its directory says so is synced too
			}
			if err != nil {
				return nil, fmt.Errorf("syncing the store: %w", err)
			}
			d.open[path] = f
		}
		files = append(files, f)
	}
	return files, nil
}

// drain reads what the kernel has noticed.
func (d *dirtySet) drain() error {
	for {
		n, err := unix.Read(d.fd, d.buf[:])
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("watching the store: %w", os.NewSyscallError("read", err))
		}
		if err := d.notices(d.buf[:n]); err != nil {
			return err
		}
	}
}

// notices takes in events as inotify(7) writes them: watch, mask, cookie and the
// length of the name, 32 bits each, and the name, filled up with zeros.
func (d *dirtySet) notices(buf []byte) error {
	for len(buf) >= unix.SizeofInotifyEvent {
		watch := int32(binary.NativeEndian.Uint32(buf))
		mask := binary.NativeEndian.Uint32(buf[4:])
		length := int(binary.NativeEndian.Uint32(buf[12:]))
		name := strings.TrimRight(string(buf[unix.SizeofInotifyEvent:unix.SizeofInotifyEvent+length]), "\x00")
		buf = buf[unix.SizeofInotifyEvent+length:]
		if mask&unix.IN_Q_OVERFLOW != 0 {
			return d.rewatch()
		}
		if dir, ok := d.dirs[watch]; ok && name != "" {
			if err := d.notice(dir, filepath.Join(dir, name), mask); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *dirtySet) notice(dir, path string, mask uint32) error {
	if mask&unix.IN_MODIFY != 0 {
		d.paths[path] = struct{}{}
		return nil
	}
	// The name means another file now, or none.
	d.paths[dir] = struct{}{}
	d.closeFile(path)
	appeared := mask&(unix.IN_CREATE|unix.IN_MOVED_TO) != 0
	switch {
	case mask&unix.IN_ISDIR == 0 && appeared:
		d.paths[path] = struct{}{}
	case mask&unix.IN_ISDIR == 0:
		delete(d.paths, path)
	case appeared:
		d.remove(path)
		return d.add(path)
	default:
		d.remove(path)
	}
	return nil
}

// rewatch begins anew when events were lost.
func (d *dirtySet) rewatch() error {
	d.all = true
	return d.add(d.root)
}

func (d *dirtySet) closeFile(path string) {
	if f := d.open[path]; f != nil {
		_ = f.Close()
		delete(d.open, path)
	}
}

func (d *dirtySet) closeFiles() {
	for path := range d.open {
		d.closeFile(path)
	}
}

func (d *dirtySet) close() {
	d.closeFiles()
	_ = unix.Close(d.fd)
}
