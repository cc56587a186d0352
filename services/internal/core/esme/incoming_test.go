package esme

import (
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// TestIncomingDestination: a message from a phone always has a destination.
func TestIncomingDestination(t *testing.T) {
	t.Parallel()
	pdu, _ := tpdu.DecodeHex("0791535810325476240C9153482110325400006211022163140005C8329BFD06")
	for _, c := range []struct {
		modem *life.Modem
		want  smpp.Address
	}{
		{&life.Modem{Name: "SIM1", Number: "+358400000001"}, smpp.Address{TON: 1, NPI: 1, Addr: []byte("358400000001")}},
		{&life.Modem{Name: "SIM1"}, smpp.Address{TON: 5, Addr: []byte("SIM1")}},
		{&life.Modem{Name: "a-modem-with-a-long-name", Number: "unknown"}, smpp.Address{TON: 5, Addr: []byte("a-modem-with-a-long-")}},
	} {
		m, ok := Incoming(&life.Received{PDU: pdu}, c.modem, GSM)
		if !ok || m.Destination.TON != c.want.TON || m.Destination.NPI != c.want.NPI || string(m.Destination.Addr) != string(c.want.Addr) {
			t.Errorf("%+v: %+v, %v", c.modem, m.Destination, ok)
		}
		if string(m.Source.Addr) != "358412012345" || string(m.Text) != "Hello" {
			t.Errorf("from %s: %q", m.Source.Addr, m.Text)
		}
	}
}
