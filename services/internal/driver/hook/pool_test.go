package hook

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// journal notes what began and ended.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) note(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer func() { j.lines = nil }()
	return strings.Join(j.lines, " ")
}

// takes makes a call that takes so long.
func (j *journal) takes(name string, d time.Duration) func() {
	return func() {
		j.note(name)
		time.Sleep(d)
		j.note(name + ".")
	}
}

func TestPoolKeepsLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, j := NewPool(8, 5*time.Second), &journal{}
		p.Do("m1", "a", j.takes("a", time.Second))
		p.Do("m1", "b", j.takes("b", time.Second))
		p.Do("m2", "c", j.takes("c", 1500*time.Millisecond))
		time.Sleep(4 * time.Second)
		if got := j.take(); got != "a c a. b c. b." && got != "c a a. b c. b." {
			t.Errorf("it went %q", got)
		}
		p.Close()
	})
}

// TestPoolHungCall: the calls behind one that hangs wait for a while and then no
// more, except those of the same message.
func TestPoolHungCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, j := NewPool(8, 5*time.Second), &journal{}
		p.Do("m1", "a", j.takes("a1", time.Minute))
		synctest.Wait() // it has begun
		p.Do("m1", "a", j.takes("a2", time.Second))
		p.Do("m1", "b", j.takes("b", time.Second))
		p.Do("m1", "c", j.takes("c", time.Second))
		p.Do("m2", "a", j.takes("a3", time.Second))
		p.Do("m2", "d", j.takes("d", time.Second))
		time.Sleep(4 * time.Second)
		if got := j.take(); got != "a1 d d." {
			t.Errorf("while the lane waits it went %q", got)
		}
		time.Sleep(20 * time.Second)
		if got := j.take(); got != "b b. c c." {
			t.Errorf("then it went %q", got)
		}
		if n := p.Waiting(); n != 2 {
			t.Errorf("%d calls wait", n)
		}
		time.Sleep(time.Minute)
		if got := j.take(); got != "a1. a2 a2. a3 a3." {
			t.Errorf("the message went on with %q", got)
		}
		p.Close()
	})
}

// TestPoolBound: no more than its size run at once, and every lane gets its turn.
func TestPoolBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(3, time.Minute)
		var mu sync.Mutex
		running, most, count := 0, 0, map[string]int{}
		for i := range 60 {
			lane := fmt.Sprint("m", i%6)
			p.Do(lane, fmt.Sprint(i), func() {
				mu.Lock()
				running++
				most, count[lane] = max(most, running), count[lane]+1
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				mu.Unlock()
			})
		}
		time.Sleep(10*time.Second + time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		for lane, n := range count {
			if n < 4 || n > 6 {
				t.Errorf("after half the time lane %s had %d turns", lane, n)
			}
		}
		if most != 3 || len(count) != 6 {
			t.Errorf("%d at once, %d lanes", most, len(count))
		}
		mu.Unlock()
		time.Sleep(11 * time.Second)
		mu.Lock()
		if n := p.Waiting(); n != 0 || running != 0 || len(p.lanes) != 0 || len(p.order) != 0 || len(p.messages) != 0 {
			t.Errorf("at the end %d wait, %d run, and the pool remembers %d lanes and %d messages", n, running, len(p.lanes), len(p.messages))
		}
		mu.Unlock()
		p.Close()
		mu.Lock()
	})
}

func TestPoolClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, j := NewPool(1, time.Second), &journal{}
		p.Do("m", "a", j.takes("a", 10*time.Second))
		p.Do("m", "b", j.takes("b", time.Second))
		synctest.Wait()
		p.Close()
		p.Do("m", "c", j.takes("c", time.Second))
		time.Sleep(time.Minute)
		if got := j.take(); got != "a a." {
			t.Errorf("it went %q", got)
		}
	})
}

// TestPoolOrderOfMessages puts calls of few messages into many lanes at random
// paces: those of a message come in order all the same.
func TestPoolOrderOfMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(4, 3*time.Second)
		var mu sync.Mutex
		got := map[string][]int{}
		for i := range 200 {
			message := fmt.Sprint(i % 7)
			p.Do(fmt.Sprint("lane", i%5), message, func() {
				time.Sleep(time.Duration(i*i%11) * time.Second)
				mu.Lock()
				defer mu.Unlock()
				got[message] = append(got[message], i)
			})
		}
		time.Sleep(2 * time.Hour)
		p.Close()
		total := 0
		for message, calls := range got {
			total += len(calls)
			if !slices.IsSorted(calls) {
				t.Errorf("message %s: %v", message, calls)
			}
		}
		if total != 200 {
			t.Errorf("%d calls ran", total)
		}
	})
}
