package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
)

// counter counts the files that appear in a directory.
type counter struct {
	watcher *fsnotify.Watcher
	n       int
}

// countFiles begins to count. The events are read by who waits.
func countFiles(dir string) (*counter, error) {
	const buffer = 1 << 14
	w, err := fsnotify.NewBufferedWatcher(buffer)
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	if err := w.Add(dir); err != nil {
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	return &counter{watcher: w}, nil
}

// count takes one event. Only messages count: smsd also makes locks beside them,
// and both systems try at the start whether they can write.
func (c *counter) count(e fsnotify.Event) {
	name := filepath.Base(e.Name)
	if e.Has(fsnotify.Create) && strings.HasPrefix(name, messagePrefix) && !strings.HasSuffix(name, smsfile.LockSuffix) {
		c.n++
	}
}
