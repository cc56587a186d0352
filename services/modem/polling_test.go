package modem

import (
	"testing"
	"time"
)

// TestPolling: a quiet modem that indicates is looked at less and less, one that does
// not, or has something, as often as configured.
func TestPolling(t *testing.T) {
	t.Parallel()
	p := newPolling(10 * time.Second)
	for i, c := range []struct {
		found, indicates bool
		want             time.Duration
	}{
		{false, false, 10 * time.Second}, {false, true, 20 * time.Second}, {false, true, 40 * time.Second}, {false, true, 80 * time.Second},
		{false, true, 2 * time.Minute}, {false, true, 2 * time.Minute}, {true, true, 10 * time.Second}, {false, true, 20 * time.Second},
		{false, false, 10 * time.Second},
	} {
		if got := p.after(c.found, c.indicates); got != c.want {
			t.Errorf("look %d: %v, want %v", i+1, got, c.want)
		}
	}
	if got := newPolling(0); got.next != time.Second {
		t.Errorf("without a configured time: %v", got.next)
	}
}
