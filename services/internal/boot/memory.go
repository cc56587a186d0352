package boot

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Many modems hold much that lives as long as they do, which the collector by default
// lets grow to twice its size before it looks again. From manyModems on it looks
// sooner, for a little CPU, unless GOGC says something.
const (
	manyModems  = 128
	tightTarget = 50
)

func tightenMemory(modems int) {
	if modems >= manyModems && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(tightTarget)
	}
}

// A server under load makes much garbage around little that lives: the collector would
// run several times a second. While it does, it is given room, and later runs take what
// fits one; when it has rested for a while, the memory is given back. Where more lives than
// the room is large, it has as much room anyway.
const (
	roomUnderLoad = 32 << 20
	mostPercent   = 400
	usualPercent  = 100
	lookEvery     = 500 * time.Millisecond
	// busyCycles in the time between two looks are many, and fewCycles in that of
	// restLooks are few.
	busyCycles = 2
	restLooks  = 20
	fewCycles  = 5
)

// room says how much the collector leaves alone. It is for one goroutine.
type room struct {
	cycles  uint64
	percent int
	// looks and ran are since the collector was busy, or since its runs were counted.
	looks int
	ran   uint64
}

// next is the percentage of what lives that may be added to it before the collector
// runs, after a look: cycles is how often it has run at all, and live what it left.
func (r *room) next(cycles, live uint64) int {
	ran := cycles - r.cycles
	r.cycles = cycles
	fit := int(min(max(usualPercent*roomUnderLoad/max(live, 1), usualPercent), mostPercent))
	if ran >= busyCycles {
		r.percent = fit
		r.looks, r.ran = 0, 0
		return r.percent
	}
	r.percent = min(r.percent, fit)
	r.looks++
	r.ran += ran
	if r.looks >= restLooks {
		if r.ran < fewCycles {
			r.percent = usualPercent
		}
		r.looks, r.ran = 0, 0
	}
	return max(r.percent, usualPercent)
}

// giveRoom gives the collector room while the process is under load, until ctx ends.
// What GOGC or anybody else has set stays.
func giveRoom(ctx context.Context) {
	seen := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(seen)
	r, percent := room{cycles: seen[0].Value.Uint64()}, usualPercent
	if os.Getenv("GOGC") != "" {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if percent != usualPercent {
				debug.SetGCPercent(usualPercent)
			}
			return
		case <-tick.C:
		}
		metrics.Read(seen)
		if seen[2].Value.Uint64() != uint64(percent) {
			return // many modems, for example
		}
		if next := r.next(seen[0].Value.Uint64(), seen[1].Value.Uint64()); next != percent {
			percent = next
			debug.SetGCPercent(percent)
			if percent == usualPercent {
				debug.FreeOSMemory()
			}
		}
	}
}
