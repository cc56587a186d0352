package modem

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// calls returns what the inbox is told of calls, as they come.
func (r *rig) calls() <-chan life.Call {
	told := make(chan life.Call, 100)
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.bus.FollowAccount(ctx, subject.Inbox, func(_ context.Context, e *life.Event) error {
			if c, ok := e.Kind.(life.Call); ok {
				told <- c
			}
			return nil
		})
	}()
	r.t.Cleanup(func() { cancel(); <-done })
	return told
}

func (r *rig) nextCall(told <-chan life.Call) life.Call {
	r.t.Helper()
	select {
	case c := <-told:
		return c
	case <-time.After(patience):
		r.t.Fatal("no call is told of")
		return life.Call{}
	}
}

// ringing rings until the modem can be called.
func (r *rig) ringing(m *sim.Modem, number string) {
	r.t.Helper()
	r.until("the modem can be called", func() bool { return m.Ring(number) })
}

// until looks until something is so.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	look, end := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer look.Stop()
	for !so() {
		select {
		case <-end:
			r.t.Fatal(what + ": not in time")
		case <-look.C:
		}
	}
}

// TestCLIP: each call is told of once, however often it rings, and refused.
func TestCLIP(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := newHeard()
	m, _ := r.worker("modem1", sim.Config{RingInterval: 20 * time.Millisecond, OnCommand: g.Add}, func(d *Device) { d.PhoneCalls = callsClip })
	told := r.calls()
	r.until("the modem shows callers", func() bool { return g.Given("AT+CMGF=0") > 0 })
	r.ringing(m, "+358401234567")
	if c := r.nextCall(told); c.Caller.Reveal() != "358401234567" || c.TypeOfAddress != 0x91 {
		t.Errorf("the call is %q, type %#x", c.Caller.Reveal(), c.TypeOfAddress)
	}
	r.until("the call is refused", func() bool { return g.Given("AT+CHUP") > 0 })
	r.ringing(m, "0401")
	if c := r.nextCall(told); c.Caller.Reveal() != "0401" || c.TypeOfAddress != 0x81 {
		t.Errorf("the second call is %q, type %#x", c.Caller.Reveal(), c.TypeOfAddress)
	}
	r.until("the second call is refused", func() bool { return g.Given("AT+CHUP") > 1 })
	if len(told) > 0 {
		t.Errorf("%d calls too many are told of", len(told))
	}
}

// TestMissedCalls: what is in the list is told of and removed, the last first.
func TestMissedCalls(t *testing.T) {
	t.Parallel()
	for purge, removal := range map[string]string{callsNo: "AT+CPBW=1", callsYes: "AT+CPBW=1"} {
		t.Run(purge, func(t *testing.T) {
			r := newRig(t)
			g := newHeard()
			m, _ := r.worker("modem1", sim.Config{OnCommand: g.Add}, func(d *Device) {
				d.PhoneCalls, d.PhoneCallsPurge, d.Poll = callsYes, purge, config.Duration(time.Second)
			})
			told := r.calls()
			for _, number := range []string{"+358401", "+358402"} {
				r.ringing(m, number)
				m.GiveUp()
			}
			got := []string{r.nextCall(told).Caller.Reveal(), r.nextCall(told).Caller.Reveal()}
			slices.Sort(got)
			if !slices.Equal(got, []string{"358401", "358402"}) {
				t.Errorf("told of %q", got)
			}
			r.until("the list is emptied", func() bool { return g.Given(removal) > 0 })
		})
	}
}

// TestHangUp: a call without a number is refused too, with ATH where that is wanted.
func TestHangUp(t *testing.T) {
	t.Parallel()
	for old, command := range map[bool]string{false: "AT+CHUP", true: "ATH"} {
		r := newRig(t)
		g := newHeard()
		m, _ := r.worker("modem1", sim.Config{OnCommand: g.Add, RingInterval: 20 * time.Millisecond}, func(d *Device) { d.Calls.HangUp, d.OldHangUp = true, old })
		r.until("the call is refused", func() bool {
			m.Ring("+358401")
			return g.Given(command) > 0
		})
	}
}

func TestCallSettings(t *testing.T) {
	t.Parallel()
	good := defaultCalls()
	if p := good.problems(); len(p) > 0 {
		t.Errorf("the defaults: %q", p)
	}
	bad := Calls{PhoneCalls: "maybe", PhoneCallsPurge: "clip", PhoneCallsErrorMax: -1}
	if p := bad.problems(); len(p) != 3 {
		t.Errorf("problems are %q, want three", p)
	}
}
