package message

import (
	"testing"
	"time"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	begun := time.Unix(1000, 0)
	made := &PartsClaim{Host: "h", Modem: "A", At: begun}
	for _, c := range []struct {
		name, modem      string
		made             *PartsClaim
		after            time.Duration
		changed, granted bool
	}{
		{"the first", "A", nil, 0, true, true},
		{"the same, soon", "A", made, claimRenewal - 1, false, true},
		{"the same, later", "A", made, claimRenewal, true, true},
		{"another one", "B", made, claimPatience - 1, false, false},
		{"another one, when the first does nothing", "B", made, claimPatience, true, true},
	} {
		next, changed, granted := Claim(c.made, "h", c.modem, begun.Add(c.after))
		if changed != c.changed || granted != c.granted {
			t.Errorf("%s: changed %v, granted %v", c.name, changed, granted)
		}
		if changed && next != (PartsClaim{Host: "h", Modem: c.modem, At: begun.Add(c.after)}) {
			t.Errorf("%s: %+v", c.name, next)
		}
	}
	if _, _, granted := Claim(made, "other", "A", begun); granted {
		t.Error("a modem of the same name on another host is taken for it")
	}
}

func TestPartsOf(t *testing.T) {
	t.Parallel()
	part := func(change func(*Submission)) string {
		s := &Submission{Account: "acme", Recipient: NewAddress("4917"), SMPP: &SMPP{Source: SMPPAddress{Addr: NewAddress("1")}}}
		s.Options.UDH = []byte{5, 0, 3, 42, 2, 1}
		change(s)
		name, _ := PartsOf(s)
		return name
	}
	first := part(func(*Submission) {})
	if first == "" || part(func(s *Submission) { s.Options.UDH[5] = 2 }) != first {
		t.Error("two parts of one message have not the same name")
	}
	seen := map[string]bool{first: true}
	for name, change := range map[string]func(*Submission){
		"account": func(s *Submission) { s.Account = "acm" }, "recipient": func(s *Submission) { s.Recipient = NewAddress("49171") },
		"source":    func(s *Submission) { s.SMPP.Source.Addr = NewAddress("2") },
		"reference": func(s *Submission) { s.Options.UDH[3] = 43 }, "total": func(s *Submission) { s.Options.UDH[4] = 3 },
	} {
		if got := part(change); seen[got] {
			t.Errorf("another %s makes no difference", name)
		} else {
			seen[got] = true
		}
	}
	for _, udh := range [][]byte{nil, {6, 5, 4, 0, 1, 0, 2}, {5, 0, 3, 42, 1, 1}} {
		if got := part(func(s *Submission) { s.Options.UDH = udh }); got != "" {
			t.Errorf("%x is taken for a part", udh)
		}
	}
}
