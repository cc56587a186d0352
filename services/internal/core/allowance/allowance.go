// Package allowance counts what may be done in a span of time: how many messages
// a modem sends before it rests, how many parts a SIM sends in a minute and a day.
// It is pure; times come from the caller.
package allowance

import "time"

// Tally is how much was done since a moment. The zero value is nothing.
type Tally struct {
	Since time.Time
	Count int
}

// Limit is how much may be done in a span.
type Limit struct {
	// Count is how much; 0 and less mean that there is no limit.
	Count int
	// Span is how long a count lasts, from the first thing that is counted; 0:
	// for ever.
	Span time.Duration
	// Daily makes counts last until the end of the calendar day instead, in the
	// zone of the times that are given.
	Daily bool
}

// end is when the count of t is over; zero: never.
func (l Limit) end(t Tally, zone *time.Location) time.Time {
	switch {
	case l.Daily:
		y, m, d := t.Since.In(zone).Date()
		return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	case l.Span > 0:
		return t.Since.Add(l.Span)
	default:
		return time.Time{}
	}
}

// current is t at now: begun anew when its span is over, and when it begins in the
// future, which only a clock that was set back can have made.
func (l Limit) current(t Tally, now time.Time) Tally {
	end := l.end(t, now.Location())
	if t.Count == 0 || t.Since.After(now) || !end.IsZero() && !now.Before(end) {
		return Tally{Since: now}
	}
	return t
}

// Exhausted reports whether nothing more may be done at now, and when that ends:
// zero when it does not end by itself.
func (l Limit) Exhausted(t Tally, now time.Time) (until time.Time, exhausted bool) {
	if l.Count <= 0 {
		return time.Time{}, false
	}
	t = l.current(t, now)
	if t.Count < l.Count {
		return time.Time{}, false
	}
	return l.end(t, now.Location()), true
}

// Take counts one, and reports whether it may be done.
func (l Limit) Take(t Tally, now time.Time) (Tally, bool) {
	if _, exhausted := l.Exhausted(t, now); exhausted {
		return t, false
	}
	t = l.current(t, now)
	t.Count++
	return t, true
}

// GiveBack takes back one that was counted at a moment and not done. One that belongs to a
// span that is over changes nothing.
func (l Limit) GiveBack(t Tally, taken time.Time) Tally {
	if t.Count > 0 && !t.Since.After(taken) {
		t.Count--
	}
	return t
}
