package life

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// allStates are the states in order.
var allStates = []State{
	Unknown, Deferred, Queued, Sending, SentState, DeliveredState, UndeliveredState, FailedState, RejectedState, ExpiredState, CancelledState,
}

func ev(k Kind) Event { return Event{ID: "a", Kind: k} }

func report(part, total int, o Outcome) Event {
	return ev(Report{Part: part, Total: total, Outcome: o})
}

// TestTable checks every event in every state: it leads where the table says, or
// changes nothing.
func TestTable(t *testing.T) {
	t.Parallel()
	waiting := []State{Unknown, Deferred, Queued}
	unsent := append(slices.Clone(waiting), Sending)
	reported := []State{Unknown, Queued, Sending, SentState, FailedState}
	for _, c := range []struct {
		kind Kind
		to   State
		from []State
	}{
		{Accepted{}, Queued, waiting},
		{Accepted{DeliverAt: time.Unix(1, 0)}, Deferred, waiting},
		{Postponed{}, Deferred, waiting},
		{Attempt{State: Attempting}, Sending, unsent},
		{Attempt{Part: 1, State: Refused}, Queued, unsent},
		{Attempt{Part: 1, State: Refused, MaybeSent: true}, Sending, unsent},
		{Attempt{Part: 2, State: Refused}, Sending, unsent},
		{Attempt{Part: 1, State: Replaced}, Unknown, nil}, // it waits as it did
		{Attempt{State: Withdrawn}, Unknown, nil},         // the event that follows says why
		{PartDone{}, Sending, unsent},
		{Sent{}, SentState, unsent},
		{Failed{}, FailedState, unsent},
		{Rejected{}, RejectedState, []State{Unknown}},
		{Expired{}, ExpiredState, waiting},
		{Cancelled{}, CancelledState, waiting},
		{Report{Part: 1, Total: 1, Outcome: Delivered}, DeliveredState, reported},
		{Report{Part: 1, Total: 1, Outcome: Undeliverable}, UndeliveredState, reported},
		{Report{Part: 1, Total: 1, Outcome: StillTrying}, Unknown, nil},
		{Report{Part: 1, Total: 2, Outcome: Delivered}, Unknown, nil},
		{Received{}, Unknown, nil}, {Call{}, Unknown, nil}, {Alarm{}, Unknown, nil}, {ModemStatus{}, Unknown, nil}, {nil, Unknown, nil},
	} {
		for _, from := range allStates {
			want := from
			if slices.Contains(c.from, from) {
				want = c.to
			}
			if got := from.Next(ev(c.kind)); got != want {
				t.Errorf("%T %+v in %s leads to %s, want %s", c.kind, c.kind, from, got, want)
			}
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	accepted, attempt, sent := ev(Accepted{}), ev(Attempt{State: Attempting}), ev(Sent{})
	deferred := ev(Accepted{DeliverAt: time.Unix(1, 0)})
	for name, c := range map[string]struct {
		events []Event
		want   State
	}{
		"nothing":                          {nil, Unknown},
		"accepted":                         {[]Event{accepted}, Queued},
		"deferred":                         {[]Event{deferred}, Deferred},
		"begun":                            {[]Event{deferred, attempt}, Sending},
		"sent":                             {[]Event{accepted, attempt, ev(PartDone{}), sent}, SentState},
		"expired":                          {[]Event{accepted, ev(Expired{})}, ExpiredState},
		"expired too late":                 {[]Event{accepted, attempt, ev(Expired{})}, Sending},
		"expired after a refusal":          {[]Event{accepted, attempt, ev(Attempt{Part: 1, State: Refused}), ev(Expired{})}, ExpiredState},
		"cancelled when replaced":          {[]Event{accepted, ev(Attempt{Part: 1, State: Replaced}), ev(Attempt{Part: 1, State: Withdrawn}), ev(Cancelled{})}, CancelledState},
		"quiet hours":                      {[]Event{accepted, ev(Postponed{}), ev(Attempt{Part: 1, State: Replaced})}, Deferred},
		"sent after quiet hours":           {[]Event{accepted, ev(Postponed{}), ev(Attempt{Part: 1, State: Replaced}), attempt, sent}, SentState},
		"expired in quiet hours":           {[]Event{accepted, ev(Postponed{}), ev(Attempt{Part: 1, State: Withdrawn}), ev(Expired{})}, ExpiredState},
		"cancelled too late":               {[]Event{accepted, attempt, sent, ev(Cancelled{})}, SentState},
		"withdrawn, and why":               {[]Event{accepted, ev(Attempt{State: Withdrawn}), ev(Expired{})}, ExpiredState},
		"rejected":                         {[]Event{ev(Rejected{})}, RejectedState},
		"failed":                           {[]Event{accepted, attempt, ev(Failed{})}, FailedState},
		"sent after a failure":             {[]Event{accepted, attempt, ev(Failed{}), sent}, FailedState},
		"delivered":                        {[]Event{accepted, attempt, sent, report(1, 1, Delivered)}, DeliveredState},
		"report first":                     {[]Event{report(1, 1, Delivered), accepted, attempt, sent}, DeliveredState},
		"delivered though unknown":         {[]Event{accepted, attempt, ev(Failed{Unknown: true}), report(1, 1, Delivered)}, DeliveredState},
		"still trying":                     {[]Event{accepted, attempt, sent, report(1, 1, StillTrying)}, SentState},
		"one of two parts":                 {[]Event{accepted, attempt, sent, report(1, 2, Delivered)}, SentState},
		"one of two parts twice":           {[]Event{accepted, attempt, sent, report(1, 2, Delivered), report(1, 2, Delivered)}, SentState},
		"both parts":                       {[]Event{accepted, attempt, sent, report(2, 2, Delivered), report(1, 2, Delivered)}, DeliveredState},
		"one part undeliverable":           {[]Event{accepted, attempt, sent, report(2, 2, Delivered), report(1, 2, Undeliverable)}, UndeliveredState},
		"undeliverable, and the other one": {[]Event{accepted, attempt, sent, report(1, 2, Undeliverable), report(2, 2, Delivered)}, UndeliveredState},
	} {
		if got := Fold(c.events); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// someKind draws an event of a message of total parts.
func someKind(t *rapid.T, total int) Event {
	part := rapid.IntRange(1, total).Draw(t, "part")
	return ev(rapid.SampledFrom([]Kind{
		Accepted{}, Accepted{DeliverAt: time.Unix(1, 0)}, Attempt{Part: part, State: Attempting}, Attempt{Part: part, State: Refused},
		Attempt{Part: 1, State: Withdrawn}, Attempt{Part: 1, State: Replaced}, Postponed{}, PartDone{Part: part}, Sent{}, Failed{}, Expired{}, Cancelled{},
		Report{Part: part, Total: total, Outcome: Delivered}, Report{Part: part, Total: total, Outcome: StillTrying},
		Report{Part: part, Total: total, Outcome: Undeliverable}, Received{}, nil,
	}).Draw(t, "event"))
}

// TestRepetitionsChangeNothing: events are delivered at least once.
func TestRepetitionsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 3).Draw(t, "parts")
		var events, repeated []Event
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			e := someKind(t, total)
			events, repeated = append(events, e), append(repeated, e)
			for range rapid.IntRange(0, 2).Draw(t, "repetitions") {
				repeated = append(repeated, e)
			}
		}
		if a, b := Fold(events), Fold(repeated); a != b {
			t.Fatalf("%s, but with repetitions %s", a, b)
		}
	})
}

