package modem

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestReplacedIsSentAsItIsNow: what was replaced while it waited is sent once, with
// its last text.
func TestReplacedIsSentAsItIsNow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.submit("m1", "old", nil)
	r.replace("m1", "new")
	m, _ := r.worker("A", sim.Config{}, nil)
	r.sent("m1")
	if d := cmp.Diff([]string{"new"}, texts(t, m.Records())); d != "" {
		t.Error(d)
	}
}

// TestReplacedIsLeftAlone: a worker that holds an earlier revision than the record
// tells of sends nothing of it.
func TestReplacedIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.submit("m1", "old", nil)
	replaced := &life.Event{
		ID: "m1", Account: "test", Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, State: life.Replaced, Revision: 1},
	}
	if _, err := r.bus.Attempt(t.Context(), replaced, 0); err != nil {
		t.Fatal(err)
	}
	r.submit("m2", "another", nil)
	m, _ := r.worker("A", sim.Config{}, nil)
	r.sent("m2") // it stood behind m1
	r.replace("m1", "new")
	r.sent("m1")
	if d := cmp.Diff([]string{"another", "new"}, texts(t, m.Records())); d != "" {
		t.Error(d)
	}
}

// TestRecordOfItsReplacementIsLate: a worker may take what replaces a message before that
// is recorded, and read the record of the revision before; it goes on all the same.
func TestRecordOfItsReplacementIsLate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.submit("m1", "old", nil)
	r.replace("m1", "new")
	taker := r.taker()
	r.replace("m1", "newer")
	d := r.inHand(taker)
	if err := d.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := &life.Event{ID: "m1", Account: "test", Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, State: life.Replaced, Revision: 2}}
	if _, err := r.bus.Attempt(t.Context(), late, d.known.Attempts[1].Seq); err != nil {
		t.Fatal(err)
	}
	if err := d.intend(t.Context(), 1); err != nil {
		t.Errorf("it is not sent: %v", err)
	}
}

func (r *rig) replace(id, text string) {
	r.t.Helper()
	err := r.bus.Replace(r.t.Context(), "test", id, func(s *message.Submission) error {
		s.Body = message.NewBody([]byte(text))
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func texts(t *testing.T, records []sim.Record) (all []string) {
	t.Helper()
	for _, rec := range records {
		d, err := tpdu.DecodeSubmit(rec.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, gsm7.Decode(d.Data, gsm7.Tables{}))
	}
	return all
}
