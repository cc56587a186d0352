package cli

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
)

func TestLetters(t *testing.T) {
	t.Parallel()
	at := func(host, name string, s life.ModemState) life.ModemStatus {
		return life.ModemStatus{State: s, Identity: life.Modem{Host: host, Name: name}}
	}
	line := letters([]life.ModemStatus{
		at("b", "A", life.ModemTrouble), at("a", "C", life.ModemIdle), at("a", "B", life.ModemSending), at("c", "A", life.ModemBlocked),
		at("c", "B", life.ModemReceiving), at("c", "C", life.ModemSuspended), at("c", "D", life.ModemStarting), at("d", "A", life.ModemIdle),
	})
	if want := "sitbr--i" + strings.Repeat("-", 56); line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if got := letters(make([]life.ModemStatus, 70)); len(got) != 70 {
		t.Errorf("70 modems have %d letters", len(got))
	}
}

// TestLettersLive follows a modem through two states.
func TestLettersLive(t *testing.T) {
	g := newGateway(t)
	show := func(s life.ModemState) {
		must(t, g.ModemState(bounded(t), &life.ModemStatus{State: s, Since: time.Now(), Identity: life.Modem{Host: "h", Name: "M"}}))
	}
	show(life.ModemIdle)
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(bounded(t))
	done := make(chan error, 1)
	e := &env{stdout: w, state: g.state, now: time.Now}
	go func() {
		done <- e.runLetters(ctx, time.Millisecond)
		_ = w.Close()
	}()
	line := make([]byte, 64+1)
	for _, c := range []struct {
		state  life.ModemState
		letter byte
	}{{life.ModemIdle, 'i'}, {life.ModemSending, 's'}} {
		show(c.state)
		if _, err := io.ReadFull(r, line); err != nil || line[0] != c.letter {
			t.Fatalf("in state %s: %q, %v", c.state, line, err)
		}
	}
	cancel()
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		t.Errorf("printed again without a change: %q", rest)
	}
	must(t, <-done)
}
