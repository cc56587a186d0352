package soak

import (
	"fmt"
	"slices"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// balance is how everything ended.
type balance struct {
	submitted, sent, failed, flagged, held, doubled, transmissions int
	received, reports                                              int
}

func (b balance) String() string {
	return fmt.Sprintf("%d messages in %d transmissions: %d sent, of which %d say that they may be doubled (%d transmissions twice), "+
		"%d failed with a reason, %d held as unknown; %d incoming messages, %d status reports",
		b.submitted, b.transmissions, b.sent, b.flagged, b.doubled, b.failed, b.held, b.received, b.reports)
}

// onAir counts, by message, how often the network took each part.
func (tr *traffic) onAir(records []sim.Record) map[string]map[int]int {
	air := map[string]map[int]int{}
	for _, rec := range records {
		if !rec.Accepted {
			continue
		}
		d, err := tpdu.DecodeSubmit(rec.TPDU)
		if err != nil {
			tr.t.Errorf("the network took what is no SMS-SUBMIT: %v", err)
			continue
		}
		id, known := tr.byNumber[d.DA.Digits]
		if !known {
			tr.t.Errorf("a message to nobody's number is on the air")
			continue
		}
		seq := 1
		if part, ok := tpdu.Concatenation(d.UDH); ok {
			seq = int(part.Seq)
		}
		if air[id] == nil {
			air[id] = map[int]int{}
		}
		air[id][seq]++
	}
	return air
}

// settle compares what was asked for, what the events say and what the network has.
func (tr *traffic) settle() balance {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	records := tr.journal.Records()
	air := tr.onAir(records)
	b := balance{submitted: len(tr.submitted), transmissions: len(records), reports: tr.reports}
	for id := range tr.submitted {
		tr.settleOne(id, air[id], &b)
	}
	for pdu, ids := range tr.received {
		b.received++
		if !tr.arrived[pdu] {
			tr.t.Errorf("a message was received that the network never delivered")
		}
		if len(ids) != 1 {
			tr.t.Errorf("one incoming message was delivered as %d: %s", len(ids), pdu)
		}
	}
	for pdu := range tr.arrived {
		if len(tr.received[pdu]) == 0 {
			tr.t.Errorf("an incoming message is lost: %s", pdu)
		}
	}
	return b
}

func (tr *traffic) settleOne(id string, air map[int]int, b *balance) {
	if len(tr.finals[id]) != 1 {
		tr.t.Errorf("message %s ended in %d ways, want one: %+v; on the air: %v", id, len(tr.finals[id]), tr.finals[id], air)
		return
	}
	for _, final := range tr.finals[id] {
		switch k := final.(type) {
		case life.Sent:
			tr.settleSent(id, k, air, b)
		case life.Failed:
			tr.settleFailed(id, k, air, b)
		default:
			tr.t.Errorf("message %s ended as %T, which nobody asked for", id, k)
		}
	}
}

// settleSent: every part is with the network, and more than once only if the event
// says that it may be.
func (tr *traffic) settleSent(id string, k life.Sent, air map[int]int, b *balance) {
	b.sent++
	if k.MaybeDuplicated {
		b.flagged++
	}
	if len(k.Parts) == 0 {
		tr.t.Errorf("message %s was sent in no parts", id)
	}
	for _, p := range k.Parts {
		if air[p.Part] == 0 {
			tr.t.Errorf("message %s says that part %d was sent; the network does not have it", id, p.Part)
		}
	}
	for part, n := range air {
		if part > len(k.Parts) {
			tr.t.Errorf("message %s: part %d of %d is on the air", id, part, len(k.Parts))
		}
		if n > 1 && !k.MaybeDuplicated {
			tr.t.Errorf("message %s: part %d was sent %d times, and the event does not say so", id, part, n)
		}
		b.doubled += n - 1
	}
}

// settleFailed: there is a reason, and what is on the air is listed, or the outcome
// is said to be unknown.
func (tr *traffic) settleFailed(id string, k life.Failed, air map[int]int, b *balance) {
	if k.Reason == "" {
		tr.t.Errorf("message %s failed without a reason", id)
	}
	if k.Unknown {
		b.held++
	} else {
		b.failed++
	}
	for part, n := range air {
		listed := slices.ContainsFunc(k.Parts, func(p life.PartDone) bool { return p.Part == part })
		if !listed && !k.Unknown {
			tr.t.Errorf("message %s failed (%s), but part %d is on the air %d times", id, k.Reason, part, n)
		}
		if n > 1 && !k.Unknown {
			tr.t.Errorf("message %s failed (%s), and part %d was sent %d times", id, k.Reason, part, n)
		}
	}
}
