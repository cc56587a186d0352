package spooldir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
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
		done <- Watch(ctx, dir, interval, nil, func(_ context.Context, n *News) error { n.Take(); calls <- struct{}{}; return nil })
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
	err := Watch(ctx, dir, time.Hour, nil, func(_ context.Context, n *News) error {
		n.Take()
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
	if err := Watch(context.Background(), filepath.Join(t.TempDir(), "missing"), time.Hour, nil, func(context.Context, *News) error { return nil }); err == nil {
		t.Error("a missing directory is watched")
	}
}

func TestWatchKick(t *testing.T) {
	t.Parallel()
	kick, calls := make(chan struct{}), 0
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	go func() { kick <- struct{}{} }()
	err := Watch(ctx, t.TempDir(), time.Hour, kick, func(_ context.Context, n *News) error {
		n.Take()
		if calls++; calls == 2 {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		t.Errorf("the watch ended with %v after %d calls", err, calls)
	}
}

// TestWatchNews: what happened is told by name, whether before or while it is asked for.
func TestWatchNews(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "early", "x")
	seen := map[string]bool{}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	first := true
	err := Watch(ctx, dir, time.Hour, nil, func(_ context.Context, n *News) error {
		names, all := n.Take()
		if all != first {
			t.Errorf("anything may have happened: %v", all)
		}
		if first {
			put(t, dir, "a", "x")
			put(t, dir, "b", "x")
		}
		first = false
		for _, name := range names {
			seen[name] = true
		}
		if seen["a"] && seen["b"] {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) || len(seen) != 2 {
		t.Errorf("the watch ended with %v and has seen %v", err, seen)
	}
}

// TestWatchComesBack: a directory that vanished is watched again, without waiting for
// its turn, once it is back.
func TestWatchComesBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outgoing")
	must(t, os.Mkdir(dir, 0o755))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	step := 0
	err := Watch(ctx, dir, 20*time.Millisecond, nil, func(_ context.Context, n *News) error {
		names, _ := n.Take()
		switch {
		case step == 0:
			must(t, os.Rename(dir, dir+".away"))
			step++
		case step == 1 && n.watched == nil: // it was missed
			must(t, os.Mkdir(dir, 0o755))
			step++
		case step == 2 && n.watched != nil: // it is back
			put(t, dir, "new", "x")
			step++
		case step == 3 && slices.Contains(names, "new"):
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		t.Errorf("the watch ended with %v at step %d", err, step)
	}
}
