package modem

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// routed has the modem hand over what arrives, in place of storing it.
func routed(d *Device) {
	d.Init, d.Outgoing, d.Poll = "AT+CNMI=2,2,0,1,0", false, config.Duration(time.Second)
}

// inbox follows what arrives for nobody in particular; next waits for it.
func (r *rig) inbox() (next func() *life.Event) {
	r.t.Helper()
	events := make(chan *life.Event, 64)
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.bus.FollowAccount(ctx, subject.Inbox, func(_ context.Context, e *life.Event) error { events <- e; return nil })
	}()
	r.t.Cleanup(func() { cancel(); <-done })
	return func() *life.Event {
		r.t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(patience):
			r.t.Fatal("nothing arrives")
			return nil
		}
	}
}

// TestDirectIsAcknowledgedWhenDurable has the broker away when a message is handed
// over: the network is told nothing, however often the worker begins anew, and so
// delivers it again to a worker with a broker.
func TestDirectIsAcknowledgedWhenDurable(t *testing.T) {
	t.Parallel()
	deaf, r := newRig(t), newRig(t)
	h := newHeard()
	m, d := deaf.device("A", sim.Config{OnCommand: h.Add, AckTimeout: 2 * time.Second}, routed)
	stop := deaf.run("h", d)
	h.wait(t, "AT+COPS?", 1)
	deaf.closeBus()
	if err := m.Deliver(deliver("3584000001", 10)); err != nil {
		t.Fatal(err)
	}
	h.wait(t, "ATE0", 3)
	stop()
	if n := h.Count("AT+CNMA"); n != 0 {
		t.Fatalf("the network was told %d times that it arrived", n)
	}
	next := r.inbox()
	r.run("h", d)
	if k, ok := next().Kind.(life.Received); !ok || k.Originator.Reveal() != "3584000001" {
		t.Errorf("arrived: %+v", k)
	}
	before := h.Count("AT+CNMA")
	h.wait(t, "AT+COPS?", 2)
	if err := m.Deliver(deliver("3584000002", 11)); err != nil {
		t.Fatal(err)
	}
	next()
	h.wait(t, "AT+CNMA", before+1)
}

// TestNetworkRepeats: what the network delivers again, for an acknowledgement that was
// late, is delivered once. The same text of the same sender a minute later is another
// message.
func TestNetworkRepeats(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	next := r.inbox()
	h := newHeard()
	m, _ := r.worker("A", sim.Config{OnCommand: h.Add}, routed)
	h.wait(t, "AT+COPS?", 1)
	for _, pdu := range []string{deliver("3584000001", 10), deliver("3584000001", 10), deliver("3584000001", 11), deliver("3584000001", 10), deliver("3584000009", 12)} {
		if err := m.Deliver(pdu); err != nil {
			t.Fatal(err)
		}
	}
	h.wait(t, "AT+CNMA", 5)
	var got []string
	for len(got) == 0 || !strings.HasPrefix(got[len(got)-1], "3584000009") {
		k := next().Kind.(life.Received)
		got = append(got, k.Originator.Reveal()+k.ServiceCentreTime.Format(" 04"))
	}
	if want := "3584000001 10, 3584000001 11, 3584000009 12"; strings.Join(got, ", ") != want {
		t.Errorf("arrived: %s; want %s", strings.Join(got, ", "), want)
	}
}

// TestSentSleep: the modem rests after each part.
func TestSentSleep(t *testing.T) {
	t.Parallel()
	const pause = 300 * time.Millisecond
	r := newRig(t)
	m, _ := r.worker("A", sim.Config{}, func(d *Device) { d.SentSleep = config.Duration(pause) })
	r.submit("m1", strings.Repeat("x", 400), nil)
	r.sent("m1")
	records := m.Records()
	if len(records) != 3 {
		t.Fatalf("%d parts, want 3", len(records))
	}
	for i := 1; i < len(records); i++ {
		if rest := records[i].Time.Sub(records[i-1].Time); rest < pause {
			t.Errorf("part %d came %v after the one before, want %v", i+1, rest, pause)
		}
	}
}
