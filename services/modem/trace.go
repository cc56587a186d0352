package modem

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"sync/atomic"
	"time"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
)

// traceBacklog is how many lines wait for the disk; more are counted and left out,
// for the modem must not wait.
const traceBacklog = 4096

// tracer writes the transcript of one session. Several may write to one file.
type tracer struct {
	lines   chan string
	dropped atomic.Int64
	// stop ends the writer, which then closes done.
	stop, done chan struct{}
	// err is valid after done.
	err error
}

// startTrace opens the file of a transcript, for its owner alone. What is
// added after close is lost.
func startTrace(path string) (*tracer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the transcript (trace_at): %w", err)
	}
	t := &tracer{lines: make(chan string, traceBacklog), stop: make(chan struct{}), done: make(chan struct{})}
	go t.write(f)
	return t, nil
}

// write is the goroutine that writes. Each line is one write, so that those of
// several modems do not mix.
func (t *tracer) write(f *os.File) {
	defer close(t.done)
	for line := range t.pending() {
		if n := t.dropped.Swap(0); n > 0 {
			line = fmt.Sprintf("... %d lines are missing: the disk was too slow\n%s", n, line)
		}
		if t.err == nil {
			_, t.err = f.WriteString(line)
		}
	}
	t.err = errors.Join(t.err, f.Close())
}

// pending yields lines until stop, and then those that wait still.
func (t *tracer) pending() iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			select {
			case line := <-t.lines:
				if !yield(line) {
					return
				}
			case <-t.stop:
				for len(t.lines) > 0 && yield(<-t.lines) {
				}
				return
			}
		}
	}
}

// add never waits.
func (t *tracer) add(line string) {
	select {
	case t.lines <- line + "\n":
	default:
		t.dropped.Add(1)
	}
}

// close writes what is left.
func (t *tracer) close() error {
	close(t.stop)
	<-t.done
	return t.err
}

// trace starts the transcript of a session where one is wanted, and what is kept for
// the case of trouble. The returned function ends it, after the modem was closed.
func (w *worker) trace(cfg *driver.Config) (stop func() error, err error) {
	var takers []func(string)
	stop = func() error { return nil }
	if w.recorder.wanted() {
		takers = append(takers, w.recorder.add)
	}
	if w.dev.TraceAT != "" {
		t, err := startTrace(w.dev.TraceAT)
		if err != nil {
			return nil, err
		}
		takers, stop = append(takers, t.add), t.close
	}
	if len(takers) == 0 {
		return stop, nil
	}
	transcript := &driver.Transcript{Modem: w.dev.Name, Now: time.Now}
	cfg.Trace = func(dir driver.Dir, line string) {
		text := transcript.Line(dir, line)
		for _, take := range takers {
			take(text)
		}
	}
	return stop, nil
}
