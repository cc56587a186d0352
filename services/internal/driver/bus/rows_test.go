package bus

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// TestRows wants order under a name, and no waiting for other names.
func TestRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRows()
		hung := make(chan struct{})
		r.give("hung", func() { <-hung })
		var mu sync.Mutex
		got := map[string][]int{}
		const names, things = 10, 100
		for i := range things {
			for n := range names {
				name := fmt.Sprint(n)
				r.give(name, func() {
					mu.Lock()
					defer mu.Unlock()
					got[name] = append(got[name], i)
				})
			}
		}
		synctest.Wait() // all but one are done
		for n := range names {
			if line := got[fmt.Sprint(n)]; len(line) != things || !slices.IsSorted(line) {
				t.Errorf("under %d: %v", n, line)
			}
		}
		again := false
		r.give("hung", func() { again = true })
		synctest.Wait()
		if again {
			t.Error("two things under one name at the same time")
		}
		close(hung)
		r.stop()
		if !again || len(r.waiting) != 0 {
			t.Errorf("after stop: %v, %d names", again, len(r.waiting))
		}
	})
}

// TestRowsAreBounded works on so many at once and no more.
func TestRowsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRows()
		hold := make(chan struct{})
		var mu sync.Mutex
		now := 0
		for i := range 2 * rowsAtOnce {
			r.give(fmt.Sprint(i), func() {
				mu.Lock()
				now++
				mu.Unlock()
				<-hold
			})
		}
		synctest.Wait()
		if now != rowsAtOnce {
			t.Errorf("%d at once, want %d", now, rowsAtOnce)
		}
		close(hold)
		r.stop()
	})
}
