package modem

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// recorded is how many lines of a conversation are kept for the case of trouble.
const recorded = 500

// recorder keeps the last lines of the conversation with a modem, and writes them
// down when it gets into trouble: what led to it is seen without a transcript of
// everything (smstools spec §8.6, smart_logging). The zero value keeps nothing.
type recorder struct {
	path string

	mu    sync.Mutex
	lines []string
	// lost is how many lines before them are not kept any more.
	lost int
}

// wanted reports whether anything is kept.
func (r *recorder) wanted() bool { return r.path != "" }

// add keeps a line.
func (r *recorder) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) == recorded {
		r.lines = append(r.lines[:0], r.lines[recorded/2:]...)
		r.lost += recorded / 2
	}
	r.lines = append(r.lines, line)
}

// take returns what is kept, and forgets it.
func (r *recorder) take() (lines []string, lost int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines, lost = r.lines, r.lost
	r.lines, r.lost = nil, 0
	return lines, lost
}

// write appends what was said since the last trouble, and why it is told. The file
// is opened each time, so that it may be renamed at any time.
func (r *recorder) write(at time.Time, modem string, why error) error {
	lines, lost := r.take()
	if len(lines) == 0 {
		return nil // it is one trouble that was told before, or nothing was said at all
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s Trouble: %s\n", at.Format(time.DateTime), modem, strings.ReplaceAll(why.Error(), "\n", "; "))
	if lost > 0 {
		fmt.Fprintf(&text, "... %d lines before these are not kept\n", lost)
	}
	for _, line := range lines {
		text.WriteString(line + "\n")
	}
	text.WriteString("\n")
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text.String())
	return errors.Join(err, f.Close())
}

// tellTrouble writes down what was said before trouble, where that is wanted.
func (w *worker) tellTrouble(why error) {
	if !w.recorder.wanted() {
		return
	}
	if err := w.recorder.write(w.now(), w.dev.Name, why); err != nil {
		w.log.Error("writing what was said before trouble (trouble_at)", zap.Error(err))
	}
}
