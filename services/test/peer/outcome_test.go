//go:build peer

package peer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	// left says that it is expected to be left where it is.
	left bool
}

// observed is what a program did with a file.
type observed struct {
	truth.Observed
	// Modem is the modem that the PDUs reached.
	Modem string
}

// round drops files all at once and returns what became of each. A modem counts
// message references to 255, so no more PDUs than that may come of one round.
func (g *peer) round(t *testing.T, messages []message) map[string]observed {
	t.Helper()
	r := &round{peer: g, before: map[string]int{}, from: g.callCount()}
	for name, m := range g.modems {
		r.before[name] = len(m.Records())
	}
	for _, m := range messages {
		gateway.Drop(t, g.path("outgoing"), m.name, m.data)
	}
	r.settle(t, messages)
	return r.outcomes(t, messages)
}

// round is what is under way in a program.
type round struct {
	*peer
	// before counts the records of each modem, and from the calls of the event
	// handler, before the round.
	before map[string]int
	from   int
}

// settle waits until the event handler has been called for every file that is not
// to be left. It gives up where nothing moves any more; what is missing then
// shows when the outcomes are compared.
func (r *round) settle(t *testing.T, messages []message) {
	t.Helper()
	waiting := len(messages)
	for _, m := range messages {
		if m.left {
			waiting--
		}
	}
	patience := time.NewTimer(gateway.Patience)
	defer patience.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for r.callCount()-r.from < waiting {
		select {
		case <-look.C:
		case <-patience.C:
			t.Errorf("%s is through with %d files only of %d", r.name, r.callCount()-r.from, waiting)
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
	return lines[:len(lines)-1] // what follows the last line end is not whole
}

func (g *peer) callCount() int { return len(g.calls()) }

// outcomes gathers what became of the files.
func (r *round) outcomes(t *testing.T, messages []message) map[string]observed {
	t.Helper()
	all := map[string]observed{}
	references := map[string]string{}
	for _, m := range messages {
		all[m.name] = observed{Observed: r.file(t, m.name)}
	}
	for _, line := range r.calls()[r.from:] {
		call := truth.Call(strings.TrimSuffix(line, "\n"), r.dir)
		_, rest, _ := strings.Cut(call, "|")
		path, reference, _ := strings.Cut(rest, "|")
		name := filepath.Base(path)
		o, ok := all[name]
		if !ok {
			t.Errorf("%s calls the event handler about something else: %q", r.name, call)
			continue
		}
		o.Calls = append(o.Calls, call)
		references[name] = reference
		all[name] = o
	}
	r.attribute(t, all, references)
	return all
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

// run is the PDUs of one file on a modem.
type pduRun struct {
	file string
	end  int
}

// attribute gives every file its PDUs. All parts of a file follow each other on
// one modem, and the event handler is told the reference of the last one.
func (r *round) attribute(t *testing.T, all map[string]observed, references map[string]string) {
	t.Helper()
	for name, modem := range r.modems {
		records := modem.Records()[r.before[name]:]
		var runs []pduRun
		for file, o := range all {
			if o.Outcome != "sent" || !strings.Contains(o.Content, "\nModem: "+name+"\n") {
				continue
			}
			end := slices.IndexFunc(records, func(rec record) bool { return reference(rec) == references[file] })
			if end < 0 {
				t.Errorf("%s says that %s was sent as %q, which %s never gave", r.name, file, references[file], name)
				continue
			}
			runs = append(runs, pduRun{file, end})
		}
		slices.SortFunc(runs, func(a, b pduRun) int { return a.end - b.end })
		begin := 0
		for _, run := range runs {
			all[run.file] = sentThrough(all[run.file], name, records[min(begin, run.end):run.end+1])
			begin = run.end + 1
		}
		if begin < len(records) {
			t.Errorf("%s sent %d PDUs too many through %s", r.name, len(records)-begin, name)
		}
	}
}
