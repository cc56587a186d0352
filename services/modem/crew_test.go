package modem

import (
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func TestCrew(t *testing.T) {
	t.Parallel()
	c := newCrew([]Device{{Name: "A"}, {Name: "B"}})
	want := func(modem, message string, want doing) {
		t.Helper()
		if got := c.does(modem, message); got != want {
			t.Errorf("%s is doing %d with %s, want %d", modem, got, message, want)
		}
	}
	want("A", "m1", doingElsewhere)
	want("C", "m1", doingUnknown)
	closed := c.opened("A")
	want("A", "m1", doingNothing)
	want("B", "m1", doingElsewhere)
	sent := c.hold("A", "m1")
	recorded := c.hold("A", "m1")
	want("A", "m1", doingIt)
	want("A", "m2", doingNothing)
	sent()
	want("A", "m1", doingIt)
	closed()
	want("A", "m1", doingIt)
	recorded()
	want("A", "m1", doingElsewhere)
	c.opened("A")
	want("A", "m1", doingNothing)
	if len(c.inHand) != 0 {
		t.Errorf("%v is still in hand", c.inHand)
	}
}

// attempted leaves the record of an attempt of a modem that somebody died in, and then
// the message.
func (r *rig) attempted(id string, of life.Modem, number int, change func(*message.Submission)) (record uint64) {
	r.t.Helper()
	record = r.record(id, of, number, life.Attempting, 0)
	r.submit(id, "hello", change)
	return record
}

func (r *rig) record(id string, of life.Modem, number int, state life.AttemptState, last uint64) uint64 {
	r.t.Helper()
	e := &life.Event{
		ID: id, Account: "test", Time: time.Now(), Modem: &of, Kind: life.Attempt{Part: 1, Total: 1, Number: number, State: state},
	}
	seq, err := r.bus.Attempt(r.t.Context(), e, last)
	if err != nil {
		r.t.Fatal(err)
	}
	return seq
}

// TestOtherIsRefused: a message comes while a worker of another host may still be sending
// it. That one is refused, and has not got the message any more: it is sent soon.
func TestOtherIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other := life.Modem{Host: "other", Name: "B"}
	record := r.attempted("m1", other, 1, nil)
	r.submit("m2", "behind it", nil)
	m, _ := r.worker("A", sim.Config{}, slow)
	r.sent("m2")
	if n := len(m.Records()); n != 1 {
		t.Fatalf("%d on the air while another worker may be sending it, want one", n)
	}
	r.record("m1", other, 1, life.Refused, record)
	if s := r.sent("m1"); s.MaybeDuplicated {
		t.Errorf("sent event: %+v", s)
	}
}

// slow makes the time after which an attempt of another process counts as over much
// longer than the test waits.
func slow(d *Device) { d.ReadTimeout = config.Duration(patience) }

// TestAttemptOfTheProcessBefore: a process died while one of its modems sent something.
// In the next process any of its modems goes on at once, as the policy wants it.
func TestAttemptOfTheProcessBefore(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]message.OnUnknown{"resend": message.Resend, "hold": message.Hold} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m, a := r.device("A", sim.Config{}, slow)
			_, b := r.device("B", sim.Config{}, func(d *Device) { slow(d); d.Outgoing = false })
			r.attempted("m1", life.Modem{Host: "h", Name: "B"}, 1, func(s *message.Submission) { s.OnUnknown = policy })
			r.run("h", a, b)
			switch k := r.final("m1").(type) {
			case life.Sent:
				if policy != message.Resend || !k.MaybeDuplicated || len(m.Records()) != 1 {
					t.Errorf("sent event %+v, %d on the air", k, len(m.Records()))
				}
			case life.Failed:
				if policy != message.Hold || !k.Unknown || len(m.Records()) != 0 {
					t.Errorf("failed event %+v, %d on the air", k, len(m.Records()))
				}
			default:
				t.Errorf("final event: %+v", k)
			}
		})
	}
}

// TestDeadlyMessage: a message that ends its process each time it is sent is not sent
// for ever.
func TestDeadlyMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	me := life.Modem{Host: "h", Name: "A"}
	m, a := r.device("A", sim.Config{}, nil)
	r.attempted("last", me, a.MaxAttempts-1, nil)
	r.attempted("over", me, a.MaxAttempts, nil)
	r.run("h", a)
	if s := r.sent("last"); !s.MaybeDuplicated {
		t.Errorf("sent event: %+v", s)
	}
	if f, ok := r.final("over").(life.Failed); !ok || !f.Unknown || f.Class != life.FailureUnknown {
		t.Errorf("final event: %+v", f)
	}
	if n := len(m.Records()); n != 1 {
		t.Errorf("%d on the air, want one", n)
	}
}

// TestMayGoOn: whose attempt is waited for, and how long.
func TestMayGoOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	devices := []Device{{Name: "A"}, {Name: "idle"}, {Name: "busy"}, {Name: "closed"}}
	for i := range devices {
		devices[i].ReadTimeout = config.Duration(time.Second)
	}
	w := newWorker("h", devices[0], r.bus, zap.NewNop())
	w.crew = newCrew(devices)
	now := time.Now()
	w.now = func() time.Time { return now }
	w.crew.opened("idle")
	w.crew.opened("busy")
	w.crew.hold("busy", "m1")
	w.crew.hold("idle", "m2")
	live := pduFactor*time.Second + r.bus.AckWait()
	d := &delivery{worker: w, sub: &message.Submission{ID: "m1"}}
	for _, c := range []struct {
		name string
		of   *life.Modem
		age  time.Duration
		want time.Duration
	}{
		{"its own", &life.Modem{Host: "h", Name: "A"}, 0, 0},
		{"of one that has something else", &life.Modem{Host: "h", Name: "idle"}, 0, 0},
		{"of one that is at it", &life.Modem{Host: "h", Name: "busy"}, time.Second, live - time.Second},
		{"of one that is at it, by a clock that jumped", &life.Modem{Host: "h", Name: "busy"}, time.Hour, time.Second},
		{"of one that is not open", &life.Modem{Host: "h", Name: "closed"}, 0, time.Second},
		{"of one that is not open, and old", &life.Modem{Host: "h", Name: "closed"}, live, 0},
		{"of a modem that is not here", &life.Modem{Host: "h", Name: "gone"}, 0, live},
		{"of another host", &life.Modem{Host: "other", Name: "idle"}, 0, live},
		{"of another host, and old", &life.Modem{Host: "other", Name: "idle"}, live + time.Second, 0},
		{"of nobody", nil, 0, live},
	} {
		if got := d.mayGoOn(bus.AttemptRecord{Modem: c.of, Time: now.Add(-c.age)}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
