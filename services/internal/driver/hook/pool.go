package hook

import (
	"sync"
	"time"
)

// Pool runs calls side by side, a bounded number of them at once.
//
// A call has a message and a lane. The calls of a message run strictly one after
// the other. Those of a lane run one after the other too, as with smsd where one
// process waits for its handler, but a call that takes longer than the patience of
// the pool is not waited for any longer: one that hangs delays nothing else.
//
// A Pool may be used from several goroutines.
type Pool struct {
	size     int
	patience time.Duration

	mu      sync.Mutex
	closed  bool
	running int
	// lanes hold what waits, in order; order lists their names, longest waiting first.
	lanes map[string]*poolLane
	order []string
	// messages hold the calls of each message that are not finished, in order.
	messages map[string][]*poolCall
	done     sync.WaitGroup
}

type poolLane struct {
	waiting []*poolCall
	// busy is the call that the lane waits for; nil when it waits for none.
	busy *poolCall
}

type poolCall struct {
	lane, message string
	run           func()
}

// NewPool makes a pool of at most size calls at once; patience is how long the
// others of a lane wait for one of it.
func NewPool(size int, patience time.Duration) *Pool {
	return &Pool{
		size: max(size, 1), patience: patience, lanes: map[string]*poolLane{}, messages: map[string][]*poolCall{},
	}
}

// Do runs f when its turn has come, and returns at once. After Close nothing new
// is begun.
func (p *Pool) Do(lane, message string, f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	c := &poolCall{lane: lane, message: message, run: f}
	if p.lanes[lane] == nil {
		p.lanes[lane] = &poolLane{}
		p.order = append(p.order, lane)
	}
	p.lanes[lane].waiting = append(p.lanes[lane].waiting, c)
	p.messages[message] = append(p.messages[message], c)
	p.advance()
}

// Waiting is how many calls have not begun.
func (p *Pool) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, l := range p.lanes {
		n += len(l.waiting)
	}
	return n
}

// Close begins nothing new, and waits for what runs.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.done.Wait()
}

// advance begins what may begin. A lane that got its turn is the last one then.
func (p *Pool) advance() {
	if p.closed {
		return
	}
	var stay, served []string
	for _, name := range p.order {
		l := p.lanes[name]
		if p.running < p.size && l.busy == nil {
			if c := p.next(l); c != nil {
				p.begin(l, c)
				served = append(served, name)
				continue
			}
		}
		stay = append(stay, name)
	}
	p.order = append(stay, served...)
}

// next takes the first call of a lane that no other one of its message precedes.
func (p *Pool) next(l *poolLane) *poolCall {
	for i, c := range l.waiting {
		if p.messages[c.message][0] == c {
			l.waiting = append(l.waiting[:i:i], l.waiting[i+1:]...)
			return c
		}
	}
	return nil
}

func (p *Pool) begin(l *poolLane, c *poolCall) {
	p.running++
	l.busy = c
	enough := time.AfterFunc(p.patience, func() { p.release(c) })
	p.done.Go(func() {
		c.run()
		enough.Stop()
		p.finish(c)
	})
}

// release lets the others of a lane go on without c.
func (p *Pool) release(c *poolCall) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free(c)
	p.advance()
}

// free ends the wait of a lane for c.
func (p *Pool) free(c *poolCall) {
	if l := p.lanes[c.lane]; l != nil && l.busy == c {
		l.busy = nil
	}
}

func (p *Pool) finish(c *poolCall) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.free(c)
	if rest := p.messages[c.message][1:]; len(rest) > 0 {
		p.messages[c.message] = rest
	} else {
		delete(p.messages, c.message)
	}
	p.forgetLane(c.lane)
	p.advance()
}

// forgetLane forgets a lane with nothing in it.
func (p *Pool) forgetLane(name string) {
	l := p.lanes[name]
	if l == nil || l.busy != nil || len(l.waiting) > 0 {
		return
	}
	delete(p.lanes, name)
	for i, n := range p.order {
		if n == name {
			p.order = append(p.order[:i:i], p.order[i+1:]...)
			return
		}
	}
}
