package smpp

import (
	"context"
	"sync"
)

// window counts the requests of a session that are not answered yet.
type window struct {
	mu    sync.Mutex
	n     int
	freed chan struct{}
}

// take takes a place. While all are taken it waits, until ctx ends: then it reports
// false. before is called before it waits.
func (w *window) take(ctx context.Context, limit int, before func()) bool {
	for {
		w.mu.Lock()
		if w.n < limit {
			w.n++
			w.mu.Unlock()
			return true
		}
		freed := w.waiting()
		w.mu.Unlock()
		before()
		select {
		case <-freed:
		case <-ctx.Done():
			return false
		}
	}
}

// free gives a place back.
func (w *window) free() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n--
	if w.freed != nil {
		close(w.freed)
		w.freed = nil
	}
}

// taken is how many places are taken.
func (w *window) taken() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n
}

// empty waits until no place is taken, or ctx ends.
func (w *window) empty(ctx context.Context) {
	for {
		w.mu.Lock()
		if w.n == 0 {
			w.mu.Unlock()
			return
		}
		freed := w.waiting()
		w.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return
		}
	}
}

func (w *window) waiting() chan struct{} {
	if w.freed == nil {
		w.freed = make(chan struct{})
	}
	return w.freed
}
