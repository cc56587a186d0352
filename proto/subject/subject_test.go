package subject

import (
	"errors"
	"strings"
	"testing"
)

func FuzzToken(f *testing.F) {
	for _, s := range []string{"", "a", "GSM1", "my.host", "_", "s123", "*#", "\x00\xff", "ä ö"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		token := Token(name)
		if strings.ContainsAny(token, ". *>\t\n") || token == "" {
			t.Fatalf("Token(%q) = %q is not one subject token", name, token)
		}
		back, ok := Name(token)
		if !ok || back != name {
			t.Fatalf("Name(Token(%q)) = %q, %v", name, back, ok)
		}
	})
}

func TestNameRefusesWhatTokenNeverMakes(t *testing.T) {
	for _, token := range []string{"", "A", "_4", "_zz", "_61", "a.b", "_4D", "x_"} {
		if name, ok := Name(token); ok {
			t.Errorf("Name(%q) = %q, want refusal", token, name)
		}
	}
}

func TestPrefix(t *testing.T) {
	for _, bad := range []string{"SMS", "a..b", ".a", "a.*", "a b", "a_b", ">"} {
		if _, err := New(bad); !errors.Is(err, ErrPrefix) {
			t.Errorf("New(%q): %v, want ErrPrefix", bad, err)
		}
	}
	s, err := New("acme.sms")
	if err != nil {
		t.Fatal(err)
	}
	if s.StreamOut() != "ACME_SMS_OUT" || s.BucketConfig() != "acme_sms_cfg" {
		t.Errorf("names of assets: %s, %s", s.StreamOut(), s.BucketConfig())
	}
}

func TestQueuedRoundTrip(t *testing.T) {
	s := Default()
	q := Queued{Queue: "My Queue", Priority: High, Account: "spool-host.example", ID: "01jd"}
	if got, ok := s.ParseOut(s.Out(q)); !ok || got != q {
		t.Errorf("ParseOut(%s) = %v, %v", s.Out(q), got, ok)
	}
	if got, ok := s.ParseLater(s.Later(q)); !ok || got != q {
		t.Errorf("ParseLater(%s) = %v, %v", s.Later(q), got, ok)
	}
	for _, bad := range []string{"sms.out.q.x.a.1", "sms.out.q.h.a", "sms.out.Q.h.a.1", "other.out.q.h.a.1", ""} {
		if got, ok := s.ParseOut(bad); ok {
			t.Errorf("ParseOut(%q) = %v, want refusal", bad, got)
		}
	}
}

func TestPartRoundTrip(t *testing.T) {
	s := Default()
	p := Part{SIM: "244", Recipient: "s12#", Reference: 255, Account: "cli-h", ID: "01", Part: 2, Total: 3}
	for _, reference := range []int{NoReference, 0, 255} {
		p.Reference = reference
		if got, ok := s.ParsePart(s.Part(p)); !ok || got != p {
			t.Errorf("ParsePart(%s) = %v, %v", s.Part(p), got, ok)
		}
	}
	for _, bad := range []string{
		"sms.part.1.2.256.a.1.1-1", "sms.part.1.2.3.a.1.2-1", "sms.part.1.2.3.a.1.0-1", "sms.part.1.2.3.a.1.1",
		"sms.part.1.2.3.A.1.1-1", "sms.part.1.2.3.a.1.x-1",
	} {
		if got, ok := s.ParsePart(bad); ok {
			t.Errorf("ParsePart(%q) = %v, want refusal", bad, got)
		}
	}
}

func TestEventRoundTrip(t *testing.T) {
	s := Default()
	for _, typ := range EventTypes() {
		for _, subject := range []string{s.Event("cli-A", "01", typ), s.LiveEvent("cli-A", "01", typ)} {
			account, id, got, ok := s.ParseEvent(subject)
			if !ok || account != "cli-A" || id != "01" || got != typ {
				t.Errorf("ParseEvent(%s) = %s, %s, %s, %v", subject, account, id, got, ok)
			}
		}
	}
	if account, id, ok := s.ParseExpiryDue(s.ExpiryDue("a_b", "9")); !ok || account != "a_b" || id != "9" {
		t.Errorf("ParseExpiryDue: %s, %s, %v", account, id, ok)
	}
}

