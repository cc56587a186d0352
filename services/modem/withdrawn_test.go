package modem

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestWithdrawnIsFinished finds messages that somebody took back who died before
// saying so: they are not sent, and the event says expired where the validity has
// ended and cancelled elsewhere.
func TestWithdrawnIsFinished(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Minute).UTC()
	for _, tt := range []struct {
		name    string
		expires time.Time
		want    life.Kind
	}{
		{"expired", past, life.Expired{ExpiresAt: past}},
		{"cancelled", time.Time{}, life.Cancelled{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			withdrawn := &life.Event{
				ID: "m1", Account: "test", Time: time.Now(), Kind: life.Attempt{Part: 1, Total: 1, State: life.Withdrawn},
			}
			if _, err := r.bus.Attempt(t.Context(), withdrawn, 0); err != nil {
				t.Fatal(err)
			}
			r.submit("m1", "too late", func(s *message.Submission) { s.ExpiresAt = tt.expires })
			m, _ := r.worker("A", sim.Config{}, nil)
			if diff := cmp.Diff(tt.want, r.final("m1")); diff != "" {
				t.Errorf("event that ends it (-want +got):\n%s", diff)
			}
			if n := len(m.Records()); n != 0 {
				t.Errorf("%d parts were sent", n)
			}
		})
	}
}
