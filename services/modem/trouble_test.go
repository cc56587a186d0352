package modem

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestRefusedHereSentThere has one modem that everything is refused through, by
// its SIM, its network or itself: another one sends all messages, each once.
func TestRefusedHereSentThere(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"+CMS ERROR: 310", "+CMS ERROR: 38", "+CMS ERROR: 21", "+CMS ERROR: 512", "+CME ERROR: 14", "ERROR"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			broken, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"pdu","match":".","action":"reply","reply":"`+answer+`"}]`)}, nil)
			ids := []string{"m1", "m2", "m3", "m4"}
			for _, id := range ids {
				r.submit(id, id, nil)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, err := broken.Wait(ctx, 1); err != nil {
				t.Fatal(err)
			}
			good, _ := r.worker("B", sim.Config{}, nil)
			for _, id := range ids {
				if s := r.sent(id); s.MaybeDuplicated {
					t.Errorf("%s is said to be doubled, though the first modem refused it", id)
				}
			}
			if n := len(good.Records()); n != len(ids) {
				t.Errorf("%d transmissions, want %d", n, len(ids))
			}
		})
	}
}

// TestLateAnswerCounts has answers that come after their time-out: the part was
// accepted, and is not sent again. An answer that a busy machine is late to see as well
// is unknown, which the event then says.
func TestLateAnswerCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	late := `[{"stage":"accepted","match":".","action":"late","delay":"2050ms"}]`
	m, _ := r.worker("A", sim.Config{Rules: rules(t, late)}, impatient)
	const tries = 10
	for i := range tries {
		before, id := len(m.Records()), fmt.Sprintf("m%d", i)
		r.submit(id, "hello", nil)
		s := r.sent(id)
		if n := len(m.Records()) - before; s.MaybeDuplicated != (n > 1) || len(s.Parts) != 1 {
			t.Errorf("%d transmissions, sent event: %+v", n, s)
		}
		if !s.MaybeDuplicated {
			return
		}
	}
	t.Errorf("none of %d late answers counted", tries)
}

// TestPartsOfTheFirstWorkerCount has another modem go on with a message whose
// settings would cut it in another way: it sends the part that is missing of what
// the first one began.
func TestPartsOfTheFirstWorkerCount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"command","match":"CMGS","action":"drop","delay":"1h","skip":2}]`)}, nil)
	r.submit("m1", threeParts, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := first.Wait(ctx, 2); err != nil {
		t.Fatal(err)
	}
	second, _ := r.worker("B", sim.Config{}, func(d *Device) { d.Autosplit = 1 })
	r.sent("m1")
	all := parts(t, append(first.Records(), second.Records()...))
	for i, p := range all {
		if int(p.Seq) != i+1 || p.Total != 3 || p.Reference != all[0].Reference {
			t.Errorf("parts on the air: %+v", all)
			break
		}
	}
	if len(all) != 3 {
		t.Errorf("%d parts, want 3", len(all))
	}
}

// TestUnreadableStays has a modem list a message that it cannot show: it is not
// removed.
func TestUnreadableStays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var mu sync.Mutex
	var said []string
	count := func(command string) (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, line := range said {
			if strings.HasPrefix(line, command) {
				n++
			}
		}
		return n
	}
	r.worker("A", sim.Config{
		Rules: rules(t, `[{"stage":"command","match":"CMGL","action":"reply","reply":"+CMGL: 1,1,,20\r\n\r\nOK"},
			{"stage":"command","match":"CMGR","action":"reply","reply":"+CMS ERROR: 321"}]`),
		OnCommand: func(line string) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, line)
		},
	}, func(d *Device) { d.Poll = config.Duration(time.Second) })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for count("AT+CMGR") < 2 {
		select {
		case <-ctx.Done():
			t.Fatal("the message was not looked at twice")
		case <-look.C:
		}
	}
	if n := count("AT+CMGD"); n != 0 {
		t.Errorf("removed %d times", n)
	}
}
