package modem

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func voting() *policy.Policy {
	return &policy.Policy{Accounts: []*account.Account{{Name: "votes"}, {Name: "sim"}}, Inbound: []policy.Inbound{{Account: "votes", Keyword: "vote"}}}
}

// incoming is a received message in hex, a part of several unless total is 0.
func incoming(t *testing.T, text string, reference uint16, total, seq uint8) string {
	t.Helper()
	septets := []byte{}
	for _, r := range text {
		septets = append(septets, byte(r)) // letters are what they are in ASCII
	}
	d := &tpdu.Deliver{
		OA: tpdu.Address{TOA: 0x91, Digits: "358401234567"}, Data: septets, Septets: true,
		SCTS: tpdu.Timestamp{Octets: [7]byte{0x62, 0x11, 0x01, 0x02, 0x03, 0x04, 0x00}},
	}
	if total > 0 {
		d.UDHI, d.UDH = true, tpdu.Part{Reference: reference, Total: total, Seq: seq}.AppendTo(nil)
	}
	octets, err := d.AppendTo([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(octets))
}

// arrivals is a worker without a modem, by its policy.
type arrivals struct {
	*worker
	t *testing.T
}

func newArrivals(t *testing.T, p *policy.Policy) arrivals {
	t.Helper()
	r := newRig(t)
	w := newWorker("h", Device{Name: "SIM1"}, r.bus, zap.NewNop())
	w.policy = newSharedPolicy()
	if err := w.policy.use(p); err != nil {
		t.Fatal(err)
	}
	return arrivals{w, t}
}

// wantAt expects a message that arrives to go to an account; now says that it cannot
// wait.
func (a arrivals) wantAt(notation, account string, now bool) {
	a.t.Helper()
	durable, err := a.arrived(a.t.Context(), notation, now)
	if err != nil || !durable {
		a.t.Fatalf("durable %v, %v", durable, err)
	}
	pdu, _ := tpdu.DecodeHex(notation)
	events, err := a.bus.History(a.t.Context(), receivedID(a.status.modem().SIM(), pdu))
	if err != nil || len(events) != 1 || events[0].Account != account {
		a.t.Errorf("it went to %+v, %v; want %s", events, err, account)
	}
}

// wantWaiting expects a message to stay where it is for now.
func (a arrivals) wantWaiting(notation string) {
	a.t.Helper()
	if durable, err := a.arrived(a.t.Context(), notation, false); err != nil || durable {
		a.t.Errorf("durable %v, %v; want it to wait", durable, err)
	}
}

func TestKeywordDecides(t *testing.T) {
	t.Parallel()
	a := newArrivals(t, voting())
	a.wantAt(incoming(t, "Vote for me", 0, 0, 0), "votes", false)
	a.wantAt(incoming(t, "hello", 0, 0, 0), subject.Inbox, false)
	a.wantAt(incoming(t, "hello", 0, 0, 0), subject.Inbox, true) // read again
}

// TestPartsStayTogether: all parts go where the first one's keyword says, also those
// that come before it; what is sent next with the same reference is another message.
func TestPartsStayTogether(t *testing.T) {
	t.Parallel()
	a := newArrivals(t, voting())
	second := incoming(t, "hello", 7, 3, 2)
	a.wantWaiting(second)
	if a.again() == nil {
		t.Error("nobody looks at it again")
	}
	a.wantAt(incoming(t, "vote one", 7, 3, 1), "votes", false)
	a.wantAt(second, "votes", false)
	a.wantAt(incoming(t, "third", 7, 3, 3), "votes", true)
	a.wantAt(incoming(t, "vote one", 7, 3, 1), "votes", false) // read again

	a.wantAt(incoming(t, "another", 7, 3, 1), subject.Inbox, false)
	a.wantAt(incoming(t, "its second", 7, 3, 2), subject.Inbox, false)
}

// TestPartsWithoutTheFirst: one that cannot wait decides for those that follow it, so
// that they stay together.
func TestPartsWithoutTheFirst(t *testing.T) {
	t.Parallel()
	a := newArrivals(t, voting())
	a.wantAt(incoming(t, "second", 9, 2, 2), subject.Inbox, true)
	a.wantAt(incoming(t, "vote", 9, 2, 1), subject.Inbox, false)

	start := time.Now()
	a.now = func() time.Time { return start }
	late := incoming(t, "second", 10, 2, 2)
	a.wantWaiting(late)
	a.now = func() time.Time { return start.Add(partPatience) }
	a.wantAt(late, subject.Inbox, false)
}

// TestPartsByOtherRules: where no keyword can decide, no part waits for another.
func TestPartsByOtherRules(t *testing.T) {
	t.Parallel()
	p := voting()
	p.Inbound = []policy.Inbound{{Account: "votes", Modem: "SIM2", Keyword: "vote"}, {Account: "sim", Modem: "h/SIM1"}}
	a := newArrivals(t, p)
	a.wantAt(incoming(t, "second", 1, 2, 2), "sim", false)
	a.wantAt(incoming(t, "vote", 1, 2, 1), "sim", false)
	a.wantAt(incoming(t, "vote", 0, 0, 0), "sim", false)
}

func TestTextOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		d    tpdu.Deliver
		want string
	}{
		"gsm":    {tpdu.Deliver{Septets: true, Data: []byte("abc")}, "abc"},
		"ucs2":   {tpdu.Deliver{DCS: 8, Data: []byte{0, 'a', 4, 0x10}}, "aА"},
		"binary": {tpdu.Deliver{DCS: 4, Data: []byte("abc")}, ""},
	} {
		if got := textOf(&c.d); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if gsm7.Decode([]byte("vote"), gsm7.Tables{}) != "vote" {
		t.Error("letters are not what they are in ASCII")
	}
}

// TestInboundThroughAModem: what a modem brings follows the policy, and its changes.
func TestInboundThroughAModem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, a := range voting().Accounts {
		if err := r.bus.PutAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.bus.SetPolicy(t.Context(), voting()); err != nil {
		t.Fatal(err)
	}
	m, _ := r.worker("SIM1", sim.Config{}, nil)
	if _, err := m.Store("SM", 0, incoming(t, "VOTE 1", 0, 0, 0)); err != nil {
		t.Fatal(err)
	}
	m.URC(`+CMTI: "SM",1`)
	got := make(chan *life.Event, 1)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := r.bus.FollowAccount(ctx, "votes", func(_ context.Context, e *life.Event) error {
		got <- e
		cancel()
		return nil
	})
	if err != nil || len(got) != 1 {
		t.Fatalf("it did not arrive: %v", err)
	}
	if _, ok := (<-got).Kind.(life.Received); !ok {
		t.Error("something else arrived")
	}
}
