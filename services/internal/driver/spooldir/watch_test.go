package spooldir

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// watched counts calls of a watch that runs until the test ends.
func watched(t *testing.T, dir string, interval time.Duration) <-chan struct{} {
	t.Helper()
	calls := make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Watch(ctx, dir, interval, nil, func(context.Context) error { calls <- struct{}{}; return nil })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("the watch ended:", err)
		}
	})
	called(t, calls)
	return calls
}

func called(t *testing.T, calls <-chan struct{}) {
	t.Helper()
	select {
	case <-calls:
	case <-time.After(patience):
		t.Fatal("the watch was not called in time")
	}
}

func TestWatchEvents(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	calls := watched(t, dir, time.Hour)
	put(t, dir, "written", "x")
	called(t, calls)
	for { // what writing has still to say
		select {
		case <-calls:
			continue
		case <-time.After(100 * time.Millisecond):
		}
		break
	}
	_, err := Move(put(t, other, "a", "x"), dir, "moved")
	must(t, err)
	called(t, calls)
}

func TestWatchInterval(t *testing.T) {
	t.Parallel()
	calls := watched(t, t.TempDir(), 20*time.Millisecond)
	for range 3 {
		called(t, calls)
	}
}

// TestWatchMissesNothing: what happens while changed runs leads to one more call.
func TestWatchMissesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	calls := 0
	err := Watch(ctx, dir, time.Hour, nil, func(context.Context) error {
		if calls++; calls == 1 {
			put(t, dir, "a", "x")
			return nil
		}
		return errSeen
	})
	if !errors.Is(err, errSeen) {
		t.Errorf("the watch ended with %v after %d calls", err, calls)
	}
}

var errSeen = errors.New("seen")

func TestWatchOfNothing(t *testing.T) {
	t.Parallel()
	if err := Watch(context.Background(), filepath.Join(t.TempDir(), "missing"), time.Hour, nil, func(context.Context) error { return nil }); err == nil {
		t.Error("a missing directory is watched")
	}
}

func TestWatchKick(t *testing.T) {
	t.Parallel()
	kick, calls := make(chan struct{}), 0
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	go func() { kick <- struct{}{} }()
	err := Watch(ctx, t.TempDir(), time.Hour, kick, func(context.Context) error {
		if calls++; calls == 2 {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		t.Errorf("the watch ended with %v after %d calls", err, calls)
	}
}
