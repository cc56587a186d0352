package join

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// partEvent makes the event of a part; id distinguishes repetitions of its content.
func partEvent(t interface{ Fatal(...any) }, id, sim, text string, seq, total uint8, at time.Time) *life.Event {
	part := tpdu.Part{Reference: 42, Total: total, Seq: seq}
	d := tpdu.Deliver{
		OA: tpdu.Address{TOA: tpdu.TOAInternational, Digits: "358401234567"}, DCS: 4, SCTS: tpdu.NewTimestamp(at),
		UDHI: true, UDH: part.AppendTo(nil), Data: []byte(text),
	}
	pdu, err := d.AppendTo([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	return &life.Event{
		ID: id, Account: "inbox", Time: at, Modem: &life.Modem{IMSI: sim},
		Kind: life.Received{PDU: pdu, Originator: message.NewAddress("358401234567")},
	}
}

func ids(parts []*life.Event) (out []string) {
	for _, e := range parts {
		out = append(out, e.ID)
	}
	return out
}

func wantDeliveries(t *testing.T, g *Group, want ...string) {
	t.Helper()
	var got []string
	for _, d := range g.Deliveries {
		got = append(got, fmt.Sprint(d.Cause, ids(d.Parts)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("deliveries %q, want %q", got, want)
	}
}

func TestJoinsInTheOrderOfPlaces(t *testing.T) {
	g := &Group{}
	for _, seq := range []uint8{3, 1, 2} {
		if !g.Add(partEvent(t, fmt.Sprint(seq), "a", "text", seq, 3, start), start) {
			t.Errorf("part %d changed nothing", seq)
		}
	}
	wantDeliveries(t, g, "1 [1 2 3]")
	if len(g.Waiting) != 0 {
		t.Errorf("%d parts wait", len(g.Waiting))
	}
}

func TestRepeatedEventChangesNothing(t *testing.T) {
	g := &Group{}
	one, two := partEvent(t, "1", "a", "one", 1, 2, start), partEvent(t, "2", "a", "two", 2, 2, start)
	g.Add(one, start)
	if g.Add(one, start) {
		t.Error("a repetition of a part that waits changed something")
	}
	g.Add(two, start)
	if g.Add(one, start) || g.Add(two, start) {
		t.Error("a repetition of a part that is being written changed something")
	}
	g.Finish(g.Deliveries[0], start)
	if g.Add(one, start) || g.Add(two, start) {
		t.Error("a repetition of a part that was written changed something")
	}
	if g.Forget(start) || !g.Forget(start.Add(time.Second)) || !g.Empty() {
		t.Error("traces are not kept as long as they should be")
	}
}

// TestSameContentUnderNewTime is a service centre that delivers a part again.
func TestSameContentUnderNewTime(t *testing.T) {
	g := &Group{}
	old := partEvent(t, "old", "a", "one", 1, 2, start)
	g.Add(old, start)
	g.Add(partEvent(t, "new", "a", "one", 1, 2, start.Add(time.Hour)), start)
	if g.Add(old, start) {
		t.Error("the event of a part that was replaced changed something")
	}
	g.Add(partEvent(t, "2", "a", "two", 2, 2, start), start)
	wantDeliveries(t, g, "1 [new 2]")
}

func TestReusedReferenceDisplaces(t *testing.T) {
	g := &Group{}
	g.Add(partEvent(t, "old3", "a", "old three", 3, 3, start), start)
	g.Add(partEvent(t, "old1", "a", "old one", 1, 3, start), start)
	g.Add(partEvent(t, "new1", "a", "new one", 1, 3, start), start)
	wantDeliveries(t, g, "2 [old1 old3]")
	g.Add(partEvent(t, "new2", "a", "new two", 2, 3, start), start)
	g.Add(partEvent(t, "new3", "a", "new three", 3, 3, start), start)
	wantDeliveries(t, g, "2 [old1 old3]", "1 [new1 new2 new3]")
}

// TestTwoNumbers is one message to two of our numbers under one reference.
func TestTwoNumbers(t *testing.T) {
	g := &Group{}
	for _, e := range []struct {
		id, sim string
		seq     uint8
	}{{"a1", "a", 1}, {"b1", "b", 1}, {"b2", "b", 2}, {"a2", "a", 2}} {
		g.Add(partEvent(t, e.id, e.sim, "same", e.seq, 2, start), start)
	}
	wantDeliveries(t, g, "1 [b1 b2]", "1 [a1 a2]")
}

func TestAcrossSIMs(t *testing.T) {
	g := &Group{}
	g.Add(partEvent(t, "1", "a", "one", 1, 2, start), start)
	g.Add(partEvent(t, "2", "b", "two", 2, 2, start), start)
	wantDeliveries(t, g, "1 [1 2]")
}

func TestExpire(t *testing.T) {
	g := &Group{}
	g.Add(partEvent(t, "a3", "a", "three", 3, 3, start.Add(time.Minute)), start)
	g.Add(partEvent(t, "a1", "a", "one", 1, 3, start), start)
	g.Add(partEvent(t, "b1", "b", "other", 1, 3, start.Add(time.Hour)), start)
	if g.Expire(start) {
		t.Error("parts expired that are as old as the limit")
	}
	if !g.Expire(start.Add(time.Second)) {
		t.Error("nothing expired")
	}
	wantDeliveries(t, g, "3 [a1 a3]")
	if len(g.Waiting) != 1 || g.Waiting[0].ID != "b1" {
		t.Errorf("%q wait", ids(g.Waiting))
	}
}

func TestClaims(t *testing.T) {
	g := &Group{}
	g.Add(partEvent(t, "1", "a", "one", 1, 2, start), start)
	g.Add(partEvent(t, "2", "a", "two", 2, 2, start), start)
	deadline := start.Add(time.Minute)
	for i, step := range []struct {
		owner string
		now   time.Time
		want  int
	}{
		{"x", start, 1}, {"y", start, 0}, {"x", start, 1}, // its own, after a restart
		{"y", deadline, 1}, {"x", deadline, 0},
	} {
		if got := g.Claim(step.owner, step.now, step.now.Add(time.Minute)); len(got) != step.want {
			t.Errorf("step %d: %d deliveries for %s, want %d", i, len(got), step.owner, step.want)
		}
	}
	d := g.Deliveries[0]
	if !g.Finish(d, start) || g.Finish(d, start) {
		t.Error("finishing a delivery twice changed something twice, or never")
	}
}

func TestNoPartOfAnything(t *testing.T) {
	g := &Group{}
	alone := partEvent(t, "x", "a", "text", 1, 1, start)
	if g.Add(alone, start) || g.Add(&life.Event{ID: "y", Kind: life.Received{}}, start) || !g.Empty() {
		t.Error("what is no part was taken")
	}
}

func TestTracesAreBounded(t *testing.T) {
	g := &Group{}
	for i := range 2 * maxDone {
		g.done(fmt.Sprint(i), start)
	}
	if len(g.Done) != maxDone || g.Done[maxDone-1].ID != fmt.Sprint(2*maxDone-1) {
		t.Errorf("%d traces", len(g.Done))
	}
}

// model is two hosts that share a group and may crash at any step: an event is
// acknowledged only by a host that came through with it.
type model struct {
	group   *Group
	now     time.Time
	unacked []*life.Event
	// written counts how often a part was written, whole how often in a whole message.
	written, whole map[string]int
	crashes        int
}

// handle is what a spool does with an event; it stops where crash says.
func (m *model) handle(owner string, crash int, change func() bool) (done bool) {
	if crash == 0 {
		m.crashes++
		return false
	}
	change()
	for _, d := range m.group.Claim(owner, m.now, m.now.Add(time.Minute)) {
		if crash == 1 {
			m.crashes++
			return false
		}
		for _, e := range d.Parts {
			m.written[e.ID]++
			if d.Cause == Complete {
				m.whole[e.ID]++
			}
		}
		if crash == 2 {
			m.crashes++
			return false
		}
		m.group.Finish(d, m.now)
	}
	return crash != 3
}

// TestNothingIsLost delivers parts in any order, some of them repeatedly, to two
// hosts that crash between any two steps, and wants every part in a file; without
// crashes exactly once.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{group: &Group{}, now: start, written: map[string]int{}, whole: map[string]int{}}
		total := uint8(rapid.IntRange(2, 4).Draw(t, "total"))
		var all []*life.Event
		for n := range rapid.IntRange(1, 3).Draw(t, "messages") {
			sim := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "sim")
			for seq := uint8(1); seq <= total; seq++ {
				id := fmt.Sprintf("%d-%d", n, seq)
				all = append(all, partEvent(t, id, sim, "text "+id, seq, total, start))
			}
		}
		m.unacked = rapid.Permutation(append(all, rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "repeated")...)).Draw(t, "order")
		crashing := rapid.Bool().Draw(t, "crashing")
		for len(m.unacked) > 0 {
			e := m.unacked[0]
			m.unacked = m.unacked[1:]
			crash := -1
			if crashing && m.crashes < 20 {
				crash = rapid.IntRange(-1, 3).Draw(t, "crash")
			}
			owner := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "owner")
			m.now = m.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			if !m.handle(owner, crash, func() bool { return m.group.Add(e, m.now) }) && crash >= 0 {
				m.unacked = append(m.unacked, e) // the broker offers it again
			}
		}
		m.now = m.now.Add(time.Hour) // the purge
		m.handle("x", -1, func() bool { return m.group.Expire(m.now) })
		for _, e := range all {
			if n := m.written[e.ID]; n == 0 || m.crashes == 0 && n != 1 {
				t.Errorf("part %s was written %d times with %d crashes", e.ID, n, m.crashes)
			}
		}
		if len(m.group.Waiting)+len(m.group.Deliveries) != 0 {
			t.Errorf("%d parts wait, %d deliveries", len(m.group.Waiting), len(m.group.Deliveries))
		}
	})
}

// TestOneMessageIsJoined delivers one message in any order, with repetitions, over
// any SIMs, and wants it whole.
func TestOneMessageIsJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := uint8(rapid.IntRange(2, 255).Draw(t, "total"))
		sims := rapid.SampledFrom([][]string{{"a"}, {"a", "b"}}).Draw(t, "sims")
		var all []*life.Event
		var want []string
		for seq := 1; seq <= int(total); seq++ {
			id := fmt.Sprint(seq)
			all, want = append(all, partEvent(t, id, rapid.SampledFrom(sims).Draw(t, "sim"), id, uint8(seq), total, start)), append(want, id)
		}
		order := rapid.Permutation(append(all, all[:rapid.IntRange(0, int(total)).Draw(t, "repeated")]...)).Draw(t, "order")
		g := &Group{}
		for _, e := range order {
			g.Add(e, start)
		}
		if len(g.Deliveries) != 1 || g.Deliveries[0].Cause != Complete || !slices.Equal(ids(g.Deliveries[0].Parts), want) {
			t.Errorf("%d deliveries, %d wait", len(g.Deliveries), len(g.Waiting))
		}
	})
}
