package soak

import (
	"context"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// settleTime is how long everything may take to come to its end when the sun
// shines again: the longest are a modem that was just blocked and a broker that
// gives out again what a killed worker had.
const settleTime = 90 * time.Second

// calmTime is how long messages flow before the weather turns, so that everything
// that is made once has been made when it is counted.
const calmTime = time.Minute

// TestSoak is the soak.
func TestSoak(t *testing.T) {
	dir, err := os.MkdirTemp("", "viesti-soak-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d; the logs of the workers are in %s", chosen.seed, dir)
			return
		}
		_ = os.RemoveAll(dir)
	})
	fds := descriptors(t)
	t.Run("hour", func(t *testing.T) { hour(t, &chosen, dir) })
	if left := descriptors(t); left > fds {
		t.Errorf("%d descriptors are open, %d were before", left, fds)
	}
}

func hour(t *testing.T, p *plan, dir string) {
	w := newWorld(t, p, dir)
	tr := newTraffic(w)
	following, stopFollowing := context.WithCancel(t.Context())
	followed := tr.follow(following)
	defer followed()
	defer stopFollowing()
	for _, h := range w.hosts {
		h.start()
	}
	eventually(t, "all modems", settleTime, w.allIdle)
	calm, end := context.WithTimeout(t.Context(), p.of(calmTime))
	defer end()
	tr.out(calm)
	eventually(t, "the messages of the calm to be sent", settleTime, tr.settled)
	before := watchCensus(w.hosts[0])

	weather, clear := context.WithTimeout(t.Context(), p.of(p.simulated))
	defer clear()
	var wg sync.WaitGroup
	s := &storm{world: w, counts: map[string]int{}}
	wg.Go(func() { s.run(weather) })
	wg.Go(func() { tr.out(weather) })
	wg.Go(func() { tr.in(weather) })
	wg.Wait()

	eventually(t, "everything to end", settleTime, tr.settled)
	eventually(t, "all modems to be well again", settleTime, w.allIdle)
	t.Logf("simulated %v with seed %d: %v; %v", p.simulated, p.seed, s.counts, tr.settle())
	ok := eventually(t, "the goroutines and descriptors of the worker that was never killed to be as few as before", settleTime, func() bool {
		now := w.hosts[0].takeCensus()
		return now.goroutines <= before.goroutines && now.fds <= before.fds
	})
	if !ok {
		w.hosts[0].ask("dump")
		t.Logf("before %+v, now %+v", before, w.hosts[0].takeCensus())
	}
	for _, h := range w.hosts {
		h.end(syscall.SIGTERM)
	}
}

// allIdle reports whether every modem is up and waits for work.
func (w *world) allIdle() bool {
	states, err := w.bus.Modems(w.t.Context())
	idle := 0
	for _, s := range states {
		if s.State == life.ModemIdle {
			idle++
		}
	}
	return err == nil && idle == w.plan.modems
}

type census struct{ goroutines, fds int }

func (h *host) takeCensus() (c census) {
	c.goroutines, c.fds = h.census()
	return c
}

// watchCensus returns the most that an idle worker has over some seconds: waiting
// for work, it opens and closes pulls all the time.
func watchCensus(h *host) (most census) {
	const looks = 40
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range looks {
		now := h.takeCensus()
		most.goroutines, most.fds = max(most.goroutines, now.goroutines), max(most.fds, now.fds)
		<-tick.C
	}
	return most
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
