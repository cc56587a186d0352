package esme

import "time"

// Timers are the patience with a silent client (SMPP 3.4 §7.2).
type Timers struct {
	// EnquireAfter is the silence after which it is asked.
	EnquireAfter time.Duration
	// Answer is how long it may take to answer.
	Answer time.Duration
	// Misses is how many answers may stay out.
	Misses int
	// Inactivity is the silence after which it is given up in any case.
	Inactivity time.Duration
}

// DefaultTimers are those of most message centres.
func DefaultTimers() Timers {
	return Timers{EnquireAfter: time.Minute, Answer: 10 * time.Second, Misses: 2, Inactivity: 5 * time.Minute}
}

// Link watches over a session that may have gone. It is for one goroutine.
type Link struct {
	timers       Timers
	heard, asked time.Time
	misses       int
}

// NewLink returns the link of a session that was last heard at now.
func NewLink(t Timers, now time.Time) Link { return Link{timers: t, heard: now} }

// Heard notes that the client said something, whatever it was.
func (l *Link) Heard(now time.Time) { l.heard, l.asked, l.misses = now, time.Time{}, 0 }

// Next is when to call Check.
func (l *Link) Next() time.Time {
	next := l.heard.Add(l.timers.EnquireAfter)
	if !l.asked.IsZero() {
		next = l.asked.Add(l.timers.Answer)
	}
	if end := l.heard.Add(l.timers.Inactivity); end.Before(next) {
		return end
	}
	return next
}

// Check says what is due: enquire, that an enquire_link be sent, or gone, that
// the session be given up.
func (l *Link) Check(now time.Time) (enquire, gone bool) {
	switch {
	case !now.Before(l.heard.Add(l.timers.Inactivity)):
		return false, true
	case now.Before(l.Next()):
		return false, false
	case !l.asked.IsZero():
		l.misses++
		if l.misses >= l.timers.Misses {
			return false, true
		}
	}
	l.asked = now
	return true, false
}
