package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// full is a screen with more than fits: modems, queues and events.
func full(modems int) *screen {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	s := &screen{now: func() time.Time { return now }, counts: bus.Counts{Queued: 7, Deferred: 2}}
	for i := range modems {
		m := life.ModemStatus{
			State: life.ModemIdle, Since: now.Add(-90 * time.Second), SignalDBm: -71, Sent: 10, Queues: []string{"default"},
			Identity: life.Modem{Host: "host-with-a-long-name", Name: fmt.Sprintf("GSM%d", i+1)}, Reason: strings.Repeat("why ", 40),
		}
		s.modems = append(s.modems, m)
	}
	s.remember(s.modems)
	for i := range s.modems {
		s.modems[i].Sent += 5
	}
	for i := range 6 {
		s.queues = append(s.queues, queueAge{bus.Queue{Name: fmt.Sprintf("q%d", i), Priority: subject.Normal, Waiting: 3}, now.Add(-2 * time.Hour)})
	}
	for i := range 30 {
		s.note(&life.Event{ID: fmt.Sprintf("0000event%03d", i), Time: now, Kind: life.Cancelled{By: "evil\x1b[2Jname"}})
	}
	return s
}

// TestScreenFits: whatever there is, a screen is filled and not overfilled.
func TestScreenFits(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {132, 50}, {40, 10}, {20, 5}, {80, 1}} {
		for _, modems := range []int{0, 1, 3, 200} {
			lines := full(modems).draw(size[0], size[1])
			if len(lines) != size[1] {
				t.Errorf("%v, %d modems: %d lines", size, modems, len(lines))
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) > size[0] || strings.ContainsAny(line, "\x1b\n\r") {
					t.Errorf("%v, %d modems: %q", size, modems, line)
				}
			}
		}
	}
}

// TestScreenSays wants what a person at 3 a.m. looks for, in 80 columns and 24 lines.
func TestScreenSays(t *testing.T) {
	t.Parallel()
	text := strings.Join(full(2).draw(80, 24), "\n")
	for _, want := range []string{
		"modems 2/2", "out 10/min", "queued 7", "deferred 2", "GSM1", "host-with-", "idle", "1m30s", "-71", "why why", "q0", "2h00m",
		"EVENTS", "nt029", "q quit", "... and ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
	s := full(1)
	s.problem = "the broker does not answer"
	if lines := s.draw(80, 24); !strings.Contains(lines[23], s.problem) {
		t.Errorf("the last line is %q", lines[23])
	}
	if lines := full(0).draw(80, 24); !strings.Contains(strings.Join(lines, "\n"), "no modem is alive") {
		t.Error("without modems it does not say so")
	}
}

// console collects what a program writes to a terminal.
type console struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *console) read(f *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		c.mu.Lock()
		c.text.Write(buf[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *console) has(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Contains(c.text.String(), text)
}

// TestTop runs it on a terminal, against a broker: a modem, a message that waits and
// an event are shown; q ends it and gives the terminal back.
func TestTop(t *testing.T) {
	g := newGateway(t)
	must(t, g.ModemState(bounded(t), &life.ModemStatus{State: life.ModemTrouble, Reason: "no SIM", Since: time.Now(), Identity: life.Modem{Host: "h", Name: "GSM1"}}))
	prints(t, "", "send", "358401234567", "Hello")
	master, slave, err := pty.Open()
	must(t, err)
	defer func() { _ = master.Close() }()
	must(t, pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}))
	var c console
	read := make(chan struct{})
	go func() { defer close(read); c.read(master) }()
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	e := &env{state: g.state, now: time.Now, stdout: io.Discard}
	done := make(chan error, 1)
	go func() { done <- e.runTop(ctx, slave, slave) }()
	wait := func(text string) {
		t.Helper()
		for !c.has(text) {
			select {
			case err := <-done:
				t.Fatalf("it has ended: %v", err)
			case <-ctx.Done():
				t.Fatalf("%q is not shown", text)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	for _, text := range []string{enterScreen, "GSM1", "trouble", "no SIM", "default", "queued 1"} {
		wait(text)
	}
	prints(t, "", "send", "358401234567", "Hello again")
	wait("accepted")
	_, err = master.WriteString("q")
	must(t, err)
	must(t, <-done)
	must(t, slave.Close())
	<-read
	if !c.has(leaveScreen) {
		t.Error("the terminal is not given back")
	}
}

func TestTopNeedsTerminal(t *testing.T) {
	newGateway(t)
	f, err := os.Open(os.DevNull)
	must(t, err)
	defer func() { _ = f.Close() }()
	e := &env{now: time.Now}
	if err := e.runTop(bounded(t), f, f); err == nil || !strings.Contains(err.Error(), "viesti status") {
		t.Errorf("without a terminal: %v", err)
	}
}
