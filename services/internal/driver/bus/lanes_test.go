package bus

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// TestLanesKeepOrder: what has the same name is done in order, whatever else is.
func TestLanesKeepOrder(t *testing.T) {
	t.Parallel()
	const names, each = 100, 20
	var mu sync.Mutex
	done := map[string][]int{}
	l := startLanes()
	for i := range each {
		for n := range names {
			name := strconv.Itoa(n)
			l.give(name, func() {
				mu.Lock()
				defer mu.Unlock()
				done[name] = append(done[name], i)
			})
		}
	}
	l.stop()
	var want []int
	for i := range each {
		want = append(want, i)
	}
	for n := range names {
		if diff := cmp.Diff(want, done[strconv.Itoa(n)]); diff != "" {
			t.Errorf("name %d: %s", n, diff)
		}
	}
}

// TestLanesRunSideBySide: one that waits does not hold up the others.
func TestLanesRunSideBySide(t *testing.T) {
	t.Parallel()
	l := startLanes()
	free, passed := make(chan struct{}), make(chan struct{})
	l.give("slow", func() { <-free })
	slow := l.laneOf("slow")
	for n := 0; ; n++ {
		if name := strconv.Itoa(n); l.laneOf(name) != slow {
			l.give(name, func() { close(passed) })
			break
		}
	}
	<-passed
	close(free)
	l.stop()
}

// TestGivingDoesNotBlock: as many events as the broker gives out wait behind a
// slow one.
func TestGivingDoesNotBlock(t *testing.T) {
	t.Parallel()
	l := startLanes()
	free, done := make(chan struct{}), 0
	for range maxEvents {
		l.give("a", func() { <-free; done++ })
	}
	close(free)
	l.stop()
	if done != maxEvents {
		t.Errorf("%d of %d done", done, maxEvents)
	}
}

// TestFollowInLanes: an event whose handler waits, or fails at first, holds up
// neither the others nor the end.
func TestFollowInLanes(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	all := ids(50)
	publish(t, b, all...)
	var count tally
	failed := false
	slow, free := all[0], make(chan struct{})
	let := sync.OnceFunc(func() { close(free) })
	defer let()
	stop := follow(t, func(ctx context.Context) error {
		return b.FollowAccountInLanes(ctx, account, func(e *life.Event) string { return e.ID }, func(ctx context.Context, e *life.Event) error {
			switch {
			case e.ID == slow:
				<-free
			case e.ID == all[1] && !failed:
				failed = true
				return errors.New("not yet")
			}
			return count.handle(ctx, e)
		})
	})
	// Some share the lane of the slow one.
	eventually(t, "most others", func() bool { return count.len() > len(all)/2 })
	let()
	eventually(t, "the slow one", func() bool { return count.len() == len(all) })
	stop()
}
