package message

import "testing"

func TestForEvents(t *testing.T) {
	t.Parallel()
	var none *SMPP
	if none.ForEvents(1) != nil {
		t.Error("nothing became something")
	}
	s := &SMPP{
		MessageID: "7", Source: SMPPAddress{5, 0, NewAddress("Viesti")}, RegisteredDelivery: 1, ValidityPeriod: "000001000000000R",
		Parameters: []Parameter{{1, NewBody([]byte("text"))}, {2, NewBody([]byte("a"))}, {2, NewBody([]byte("b"))}},
	}
	small := s.ForEvents(2, 3)
	if small.MessageID != "7" || small.Source != s.Source || small.RegisteredDelivery != 1 || small.ValidityPeriod != "" {
		t.Errorf("got %+v", small)
	}
	if v, ok := small.Parameter(2); !ok || string(v) != "a" || len(small.Parameters) != 2 {
		t.Errorf("parameters %v, the first %q", small.Parameters, v)
	}
	if _, ok := small.Parameter(1); ok || len(s.Parameters) != 3 {
		t.Error("a parameter that was not wanted is there, or is gone from the submission")
	}
}

func TestPrintingHidesSMPP(t *testing.T) {
	t.Parallel()
	s := SMPP{Destination: SMPPAddress{1, 1, NewAddress("358401234567")}, Parameters: []Parameter{{0x424, NewBody([]byte("secret text"))}}}
	for i, c := range []any{s, &s, Submission{SMPP: &s}, s.Parameters, s.Destination} {
		checkHidden(t, "SMPP "+string(rune('0'+i)), c, []string{"secret", "0123456", "c2VjcmV0"})
	}
}
