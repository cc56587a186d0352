package bus

import (
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// heldEvents tells the broker, over and over, which events a follower has in hand:
// one that waits behind a slow handler must not go to another follower too.
type heldEvents struct {
	mu   sync.Mutex
	msgs map[jetstream.Msg]struct{}
	done chan struct{}
	wg   sync.WaitGroup
}

func holdEvents() *heldEvents {
	h := &heldEvents{msgs: map[jetstream.Msg]struct{}{}, done: make(chan struct{})}
	h.wg.Go(h.keep)
	return h
}

func (h *heldEvents) keep() {
	tick := time.NewTicker(eventAckWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-h.done:
			return
		case <-tick.C:
			h.mu.Lock()
			for m := range h.msgs {
				_ = m.InProgress()
			}
			h.mu.Unlock()
		}
	}
}

func (h *heldEvents) take(m jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.msgs[m] = struct{}{}
}

func (h *heldEvents) drop(m jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.msgs, m)
}

func (h *heldEvents) stop() {
	close(h.done)
	h.wg.Wait()
}
