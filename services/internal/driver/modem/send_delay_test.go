package modem

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSendDelay: characters are written apart, and nothing else changes.
func TestSendDelay(t *testing.T) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := &simulated{}
			m := newSimulated(t, Config{SendDelay: delay}, s)
			if err := m.Ready(context.Background()); err != nil { // it is in step
				t.Fatal(err)
			}
			began, command := time.Now(), "AT+"+strings.Repeat("X", 96)
			if _, err := m.Command(context.Background(), command, 0); err != nil || s.count(command) != 1 {
				t.Errorf("Command: %v, given were %q", err, s.commands())
			}
			if took, want := time.Since(began), delay*time.Duration(len(command)+1); took != want {
				t.Errorf("it took %v, want %v", took, want)
			}
		})
	}
}
