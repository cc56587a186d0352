//go:build interop

package interop

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/warthog618/sms"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/codec/ucs2"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// What every client submits.
const (
	textGSM    = "Hyvää @ päivää €5 [ok]"
	textUCS2   = "Привет, 世界"
	octets     = "\x00\x01\x7f\x80\xfe\xff\x00"
	firstPart  = 153 // times A
	secondPart = 20  // times B
	reference  = 0x2A
)

// What the phone says.
const (
	phoneNumber = "358401112233"
	phoneText   = "Hello from a phone"
)

// event is what a client says happened.
type event struct {
	Event     string `json:"event"`
	What      string `json:"what"`
	ID        string `json:"id"`
	Stat      string `json:"stat"`
	Parameter string `json:"parameter"`
	State     int    `json:"state"`
	Status    int    `json:"status"`
	From      string `json:"from"`
	To        string `json:"to"`
	Text      string `json:"text"`
}

// run runs a client to its end and returns what it says.
func run(t *testing.T, s *server, secure bool, program string, args ...string) []event {
	t.Helper()
	cmd := s.client(t, secure, program, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the client: %v\n%s%s", err, out, &errs)
	}
	var events []event
	for line := range bytes.Lines(out) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("the client says %q: %v", line, err)
		}
		events = append(events, e)
	}
	return events
}

// check wants of a conversation that everything was accepted with an id of its own,
// that every id has its receipt, that the message arrived, and that the client was
// let go.
func check(t *testing.T, events []event) {
	t.Helper()
	accepted, receipts, messages := map[string]string{}, map[string]int{}, 0
	for _, e := range events {
		switch e.Event {
		case "refused", "error":
			t.Errorf("the client says %+v", e)
		case "accepted":
			accepted[e.ID] = e.What
		case "receipt":
			receipts[e.ID]++
			if e.Stat != "DELIVRD" || e.Parameter != e.ID || e.State != 2 {
				t.Errorf("receipt %+v", e)
			}
		case "message":
			messages++
			if e.From != phoneNumber || e.Text != phoneText {
				t.Errorf("message %+v", e)
			}
		}
	}
	if len(accepted) != 5 || accepted[""] != "" {
		t.Errorf("accepted: %v", accepted)
	}
	for id, what := range accepted {
		if receipts[id] != 1 {
			t.Errorf("%s has %d receipts", what, receipts[id])
		}
	}
	if messages != 1 {
		t.Errorf("%d messages", messages)
	}
	if last := events[len(events)-1]; last.Event != "unbound" && last.Event != "closed" || !slices.ContainsFunc(events, func(e event) bool { return e.Event == "unbound" && e.Status == 0 }) {
		t.Errorf("it ended with %+v", last)
	}
}

// arrived checks what reached the modem: five messages with what the client meant.
func arrived(t *testing.T, m *sim.Modem) {
	t.Helper()
	records, err := m.Wait(patience(t), 5)
	if err != nil {
		t.Fatalf("%d of 5 messages reached the modem: %v", len(records), err)
	}
	var got []string
	for _, r := range records {
		got = append(got, meaning(t, r.TPDU))
	}
	want := []string{
		"gsm " + textGSM, "ucs2 " + textUCS2, "binary " + octets,
		"part 1 of 2 " + parts()[0], "part 2 of 2 " + parts()[1],
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the modem got\n%q, want\n%q", got, want)
	}
}

// meaning is what a phone makes of a TPDU.
func meaning(t *testing.T, pdu []byte) string {
	t.Helper()
	s, err := tpdu.DecodeSubmit(pdu)
	if err != nil {
		t.Fatal(err)
	}
	if s.DA.Digits != destination {
		t.Errorf("to %v", s.DA)
	}
	what, text := "binary ", string(s.Data)
	switch tpdu.ParseDCS(s.DCS).Alphabet {
	case tpdu.AlphabetGSM7:
		what, text = "gsm ", gsm7.Decode(s.Data, gsm7.Tables{})
	case tpdu.AlphabetUCS2:
		what = "ucs2 "
		text, _ = ucs2.Decode(s.Data)
	}
	if part, ok := tpdu.Concatenation(s.UDH); ok {
		what = fmt.Sprintf("part %d of %d ", part.Seq, part.Total)
	}
	return what + text
}

// deliver lets the phone send its message to the modem.
func deliver(t *testing.T, m *sim.Modem) {
	t.Helper()
	pdus, err := sms.Encode([]byte(phoneText), sms.AsDeliver, sms.From("+"+phoneNumber))
	if err != nil || len(pdus) != 1 {
		t.Fatalf("encoding: %d PDUs, %v", len(pdus), err)
	}
	octets, err := pdus[0].MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Deliver("00" + hex.EncodeToString(octets)); err != nil {
		t.Fatal(err)
	}
}
