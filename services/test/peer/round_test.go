//go:build peer

package peer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// message is a file to drop.
type message struct {
	name string
	data []byte
	// left says that it is expected to stay where it is.
	left bool
}

// round is a number of messages that a program is given at once. No more than
// 255 PDUs may come of them, because a modem tells apart no more references.
type round struct {
	*peer
	messages []message
	// before counts the records of each modem, and from the calls of the event
	// handler, before the round.
	before map[string]int
	from   int
}

// observed is what a program did with a file.
type observed struct {
	truth.Observed
	// Modem is the one that the PDUs reached.
	Modem string
	// reference is the last one that the event handler was told.
	reference string
}

// begin drops the messages.
func (g *peer) begin(t *testing.T, messages []message) *round {
	t.Helper()
	r := &round{peer: g, messages: messages, before: map[string]int{}, from: len(g.calls())}
	for name, m := range g.modems {
		r.before[name] = len(m.Records())
	}
	for _, m := range messages {
		gateway.Drop(t, g.path("outgoing"), m.name, m.data)
	}
	return r
}

// finish waits until nothing is to be expected any more, and returns what became
// of each message.
func (r *round) finish(t *testing.T) map[string]*observed {
	t.Helper()
	r.settle(t)
	all := map[string]*observed{}
	for _, m := range r.messages {
		all[m.name] = &observed{Observed: r.file(t, m.name)}
	}
	r.handled(t, all)
	r.attribute(t, all)
	return all
}

// stall is how long a program may do nothing before it is taken to be through.
// Both look into their directories every second.
const stall = 15 * time.Second

// settle waits for the calls of the event handler, one for every message that is
// not to be left. It gives up when nothing moves; what is missing then shows when
// the outcomes are compared.
func (r *round) settle(t *testing.T) {
	t.Helper()
	waiting := 0
	for _, m := range r.messages {
		if !m.left {
			waiting++
		}
	}
	patience := time.NewTimer(stall)
	defer patience.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for done := 0; done < waiting; {
		select {
		case <-look.C:
			if now := len(r.calls()) - r.from; now > done {
				done = now
				patience.Reset(stall)
			}
		case <-patience.C:
			t.Errorf("%s is through with %d files of %d and does not go on\n%s", r.name, done, waiting, r.said())
			return
		case <-r.ended:
			t.Fatalf("%s has ended by itself: %v\n%s", r.name, r.err, r.said())
		}
	}
}

// calls are those of the event handler since the program was started.
func (g *peer) calls() []string {
	data, _ := os.ReadFile(g.path("calls"))
	lines := strings.SplitAfter(string(data), "\n")
	return lines[:len(lines)-1] // what follows the last line end is not whole yet
}

// file looks where a file is.
func (r *round) file(t *testing.T, name string) truth.Observed {
	t.Helper()
	for _, dir := range []string{"sent", "failed"} {
		data, err := os.ReadFile(filepath.Join(r.dir, dir, name))
		if err == nil {
			return truth.ObservedFile(dir, name, string(data))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(filepath.Join(r.dir, "outgoing", name)); err == nil {
		return truth.Observed{Outcome: truth.LeftInOutgoing}
	}
	return truth.Observed{Outcome: "neither sent nor failed"}
}

// handled adds the calls of the event handler to the files that they are about.
func (r *round) handled(t *testing.T, all map[string]*observed) {
	t.Helper()
	for _, line := range r.calls()[r.from:] {
		call := truth.Call(strings.TrimSuffix(line, "\n"), r.dir)
		_, about, _ := strings.Cut(call, "|")
		path, reference, _ := strings.Cut(about, "|")
		o := all[filepath.Base(path)]
		if o == nil {
			t.Errorf("%s calls the event handler about something else: %q", r.name, call)
			continue
		}
		o.Calls, o.reference = append(o.Calls, call), reference
	}
}
