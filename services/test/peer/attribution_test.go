//go:build peer

package peer

import (
	"strconv"
	"strings"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/truth"
)

type record = sim.Record

func reference(r record) string { return strconv.Itoa(r.MR) }

// sentThrough completes an outcome with its PDUs. References are counted from 1
// for each file, as in the recording.
func sentThrough(o observed, modem string, records []record) observed {
	o.Modem = modem
	for _, r := range records {
		o.PDUs = append(o.PDUs, truth.WithoutReference(r.HexPDU))
	}
	last := reference(records[len(records)-1])
	counted := strconv.Itoa(len(records))
	o.Content = strings.Replace(o.Content, "\nMessage_id: "+last+"\n", "\nMessage_id: "+counted+"\n", 1)
	for i, call := range o.Calls {
		if head, ok := strings.CutSuffix(call, "|"+last); ok {
			o.Calls[i] = head + "|" + counted
		}
	}
	return o
}
