package spooldir

import (
	"context"
	"fmt"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watch calls changed once at the start, whenever something happens in dir, and
// at least every interval: file events get lost in overflows and on network file
// systems. Events that come while changed runs lead to one more call. It returns
// when ctx ends or changed fails. Something on kick, which may be nil, is a reason
// to call too.
func Watch(ctx context.Context, dir string, interval time.Duration, kick <-chan struct{}, changed func(context.Context) error) error {
	w, err := fsnotify.NewBufferedWatcher(4096)
	if err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	defer func() { _ = w.Close() }()
	if err := w.Add(dir); err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	rescan := time.NewTicker(interval)
	defer rescan.Stop()
	for {
		if err := changed(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-rescan.C:
		case <-kick:
		case _, open := <-w.Errors: // an overflow; look for ourselves
			if !open {
				return nil
			}
		case <-w.Events:
			drain(w.Events)
		}
	}
}

func drain(events <-chan fsnotify.Event) {
	for {
		select {
		case <-events:
		default:
			return
		}
	}
}
