package esme

import (
	"strings"
	"testing"
	"time"

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
		m, ok := Incoming(&life.Received{PDU: pdu}, c.modem, GSM, smpp.Version34)
		if !ok || m.Destination.TON != c.want.TON || m.Destination.NPI != c.want.NPI || string(m.Destination.Addr) != string(c.want.Addr) {
			t.Errorf("%+v: %+v, %v", c.modem, m.Destination, ok)
		}
		if string(m.Source.Addr) != "358412012345" || string(m.Text) != "Hello" {
			t.Errorf("from %s: %q", m.Source.Addr, m.Text)
		}
	}
}

// TestLongIncoming: a full SMS is delivered whatever its charset makes of it.
func TestLongIncoming(t *testing.T) {
	t.Parallel()
	const delta = 0x10 // of the GSM alphabet
	septets := []byte(strings.Repeat("a", 10) + strings.Repeat(string(rune(delta)), 143))
	header := []byte{5, 0, 3, 42, 2, 1}
	d := tpdu.Deliver{OA: tpdu.Address{TOA: 0x91, Digits: "358412012345"}, Septets: true, UDHI: true, UDH: header, Data: septets,
		SCTS: tpdu.NewTimestamp(time.Unix(1_800_000_000, 0))}
	pdu, err := d.AppendTo([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	deltas := strings.Repeat("a", 10) + strings.Repeat("Δ", 143)
	utf16 := strings.Repeat("\x00a", 10) + strings.Repeat("\x03\x94", 143)
	for _, c := range []struct {
		standard Charset
		version  uint8
		coding   uint8
		text     string
		payload  bool
	}{
		{GSM, smpp.Version33, 0, string(septets), false}, {GSM, smpp.Version34, 0, string(septets), false},
		{UTF8, smpp.Version34, 0, deltas, true}, {Latin1, smpp.Version34, 8, utf16, true}, {UCS2, smpp.Version50, 8, utf16, true},
		{UTF8, smpp.Version33, 0, strings.ReplaceAll(deltas, "Δ", "?"), false},
		{Latin1, smpp.Version33, 0, strings.ReplaceAll(deltas, "Δ", "?"), false},
	} {
		m, ok := Incoming(&life.Received{PDU: pdu}, nil, c.standard, c.version)
		body, err := m.AppendTo(nil)
		var again smpp.ShortMessage
		if !ok || err != nil || again.Decode(body) != nil {
			t.Fatalf("charset %d, version %#x: %v, %v", c.standard, c.version, ok, err)
		}
		text, payload := again.TLVs.Get(smpp.TagMessagePayload)
		if !payload {
			text = again.Text
		}
		if payload != c.payload || again.DataCoding != c.coding || again.ESMClass != esmUDHI || string(text) != string(header)+c.text {
			t.Errorf("charset %d, version %#x: coding %d, payload %v, %q", c.standard, c.version, again.DataCoding, payload, text)
		}
	}
}
