package modem

import "time"

// polling is how long the memory of a modem is left alone that has nothing to say. One
// that indicates new messages is looked at more and more rarely, while a look finds
// nothing: a thousand modems with nothing to do should cost nothing either.
type polling struct{ least, next time.Duration }

// pollFactor bounds the pause, in times of the configured one.
const pollFactor = 12

func newPolling(configured time.Duration) polling {
	least := max(configured, time.Second)
	return polling{least: least, next: least}
}

// after returns the pause after the last look; found says that it found messages, and
// indicates that the modem tells of new ones by itself.
func (p *polling) after(found, indicates bool) time.Duration {
	if found || !indicates {
		p.next = p.least
	} else {
		p.next = min(2*p.next, pollFactor*p.least)
	}
	return p.next
}
