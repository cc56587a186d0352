package bus

import (
	"testing"
	"time"
)

// TestPullTimes: few notice a lost pull soon, many make no crowd of heartbeats.
func TestPullTimes(t *testing.T) {
	t.Parallel()
	for takers, want := range map[int][2]time.Duration{
		0: {5 * time.Second, time.Second}, 64: {5 * time.Second, time.Second}, 128: {10 * time.Second, 2 * time.Second},
		1000: {time.Minute, 12 * time.Second}, 100000: {time.Minute, 12 * time.Second},
	} {
		var b Bus
		b.ExpectTakers(takers)
		if expiry, heartbeat := b.pullTimes(); [2]time.Duration{expiry, heartbeat} != want {
			t.Errorf("%d takers: %v, %v, want %v", takers, expiry, heartbeat, want)
		}
	}
}