// TestSubjectsBelongToTheirStream checks that every subject that is stored is
// taken by its stream, and that no two streams take the same one.
func TestSubjectsBelongToTheirStream(t *testing.T) {
	s := Default()
	q := Queued{Queue: "q", Priority: Normal, Account: "a", ID: "1"}
	streams := map[string][]string{
		"out": s.OutSubjects(), "evt": s.EventSubjects(), "job": s.JobSubjects(), "ctr": s.CounterSubjects(),
		"aud": s.AuditSubjects(),
	}
	for subject, want := range map[string]string{
		s.Out(q): "out", s.Later(q): "out",
		s.Event("a", "1", Sent): "evt", s.Attempt("a", "1", 1): "evt", s.Part(Part{Total: 1, Part: 1}): "evt",
		s.Tick("j"): "job", s.Run("j"): "job", s.Alternate("a", "1"): "job", s.AlternateDue("a", "1"): "job",
		s.Expiry("a", "1"): "job", s.ExpiryDue("a", "1"): "job", s.Counter("a", "20260101"): "ctr", s.Audit("", "refused"): "aud",
		s.LiveEvent("a", "1", Sent): "", s.ModemCommand("h", "m", "at"): "",
	} {
		var got []string
		for name, patterns := range streams {
			for _, p := range patterns {
				if match(p, subject) {
					got = append(got, name)
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is taken by %q, want %q", subject, got, want)
		}
	}
}

// match says whether a pattern with * and > covers a subject.
func match(pattern, subject string) bool {
	p, s := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, token := range p {
		if token == ">" {
			return len(s) > i
		}
		if i >= len(s) || token != "*" && token != s[i] {
			return false
		}
	}
	return len(p) == len(s)
}

// TestFiltersMatch checks each filter against a subject that it is meant for.
func TestFiltersMatch(t *testing.T) {
	s := Default()
	q := Queued{Queue: "Q", Priority: High, Account: "A", ID: "1"}
	p := Part{SIM: "1", Recipient: "2", Reference: 3, Account: "A", ID: "1", Part: 1, Total: 1}
	for filter, subject := range map[string]string{
		s.OutQueue("Q", High):               s.Out(q),
		s.OutAnyQueue("A", "1"):             s.Out(q),
		s.OutAnyAccount("1"):                s.Out(q),
		s.LaterAnyQueue("A", "1"):           s.Later(q),
		s.LaterAnyAccount("1"):              s.Later(q),
		s.Attempts("A", "1"):                s.Attempt("A", "1", 2),
		s.AttemptsAnyAccount("1"):           s.Attempt("A", "1", 2),
		s.PartsOfReport("1", "2", 3):        s.Part(p),
		s.PartsOfReportAnyRecipient("1", 3): s.Part(p),
		s.PartsOfMessage("2", "A", "1"):     s.Part(p),
		s.EventsOfAccount("A"):              s.Event("A", "1", Sent),
		s.EventsOfMessage("A", "1"):         s.Event("A", "1", Sent),
		s.EventsAnyAccount("1"):             s.Event("A", "1", Sent),
		s.EventsOfType(Sent):                s.Event("A", "1", Sent),
		s.AllEvents():                       s.Event("A", "1", Sent),
		s.LiveEvents():                      s.LiveEvent("A", "1", Sent),
		s.AlternateDueAll():                 s.AlternateDue("A", "1"),
		s.ExpiryDueAll():                    s.ExpiryDue("A", "1"),
		s.ModemCommands("h", "M"):           s.ModemCommand("h", "M", "at"),
		s.AuditOfAccount("A"):               s.Audit("A", "bound"),
		s.AllAudit():                        s.Audit("A", "bound"),
		s.OutOfAccount("A"):                 s.Out(q),
		s.LaterOfAccount("A"):               s.Later(q),
	} {
		if !match(filter, subject) {
			t.Errorf("%s does not match %s", filter, subject)
		}
	}
}

// TestPulsesAreNobodys: what keeps timers awake is of no queue, account or job that has a name.
func TestPulsesAreNobodys(t *testing.T) {
	s := Default()
	out, jobs := s.Pulses()
	outTarget, jobsTarget := s.PulseTargets()
	for got, want := range map[string]string{
		out: "sms.later._.n._._", outTarget: "sms.out._.n._._", jobs: "sms.tick._", jobsTarget: "sms.run._",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
