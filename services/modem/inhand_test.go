package modem

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func (r *rig) taker() *bus.Taker {
	r.t.Helper()
	taker, err := r.bus.Taker(r.t.Context(), []string{message.DefaultQueue})
	if err != nil {
		r.t.Fatal(err)
	}
	return taker
}

func (r *rig) take(taker *bus.Taker) *bus.Work {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	work, err := taker.Take(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	return work
}

// inHand takes a message for a worker that has no modem.
func (r *rig) inHand(taker *bus.Taker) *delivery {
	r.t.Helper()
	work := r.take(taker)
	return &delivery{
		worker: newWorker("h", DefaultDevice(), r.bus, zap.NewNop()), work: work, sub: work.Submission,
		msg: &compose.Message{Parts: make([]compose.Part, 1)}, log: zap.NewNop(),
	}
}

// TestWhatIsNotRecordedGoesBack: the end of a message cannot be recorded, and the
// process lives on. Somebody else gets it; nobody holds it.
func TestWhatIsNotRecordedGoesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.submit("m1", "hello", nil)
	taker := r.taker()
	d := r.inHand(taker)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.end(over, &ending{final: life.Failed{}, cause: errors.New("a test")}); !errors.Is(err, context.Canceled) {
		t.Fatalf("ending it: %v", err)
	}
	again := r.take(taker)
	if again.Submission.ID != "m1" {
		t.Errorf("got %s", again.Submission.ID)
	}
	if err := again.Done(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestProlongedIsLeftAlone: a worker that took a message before its validity was
// prolonged does not end it.
func TestProlongedIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.submit("m1", "hello", func(s *message.Submission) { s.ExpiresAt = time.Now().Add(-time.Second) })
	taker := r.taker()
	d := r.inHand(taker)
	err := r.bus.Replace(t.Context(), "test", "m1", func(s *message.Submission) error {
		s.ExpiresAt = time.Now().Add(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var end *ending
	if err := d.expire(t.Context()); !errors.As(err, &end) || end.final != nil {
		t.Errorf("the worker says %v, %+v", err, end)
	}
	if err := r.inHand(taker).expire(t.Context()); err != nil {
		t.Errorf("the next one says %v", err)
	}
}

// TestValidityOfTheNetwork: the network tries for no longer than the message is of use,
// and as long as the modem says where that is shorter or the message does not say.
func TestValidityOfTheNetwork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const day = 167 // in TP-VP
	modem, _ := r.worker("A", sim.Config{}, func(d *Device) { d.Validity = day })
	for id, c := range map[string]struct {
		expires time.Duration
		want    byte
	}{"always": {0, day}, "quarter": {15 * time.Minute, 2}, "week": {7 * 24 * time.Hour, day}} {
		before := len(modem.Records())
		r.submit(id, "hello", func(s *message.Submission) {
			if c.expires > 0 {
				s.ExpiresAt = time.Now().Add(c.expires)
			}
		})
		r.sent(id)
		sent, err := tpdu.DecodeSubmit(modem.Records()[before].TPDU)
		if err != nil || sent.Validity.Relative != c.want {
			t.Errorf("%s: TP-VP %+v (%v), want %d", id, sent.Validity, err, c.want)
		}
	}
}
