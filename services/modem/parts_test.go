package modem

import (
	"fmt"
	"testing"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestPartsByOneModem: the parts of a message that its client has cut are sent by one
// modem, however many are free, and other messages by all.
func TestPartsByOneModem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const series, parts = 4, 3
	var ids []string
	for n := range series {
		for part := range parts {
			id := fmt.Sprintf("s%dp%d", n, part+1)
			r.submit(id, "part", func(s *message.Submission) {
				s.Alphabet, s.Options.UDHI = message.GSM, message.Yes
				s.Options.UDH = []byte{5, 0, 3, byte(n), parts, byte(part + 1)}
			})
			ids = append(ids, id)
		}
	}
	one, _ := r.worker("A", sim.Config{}, nil)
	two, _ := r.worker("B", sim.Config{}, nil)
	for _, id := range ids {
		r.sent(id)
	}
	by := map[byte]string{}
	total := 0
	for name, m := range map[string]*sim.Modem{"A": one, "B": two} {
		for _, record := range m.Records() {
			sent, err := tpdu.DecodeSubmit(record.TPDU)
			if err != nil || len(sent.UDH) != 6 {
				t.Fatalf("%x: %v", record.TPDU, err)
			}
			reference := sent.UDH[3]
			if other, ok := by[reference]; ok && other != name {
				t.Errorf("parts of message %d are sent by %s and %s", reference, other, name)
			}
			by[reference] = name
			total++
		}
	}
	if total != series*parts {
		t.Errorf("%d parts on the air, want %d", total, series*parts)
	}
}
