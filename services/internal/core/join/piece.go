package join

import (
	"bytes"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// piece is what the rules need to know of a part.
type piece struct {
	part    tpdu.Part
	sim     string
	deliver *tpdu.Deliver
}

// PartOf returns the place that a received PDU has in a concatenated message.
// A message that is its own only part is none.
func PartOf(mt tpdu.MT) (part tpdu.Part, ok bool) {
	if mt.Deliver == nil {
		return tpdu.Part{}, false
	}
	part, ok = tpdu.Concatenation(mt.Deliver.UDH)
	return part, ok && part.Total > 1
}

func pieceOf(e *life.Event) (piece, bool) {
	received, ok := e.Kind.(life.Received)
	if !ok || e.Modem == nil {
		return piece{}, false
	}
	mt, err := tpdu.DecodeMT(received.PDU)
	if err != nil {
		return piece{}, false
	}
	part, ok := PartOf(mt)
	return piece{part: part, sim: e.Modem.SIM(), deliver: mt.Deliver}, ok
}

// takesPlaceOf reports whether two parts cannot be of one message: they came to
// the same SIM for the same place.
func (p piece) takesPlaceOf(e *life.Event) bool {
	q, ok := pieceOf(e)
	return ok && p.sim == q.sim && p.part.Seq == q.part.Seq
}

// repeats reports whether a part says the same as another one in its place.
func (p piece) repeats(e *life.Event) bool {
	q, ok := pieceOf(e)
	return ok && p.deliver.DCS == q.deliver.DCS && bytes.Equal(p.deliver.UDH, q.deliver.UDH) && bytes.Equal(p.deliver.Data, q.deliver.Data)
}