// TestFinalStaysFinal: once a message will not be handed to a modem again,
// nothing but reports says anything new.
func TestFinalStaysFinal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(allStates).Draw(t, "state")
		e := someKind(t, 1)
		next := s.Next(e)
		if s.Final() && !next.Final() {
			t.Fatalf("%T leads from %s back to %s", e.Kind, s, next)
		}
		if _, isReport := e.Kind.(Report); s.Final() && !isReport && next != s {
			t.Fatalf("%T leads from %s to %s", e.Kind, s, next)
		}
	})
}

// TestReportsInAnyOrder: a message is delivered when each of its parts is, in
// whatever order the reports come, and undelivered as soon as one part is.
func TestReportsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 6).Draw(t, "parts")
		undelivered := rapid.IntRange(0, total).Draw(t, "undelivered part")
		var reports []Event
		for part := 1; part <= total; part++ {
			outcome := Delivered
			if part == undelivered {
				outcome = Undeliverable
			}
			reports = append(reports, report(part, total, StillTrying), report(part, total, outcome))
		}
		reports = rapid.Permutation(reports).Draw(t, "reports")
		missing := rapid.IntRange(0, 1).Draw(t, "missing")
		events := append([]Event{ev(Accepted{}), ev(Attempt{State: Attempting}), ev(Sent{})}, reports[missing:]...)
		want := DeliveredState
		if missing == 1 && reports[0].Kind.(Report).Outcome != StillTrying {
			want = SentState
		}
		if undelivered > 0 && slices.ContainsFunc(events, func(e Event) bool {
			r, ok := e.Kind.(Report)
			return ok && r.Outcome == Undeliverable
		}) {
			want = UndeliveredState
		}
		if got := Fold(events); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range allStates {
		if name := s.String(); seen[name] || (name == "unknown") != (s == Unknown) {
			t.Errorf("state %d is called %q", s, name)
		} else {
			seen[name] = true
		}
		if s.Final() != (s >= SentState) {
			t.Errorf("%s: final %v", s, s.Final())
		}
	}
	if State(200).String() != "unknown" || ModemState(0).String() != "unknown" || ModemState(200).String() != "unknown" {
		t.Error("what is not known has a name")
	}
	for s := ModemStarting; s <= ModemSuspended; s++ {
		if name := s.String(); name == "unknown" || seen["modem "+name] {
			t.Errorf("modem state %d is called %q", s, name)
		} else {
			seen["modem "+name] = true
		}
	}
}

func TestSubjectOf(t *testing.T) {
	t.Parallel()
	s := &message.Submission{
		ID: "a", Recipient: message.NewAddress("358"), Sender: "me", Queue: "q", Priority: message.High, AlternateOf: "b",
		AcceptedAt: time.Unix(5, 0), Origin: message.Origin{File: "f"}, Options: message.Options{Report: message.Yes},
		Alternates: []message.Alternate{{After: time.Minute}},
	}
	got := SubjectOf(s)
	if got.Recipient != s.Recipient || got.Sender != "me" || got.Queue != "q" || got.Priority != message.High || got.AlternateOf != "b" ||
		!got.AcceptedAt.Equal(s.AcceptedAt) || got.Origin != s.Origin || !got.Report || len(got.Alternates) != 1 {
		t.Errorf("got %+v", got)
	}
	if SubjectOf(&message.Submission{}).Report {
		t.Error("a report that nobody asked for")
	}
}

func TestSIM(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Modem{
		"imsi": {IMSI: "imsi", IMEI: "imei", Host: "h", Name: "n"}, "imei": {IMEI: "imei", Host: "h", Name: "n"}, "h/n": {Host: "h", Name: "n"},
	} {
		if got := m.SIM(); got != want {
			t.Errorf("%s is identified by %q, want %q", fmt.Sprint(m), got, want)
		}
	}
}
