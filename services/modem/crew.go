package modem

import "sync"

// crew are the modems of a service, and what each of them has in hand, so that one
// knows what another one is not doing any more. Its methods may be called at the same
// time.
type crew struct {
	mu sync.Mutex
	// open are the modems whose device this process has open, and locked.
	open map[string]bool
	// inHand counts what a modem has in hand: a message is counted twice while its outcome
	// is recorded.
	inHand map[task]int
}

// task is a message in the hands of a modem.
type task struct{ modem, message string }

// doing is what a modem of this process may be doing with a message.
type doing int

const (
	// doingUnknown says that it is no modem of this service.
	doingUnknown doing = iota
	// doingElsewhere says that this process does not have its device: somebody else may.
	doingElsewhere
	// doingNothing says that it has the device, and not the message.
	doingNothing
	// doingIt says that it has the message in hand.
	doingIt
)

func newCrew(modems []Device) *crew {
	c := &crew{open: map[string]bool{}, inHand: map[task]int{}}
	for _, d := range modems {
		c.open[d.Name] = false
	}
	return c
}

// opened says that the device of a modem is open, until the returned function is called.
func (c *crew) opened(modem string) (closed func()) {
	set := func(open bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open[modem] = open
	}
	set(true)
	return func() { set(false) }
}

// hold says that a modem has a message in hand, until the returned function is called.
func (c *crew) hold(modem, message string) (done func()) {
	t := task{modem, message}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inHand[t]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.inHand[t]--; c.inHand[t] == 0 {
			delete(c.inHand, t)
		}
	}
}

// does tells what a modem may be doing with a message.
func (c *crew) does(modem, message string) doing {
	c.mu.Lock()
	defer c.mu.Unlock()
	open, ours := c.open[modem]
	switch {
	case !ours:
		return doingUnknown
	case c.inHand[task{modem, message}] > 0:
		return doingIt
	case !open:
		return doingElsewhere
	default:
		return doingNothing
	}
}
