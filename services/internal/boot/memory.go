package boot

import (
	"os"
	"runtime/debug"
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
