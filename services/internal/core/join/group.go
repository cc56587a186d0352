package join

import (
	"slices"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// Group holds the parts of one sender, reference and total. The zero value is
// an empty group.
type Group struct {
	// Waiting are parts without the others, in the order in which they came.
	Waiting []*life.Event
	// Deliveries are on their way to a file.
	Deliveries []Delivery
	// Done are parts that were written; a repetition of one changes nothing.
	Done []Done
}

// Delivery is a set of parts that leaves the group, in the order of their places.
type Delivery struct {
	Parts []*life.Event
	Cause Cause
	// Owner writes it; from Deadline on another one may.
	Owner    string
	Deadline time.Time
}

// Done is the trace of a part that was written.
type Done struct {
	ID   string
	Time time.Time
}

// Cause says why parts leave a group.
type Cause uint8

// Causes; the comment says what the files are.
const (
	Complete  Cause = iota + 1 // one file, the whole message
	Displaced                  // a file for each part, incomplete
	Expired                    // the same, or nothing, as configured
)

// Add puts a part into the group and reports whether the group changed. What it
// completes, or displaces, becomes a Delivery that nobody owns yet.
//
// Parts of one SIM are joined before parts of different SIMs are: a sender may
// use the same reference towards two of our numbers. A part with the content of
// one that waits replaces it: a service centre may deliver again under a new time
// stamp. One with another content belongs to a newer message, since the sender
// has come around to the reference again; the older parts are displaced.
func (g *Group) Add(e *life.Event, now time.Time) (changed bool) {
	if g.has(e.ID) {
		return false
	}
	added, ok := pieceOf(e)
	if !ok {
		return false
	}
	at := slices.IndexFunc(g.Waiting, func(w *life.Event) bool { return added.takesPlaceOf(w) })
	switch {
	case at < 0:
		g.Waiting = append(g.Waiting, e)
	case added.repeats(g.Waiting[at]):
		g.done(g.Waiting[at].ID, now)
		g.Waiting[at] = e
	default:
		g.take(Displaced, g.ofSIM(added.sim))
		g.Waiting = append(g.Waiting, e)
	}
	if all := g.completedBy(added); all != nil {
		g.take(Complete, all)
	}
	return true
}

// has reports whether the group knows an event.
func (g *Group) has(id string) bool {
	same := func(e *life.Event) bool { return e.ID == id }
	return slices.ContainsFunc(g.Waiting, same) ||
		slices.ContainsFunc(g.Done, func(d Done) bool { return d.ID == id }) ||
		slices.ContainsFunc(g.Deliveries, func(d Delivery) bool { return slices.ContainsFunc(d.Parts, same) })
}

// completedBy returns the parts of a whole message, or nil: those of the SIM of
// the part that came last, and others only where it has none.
func (g *Group) completedBy(last piece) []*life.Event {
	all := make([]*life.Event, last.part.Total)
	for _, foreign := range []bool{false, true} {
		for _, e := range g.Waiting {
			p, ok := pieceOf(e)
			if place := int(p.part.Seq) - 1; ok && (p.sim != last.sim) == foreign && all[place] == nil {
				all[place] = e
			}
		}
	}
	if slices.Contains(all, nil) {
		return nil
	}
	return all
}

func (g *Group) ofSIM(sim string) (parts []*life.Event) {
	for _, e := range g.Waiting {
		if e.Modem.SIM() == sim {
			parts = append(parts, e)
		}
	}
	return parts
}

// take moves parts out of those that wait into a delivery.
func (g *Group) take(cause Cause, parts []*life.Event) {
	g.Waiting = slices.DeleteFunc(g.Waiting, func(e *life.Event) bool { return slices.Contains(parts, e) })
	g.Deliveries = append(g.Deliveries, Delivery{Parts: inOrder(parts), Cause: cause})
}

func inOrder(parts []*life.Event) []*life.Event {
	slices.SortStableFunc(parts, func(a, b *life.Event) int {
		p, _ := pieceOf(a)
		q, _ := pieceOf(b)
		return int(p.part.Seq) - int(q.part.Seq)
	})
	return parts
}

// Expire moves the parts of a SIM out once the oldest of them came before a time,
// and reports whether there were any.
func (g *Group) Expire(before time.Time) (changed bool) {
	for _, e := range slices.Clone(g.Waiting) {
		if parts := g.ofSIM(e.Modem.SIM()); e.Time.Before(before) && slices.Contains(parts, e) {
			g.take(Expired, parts)
			changed = true
		}
	}
	return changed
}

// Claim makes owner the one who writes the deliveries that are nobody's, its own
// already, or overdue, and returns them.
func (g *Group) Claim(owner string, now, deadline time.Time) (mine []Delivery) {
	for i := range g.Deliveries {
		d := &g.Deliveries[i]
		if d.Owner == "" || d.Owner == owner || !now.Before(d.Deadline) {
			d.Owner, d.Deadline = owner, deadline
			mine = append(mine, *d)
		}
	}
	return mine
}

// Finish records that a delivery was written. One that is not there any more was
// finished by somebody else.
func (g *Group) Finish(d Delivery, now time.Time) (changed bool) {
	before := len(g.Deliveries)
	g.Deliveries = slices.DeleteFunc(g.Deliveries, func(x Delivery) bool { return x.Parts[0].ID == d.Parts[0].ID })
	if len(g.Deliveries) == before {
		return false
	}
	for _, e := range d.Parts {
		g.done(e.ID, now)
	}
	return true
}

// maxDone bounds the traces of a group: a sender that always uses the same
// reference must not make it grow without end.
const maxDone = 1024

func (g *Group) done(id string, now time.Time) {
	g.Done = append(g.Done, Done{ID: id, Time: now})
	g.Done = g.Done[max(0, len(g.Done)-maxDone):]
}

// Forget drops the traces of what was done before a time, and reports whether
// there were any.
func (g *Group) Forget(before time.Time) (changed bool) {
	n := len(g.Done)
	g.Done = slices.DeleteFunc(g.Done, func(d Done) bool { return d.Time.Before(before) })
	return len(g.Done) != n
}

// Empty reports whether nothing in the group matters any more.
func (g *Group) Empty() bool { return len(g.Waiting)+len(g.Deliveries)+len(g.Done) == 0 }
