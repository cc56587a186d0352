package natsd

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// committer makes the store durable for many callers at once: all who ask while
// one commit runs share the next one.
type committer struct {
	// sync makes everything durable that was written before it is called; it is
	// called by one goroutine at a time.
	sync func() error
	// complain tells the administrator.
	complain func(format string, v ...any)
	// asked counts the calls of commit.
	asked atomic.Uint64

	mu sync.Mutex
	// covered is the last call that a commit has begun after.
	covered uint64
	// failed is the first error. It stays: after one, nobody knows what of the
	// store is on the disk, and a second try would not tell (fsync reports an error once).
	failed error
}

// commit returns when everything that was written to the store before the call is
// on the disk, or never will be.
func (c *committer) commit() error {
	call := c.asked.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil || c.covered >= call {
		return c.failed
	}
	c.covered = c.asked.Load()
	if err := c.sync(); err != nil {
		c.failed = fmt.Errorf("%w: %w", ErrNotDurable, err)
		c.complain("%v; nothing is acknowledged any more: see to the disk, and start again", c.failed)
	}
	return c.failed
}

// commitInterval is how long something may stay unsynced that nobody waits for.
const commitInterval = time.Second

// run commits now and then until stop is closed.
func (c *committer) run(stop <-chan struct{}) {
	tick := time.NewTicker(commitInterval)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			_ = c.commit() // whoever waits for a commit is told
		}
	}
}
