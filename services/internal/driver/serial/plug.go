package serial

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a device that appeared is left alone: its driver and udev
// are still at work on it.
const settle = 2 * time.Second

// lookAgain is how often it is looked whether a device is there, in case that
// nothing told so.
const lookAgain = 5 * time.Second

// AwaitDevice waits until a device is plugged in: until its path, which may be a
// link, leads to something. It is left alone for two seconds then, when it was not
// there at first. A device that is not a path is there at any time.
func AwaitDevice(ctx context.Context, device string) error {
	if strings.HasPrefix(device, "@") || there(device) {
		return nil
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", device, err)
	}
	defer func() { _ = w.Close() }()
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	for !there(device) {
		_ = w.Add(existing(filepath.Dir(device))) // again and again: it may have appeared itself
		if there(device) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.Events:
		case err := <-w.Errors: // something may have been missed: look
			if err == nil {
				return fmt.Errorf("waiting for %s: the kernel tells no more of files", device)
			}
		case <-look.C:
		}
	}
	timer := time.NewTimer(settle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// AwaitPort waits until a port appears, and leaves it alone for two seconds then; at
// most for the time that somebody should look again after in any case.
func (r Roots) AwaitPort(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	w, err := fsnotify.NewWatcher()
	if err == nil {
		err = w.Add(r.Dev)
	}
	if err != nil {
		return fmt.Errorf("waiting for a port: %w", err)
	}
	defer func() { _ = w.Close() }()
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-settled:
			return nil
		case e := <-w.Events:
			if e.Has(fsnotify.Create) && strings.HasPrefix(filepath.Base(e.Name), "tty") {
				settled = time.After(settle)
			}
		case <-w.Errors: //nolint:errcheck // whatever it is, something may have been missed: look
			return nil
		}
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// existing returns the innermost directory above a path that is there: those of
// /dev/serial go with the last device.
func existing(dir string) string {
	for !there(dir) && len(dir) > 1 {
		dir = filepath.Dir(dir)
	}
	return dir
}
