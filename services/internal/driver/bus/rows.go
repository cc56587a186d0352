package bus

import "sync"

// rowsAtOnce bounds how many rows are worked on at the same time.
const rowsAtOnce = 256

// rows run what they are given: under each name one thing after the other, and those
// of different names side by side, so that one that takes long delays no other.
// give and stop are for one goroutine.
type rows struct {
	mu sync.Mutex
	// waiting are the things to do under each name at which somebody works.
	waiting map[string][]func()
	slots   chan struct{}
	done    sync.WaitGroup
}

func startRows() *rows {
	return &rows{waiting: map[string][]func(){}, slots: make(chan struct{}, rowsAtOnce)}
}

func (r *rows) give(name string, f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, worked := r.waiting[name]
	r.waiting[name] = append(line, f)
	if !worked {
		r.done.Go(func() { r.work(name) })
	}
}

// work does everything under a name until there is nothing left.
func (r *rows) work(name string) {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	for {
		f := r.next(name)
		if f == nil {
			return
		}
		f()
	}
}

func (r *rows) next(name string) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := r.waiting[name]
	if len(line) == 0 {
		delete(r.waiting, name)
		return nil
	}
	r.waiting[name] = line[1:]
	return line[0]
}

// stop waits until everything is done.
func (r *rows) stop() { r.done.Wait() }
