package bus

import "time"

// Times of waiting pulls grow with the number of those who wait, so that a thousand
// modems, each with a queue of its own and nothing to do, cost no more heartbeats
// than crowdSize do.
const (
	crowdSize     = 64
	longestExpiry = time.Minute
)

// pullTimes are the expiry and the heartbeat of a waiting pull of one of so many
// dispatchers: with up to 64, a pull that was lost is noticed after two seconds, with
// a thousand after half a minute.
func pullTimes(dispatchers int) (expiry, heartbeat time.Duration) {
	crowds := max(time.Duration(dispatchers)/crowdSize, 1)
	expiry = min(crowds*pullExpiry, longestExpiry)
	return expiry, expiry / (pullExpiry / pullHeartbeat)
}
