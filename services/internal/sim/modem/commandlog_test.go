package modem

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestCommandLog(t *testing.T) {
	t.Parallel()
	l := NewCommandLog()
	done := make(chan error, 1)
	go func() { done <- l.Wait(t.Context(), "AT+CMG", 2) }()
	for _, line := range []string{"AT", "AT+CMGF=0", "AT+CMGS=10", "AT"} {
		l.Add(line)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n, same := l.Count("AT"), l.Given("AT"); n != 4 || same != 2 {
		t.Errorf("%d begin with AT and %d are AT, want 4 and 2", n, same)
	}
	if all := l.All(); !slices.Equal(all, []string{"AT", "AT+CMGF=0", "AT+CMGS=10", "AT"}) {
		t.Errorf("all are %q", all)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(ctx, "ATD", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("what is never given: %v", err)
	}
}
