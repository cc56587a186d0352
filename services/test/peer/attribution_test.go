//go:build peer

package peer

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// attribute gives every sent file its PDUs: the parts of a file follow each other
// on one modem, and the event handler was told the reference of the last one.
func (r *round) attribute(t *testing.T, all map[string]*observed) {
	t.Helper()
	for name, modem := range r.modems {
		records := modem.Records()[r.before[name]:]
		ends := r.ends(t, all, name, records)
		for begin, i := 0, 0; i < len(records); i++ {
			if o := ends[i]; o != nil {
				o.sentThrough(name, records[begin:i+1])
				begin = i + 1
			} else if i == len(records)-1 {
				t.Errorf("%s gave %s %d PDUs that belong to no sent file", r.name, name, i+1-begin)
			}
		}
	}
}

// ends finds the last record of each file that a modem sent.
func (r *round) ends(t *testing.T, all map[string]*observed, modem string, records []sim.Record) map[int]*observed {
	t.Helper()
	ends := map[int]*observed{}
	for file, o := range all {
		if o.Outcome != "sent" || !strings.Contains(o.Content, "\nModem: "+modem+"\n") {
			continue
		}
		i := slices.IndexFunc(records, func(rec sim.Record) bool { return reference(rec) == o.reference })
		switch {
		case i < 0:
			t.Errorf("%s sent %s as %q, which %s never answered", r.name, file, o.reference, modem)
		case ends[i] != nil:
			t.Errorf("%s sent %s as %q, and another file too", r.name, file, o.reference)
		default:
			ends[i] = o
		}
	}
	return ends
}

func reference(r sim.Record) string { return strconv.Itoa(r.MR) }

// sentThrough completes an outcome with its PDUs. References are counted from 1
// for each file, as in the recording.
func (o *observed) sentThrough(modem string, records []sim.Record) {
	o.Modem = modem
	for _, r := range records {
		o.PDUs = append(o.PDUs, truth.WithoutReference(r.HexPDU))
	}
	counted := strconv.Itoa(len(records))
	o.Content = strings.Replace(o.Content, "\nMessage_id: "+o.reference+"\n", "\nMessage_id: "+counted+"\n", 1)
	for i, call := range o.Calls {
		if head, ok := strings.CutSuffix(call, "|"+o.reference); ok {
			o.Calls[i] = head + "|" + counted
		}
	}
}
