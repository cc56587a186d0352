package spooldir

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// News is what happened in a watched directory since it was asked for last. It is for
// the function that Watch calls.
type News struct {
	dir     string
	watcher *fsnotify.Watcher
	// watched is the directory as it was when the watching began; nil: it is gone.
	watched os.FileInfo
	names   map[string]struct{}
	lost    bool
	closed  bool
}

// Take returns the names of what was made, changed or removed, each once, claims apart.
// all says that anything may have happened.
func (n *News) Take() (names []string, all bool) {
	n.drain()
	for name := range n.names {
		names = append(names, name)
	}
	all = n.lost
	clear(n.names)
	n.lost = false
	return names, all
}

// drain takes in what has been noticed so far.
func (n *News) drain() {
	for !n.closed {
		select {
		case e, open := <-n.watcher.Events:
			n.note(e, open)
		case _, open := <-n.watcher.Errors:
			n.missed(open)
		default:
			return
		}
	}
}

func (n *News) note(e fsnotify.Event, open bool) {
	n.closed = n.closed || !open
	if name := filepath.Base(e.Name); open && e.Name != n.dir && !strings.HasPrefix(name, claimPrefix) {
		n.names[name] = struct{}{}
	}
}

// missed notes that more has happened than the kernel has noticed.
func (n *News) missed(open bool) {
	n.closed = n.closed || !open
	n.lost = true
}

// again begins the watching anew when the directory is not the one any more that is
// watched: it was removed, moved or replaced, or something is mounted there.
func (n *News) again() {
	now, err := os.Stat(n.dir)
	if err == nil && n.watched != nil && os.SameFile(now, n.watched) && len(n.watcher.WatchList()) > 0 {
		return
	}
	_ = n.watcher.Remove(n.dir) // it may be gone already
	n.watched, n.lost = nil, true
	if err == nil && n.watcher.Add(n.dir) == nil {
		n.watched = now
	}
}

// Watch calls changed once at the start, whenever something happens in dir, and
// at least every interval: file events get lost in overflows and on network file
// systems. Events that come while changed runs lead to one more call, unless changed
// takes the news itself. A directory that vanishes is watched again when it comes
// back. Watch returns when ctx ends or changed fails. Something on kick, which may be
// nil, is a reason to call too.
func Watch(ctx context.Context, dir string, interval time.Duration, kick <-chan struct{}, changed func(context.Context, *News) error) error {
	w, err := fsnotify.NewBufferedWatcher(4096)
	if err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	defer func() { _ = w.Close() }()
	n := &News{dir: filepath.Clean(dir), watcher: w, names: map[string]struct{}{}}
	if n.watched, err = os.Stat(dir); err == nil {
		err = w.Add(n.dir)
	}
	if err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	n.lost = true // what was there before
	rescan := time.NewTicker(interval)
	defer rescan.Stop()
	for {
		if err := changed(ctx, n); err != nil || n.closed {
			return err
		}
		if len(n.names) > 0 || n.lost {
			continue // noticed, but not taken
		}
		select {
		case <-ctx.Done():
			return nil
		case <-rescan.C:
			n.lost = true
			n.again()
		case <-kick:
		case _, open := <-w.Errors: // an overflow
			n.missed(open)
		case e, open := <-w.Events:
			n.note(e, open)
			n.drain()
		}
	}
}
