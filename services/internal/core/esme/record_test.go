package esme

import (
	"bytes"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// TestRecord: what a client wrote is kept as it wrote it, unknown parameters in
// their order, and the text once.
func TestRecord(t *testing.T) {
	t.Parallel()
	m := good()
	m.Text, m.ServiceType, m.Destination = nil, []byte("CMT"), smpp.Address{TON: 2, NPI: 1, Addr: []byte("+358401234567")}
	m.TLVs = m.TLVs.Append(smpp.TagMessagePayload, 'h', 'i').Append(0x1400, 'b').Append(0x1400, 'a').AppendUint16(smpp.TagUserMessageReference, 9)
	s := submit(t, Rules{}, m)
	r := s.SMPP
	if r.ServiceType != "CMT" || r.RegisteredDelivery != 1 || r.ESMClass != 3 || r.Source.TON != 5 || len(r.Parameters) != 3 {
		t.Fatalf("got %d parameters, %+v", len(r.Parameters), r.Source)
	}
	if a := AddressOf(r.Destination); a.TON != 2 || string(a.Addr) != "+358401234567" {
		t.Errorf("the destination is %d %d", a.TON, len(a.Addr))
	}
	if first, second := r.Parameters[0].Value.Reveal(), r.Parameters[1].Value.Reveal(); string(first) != "b" || string(second) != "a" {
		t.Errorf("parameters came as %q, %q", first, second)
	}
	for i := range m.TLVs {
		m.TLVs[i] = 0
	}
	if v, ok := r.Parameter(uint16(smpp.TagUserMessageReference)); !ok || !bytes.Equal(v, []byte{0, 9}) {
		t.Errorf("the record shares memory with the PDU: %v", v)
	}
}
