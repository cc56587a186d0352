package smpp

import (
	"context"
	"sync"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// job is a request whose messages are on their way to the broker.
type job struct {
	id   smpp.ID
	seq  uint32
	cost int64
	// ctx ends when the client must be answered.
	ctx       context.Context
	messageID string
	// parts are one for each destination.
	one  part
	more []part
}

// jobs are those of a session that are not answered, oldest first.
type jobs struct {
	mu       sync.Mutex
	queue    []job
	resolved int
	running  bool
}

// give adds a job; start is called when nobody takes them.
func (j *jobs) give(one job, start func()) {
	j.mu.Lock()
	j.queue = append(j.queue, one)
	idle := !j.running
	j.running = true
	j.mu.Unlock()
	if idle {
		start()
	}
}

// take takes the oldest job; false: there is none, and whoever took them ends.
func (j *jobs) take() (job, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.resolved == len(j.queue) {
		j.queue, j.resolved, j.running = nil, 0, false
		return job{}, false
	}
	one := j.queue[j.resolved]
	j.queue[j.resolved] = job{}
	j.resolved++
	if j.resolved > len(j.queue)/2 && j.resolved >= compactAt {
		j.queue = j.queue[:copy(j.queue, j.queue[j.resolved:])]
		j.resolved = 0
	}
	return one, true
}

// compactAt is how many taken jobs are worth moving the others.
const compactAt = 64
