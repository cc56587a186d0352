package bus

import (
	"testing"
	"time"
)

// TestPullTimes: few notice a lost pull soon, many make no crowd of heartbeats.
func TestPullTimes(t *testing.T) {
	t.Parallel()
	for dispatchers, want := range map[int][2]time.Duration{
		0: {5 * time.Second, time.Second}, 64: {5 * time.Second, time.Second}, 128: {10 * time.Second, 2 * time.Second},
		1000: {time.Minute, 12 * time.Second}, 100000: {time.Minute, 12 * time.Second},
	} {
		if expiry, heartbeat := pullTimes(dispatchers); [2]time.Duration{expiry, heartbeat} != want {
			t.Errorf("%d dispatchers: %v, %v, want %v", dispatchers, expiry, heartbeat, want)
		}
	}
}
