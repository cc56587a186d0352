package modem

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestDeadModemFailsOver has one of two modems die with a message in hand, in every
// way a modem can: the other one has the message within the time that the network
// may take to answer, and a second more.
func TestDeadModemFailsOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rule string
		// doubled says that the dead one had sent it.
		doubled bool
	}{
		{"before the prompt", `{"stage":"command","match":"CMGS","action":"hang","delay":"1h"}`, false},
		{"after the PDU", `{"stage":"pdu","action":"hang","delay":"1h"}`, true},
		{"after the network took it", `{"stage":"accepted","action":"hang","delay":"1h"}`, true},
		{"unplugged before the prompt", `{"stage":"command","match":"CMGS","action":"drop","delay":"1h"}`, false},
		{"unplugged after the PDU", `{"stage":"accepted","action":"drop","delay":"1h"}`, true},
		{"while its memory is read", `{"stage":"command","match":"CMGL","action":"hang","delay":"1h","skip":1}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var died deathClock
			dead, _ := r.worker("A", sim.Config{Rules: rules(t, "["+c.rule+"]"), OnCommand: died.see}, func(d *Device) {
				d.Poll = config.Duration(time.Second)
				d.ReadTimeouts = map[string]int{"pdu": 1, "cmgs": 1, "cmgl": 1}
			})
			if strings.Contains(c.rule, "CMGL") {
				died.await(t, "AT+CMGL", 2)
			} else {
				died.await(t, "AT+CMGL", 1)
			}
			// The dead one gets its message first; the other one is ready by then.
			r.submit("m1", "hello", nil)
			if !strings.Contains(c.rule, "CMGL") {
				died.await(t, "AT+CMGS", 1)
			}
			stalled := stalls(t)
			other, _ := r.worker("B", sim.Config{}, nil)
			s := r.sent("m1")
			limit := answerTime + time.Second + stalled()
			if took := other.Records()[0].Time.Sub(died.last()); took > limit {
				t.Errorf("the other modem had it after %v, want at most %v", took, limit)
			}
			if s.MaybeDuplicated != c.doubled {
				t.Errorf("sent event: %+v; on the air of the dead one: %+v", s, dead.Records())
			}
		})
	}
}

// stalls returns what tells for how long the machine has since been busy with
// something else, which is nobody's fault here.
func stalls(t *testing.T) func() time.Duration {
	t.Helper()
	const step = 5 * time.Millisecond
	var total atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(step)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			now := time.Now()
			total.Add(int64(max(0, now.Sub(last)-step)))
			last = now
		}
	}()
	t.Cleanup(func() { close(stop); <-done })
	return func() time.Duration { return time.Duration(total.Load()) }
}

// deathClock notes when a modem was given commands.
type deathClock struct {
	mu   sync.Mutex
	seen map[string]int
	at   time.Time
}

func (d *deathClock) see(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[string]int{}
	}
	name, _, _ := strings.Cut(line, "=")
	d.seen[name]++
	d.at = time.Now()
}

func (d *deathClock) last() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *deathClock) await(t *testing.T, name string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		d.mu.Lock()
		enough := d.seen[name] >= n
		d.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the modem was never given %s %d times", name, n)
		case <-look.C:
		}
	}
}

// TestDoubtStays has a part attempted without an answer, and then again by the same
// and by another modem: whatever comes of the later attempts, the final event says
// that the first one may have sent it.
func TestDoubtStays(t *testing.T) {
	t.Parallel()
	const silent = `{"stage":"accepted","action":"silence","times":1}`
	t.Run("accepted after a refusal", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.worker("A", sim.Config{Rules: rules(t, `[`+silent+`,{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38","times":1,"skip":1}]`)}, impatient)
		r.submit("m1", "hello", nil)
		if s := r.sent("m1"); !s.MaybeDuplicated {
			t.Errorf("sent event: %+v", s)
		}
	})
	t.Run("the rest sent by another modem", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		first, _ := r.worker("A", sim.Config{Rules: rules(t, `[`+silent+`,{"stage":"command","match":"CMGS","action":"drop","delay":"1h","skip":2}]`)}, impatient)
		r.submit("m1", threeParts, nil)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if _, err := first.Wait(ctx, 2); err != nil {
			t.Fatal(err)
		}
		r.worker("B", sim.Config{}, nil)
		if s := r.sent("m1"); !s.MaybeDuplicated || len(s.Parts) != 3 {
			t.Errorf("sent event: %+v", s)
		}
	})
	t.Run("refused for good", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.worker("A", sim.Config{Rules: rules(t, `[`+silent+`,{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 1","skip":1}]`)}, impatient)
		r.submit("m1", "hello", nil)
		if f, ok := r.final("m1").(life.Failed); !ok || !f.Unknown || f.Class != life.FailureRecipient {
			t.Errorf("final event: %+v", f)
		}
	})
	t.Run("never answered", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		m, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"accepted","action":"silence"}]`)}, func(d *Device) { impatient(d); d.MaxAttempts = 3 })
		r.submit("m1", "hello", nil)
		if f, ok := r.final("m1").(life.Failed); !ok || !f.Unknown || f.Class != life.FailureUnknown {
			t.Errorf("final event: %+v", f)
		}
		if n := len(m.Records()); n != 3 {
			t.Errorf("%d transmissions, want the 3 of max_attempts", n)
		}
	})
}
