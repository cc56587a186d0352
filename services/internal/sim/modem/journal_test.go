package modem

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestJournalWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Latency: Latency{Prompt: time.Second, Accept: time.Minute}})
		done := make(chan []Record)
		go func() {
			got, err := m.Wait(t.Context(), 2)
			if err != nil {
				t.Error(err)
			}
			done <- got
		}()
		c := dialPipe(t, m).quiet()
		start := time.Now()
		for range 2 {
			c.send("AT+CMGS=19\r")
			c.until("> ")
			c.send(plain + "\x1a")
			<-time.After(time.Minute)
			c.until("OK\r\n")
		}
		if got := <-done; len(got) != 2 || time.Since(start) != 122*time.Second {
			t.Errorf("%d records after %v", len(got), time.Since(start))
		}
	})
}

func TestJournalWaitEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	j := NewJournal(nil)
	j.add(Record{Modem: "m"})
	if got, err := j.Wait(ctx, 2); len(got) != 1 || !errors.Is(err, cause) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestJournalWatch(t *testing.T) {
	j := NewJournal(nil)
	j.add(Record{MR: 1})
	j.add(Record{MR: 2})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []int
	for r := range j.Watch(ctx, 1) {
		got = append(got, r.MR)
		switch r.MR {
		case 2:
			go j.add(Record{MR: 3})
		case 3:
			cancel()
		}
	}
	if len(got) != 2 || got[1] != 3 {
		t.Errorf("got %v", got)
	}
	for range j.Watch(t.Context(), -1) {
		break
	}
}

// brokenWriter fails after the first line.
type brokenWriter struct{ strings.Builder }

var errBroken = errors.New("broken")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.Len() > 0 {
		return 0, errBroken
	}
	return w.Builder.Write(p)
}

func TestJournalWritesLines(t *testing.T) {
	var w brokenWriter
	j := NewJournal(&w)
	m := New(Config{Name: "m1", Journal: j, Now: fixedClock})
	c := dialPipe(t, m).quiet()
	c.submit(plain, accepted)
	if got, want := w.String(), "2026-03-04T05:06:07+02:00 m1 1 19 "+plain+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if j.Err() != nil {
		t.Error(j.Err())
	}
	c.submit(plain, "OK\r\n")
	if !errors.Is(j.Err(), errBroken) || j.Len() != 2 {
		t.Errorf("got %v, %d records", j.Err(), j.Len())
	}
}

func TestLatencyAndJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Latency: Latency{Command: time.Second, Accept: time.Second, Jitter: time.Second}})
		c := dialPipe(t, m)
		start := time.Now()
		c.ok("AT")
		if d := time.Since(start); d != time.Second {
			t.Errorf("command took %v", d)
		}
		for range 20 {
			if d := m.acceptTime(); d < time.Second || d >= 2*time.Second {
				t.Errorf("accept takes %v", d)
			}
		}
	})
}

func TestMessageIsAcceptedWhenTheTerminalLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Latency: Latency{Accept: time.Minute}})
		c := dialPipe(t, m).quiet()
		c.prompt(plain)
		c.send(plain + "\x1a")
		c.hangUp()
		if got := m.Records(); len(got) != 1 || !got[0].Accepted {
			t.Errorf("got %+v", got)
		}
	})
}
