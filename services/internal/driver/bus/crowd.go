package bus

import "time"

// Times of waiting pulls grow with the number of those who wait, so that a thousand
// modems that have nothing to do cost no more heartbeats than crowdSize do.
const (
	crowdSize     = 64
	longestExpiry = time.Minute
)

// ExpectTakers tells how many Takers of this process will wait at the same time: the
// more there are, the later each notices that its pull was lost, for the others are
// there meanwhile; with up to 64, after two seconds, with a thousand after half a minute.
func (b *Bus) ExpectTakers(n int) { b.takers.Store(int64(n)) }

// pullTimes are the expiry and the heartbeat of a waiting pull.
func (b *Bus) pullTimes() (expiry, heartbeat time.Duration) {
	crowds := max(time.Duration(b.takers.Load())/crowdSize, 1)
	expiry = min(crowds*pullExpiry, longestExpiry)
	return expiry, expiry / (pullExpiry / pullHeartbeat)
}
