package spool

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// TestTurns: of many files that wait the urgent ones go first, then the oldest, whatever
// their names; what is locked waits until it is not.
func TestTurns(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	const files = 3 * batch
	began := time.Now().Add(-time.Hour)
	var urgent, normal []string
	for n := range files {
		name, text := fmt.Sprintf("%03d", (n*101)%files), hello
		if n%50 == 49 {
			text = "Priority: high\n" + text
			urgent = append(urgent, name)
		} else {
			normal = append(normal, name)
		}
		r.drop(name, text)
		age := began.Add(time.Duration(n) * time.Second)
		if err := os.Chtimes(filepath.Join(r.cfg.Outgoing, name), age, age); err != nil {
			t.Fatal(err)
		}
	}
	locked := normal[5]
	lock := filepath.Join(r.cfg.Outgoing, locked+".LOCK")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := New(r.cfg, r.bus, zap.NewNop())
	now := time.Now()
	s.list(now)
	s.list(now) // what is known already changes nothing
	var got []string
	for names := s.turn(); len(names) > 0; names = s.turn() {
		if len(names) > batch {
			t.Errorf("%d files at once", len(names))
		}
		got = append(got, names...)
	}
	want := slices.DeleteFunc(slices.Concat(urgent, normal), func(name string) bool { return name == locked })
	if !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	s.examine(locked, now)
	if names := s.turn(); !slices.Equal(names, []string{locked}) {
		t.Errorf("without its lock: %v", names)
	}
}

// TestBacklogForgets: files that somebody else has taken are not tried for ever.
func TestBacklogForgets(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.TrustOutgoing = false })
	s := New(r.cfg, r.bus, zap.NewNop())
	now := time.Now()
	for round := range 20 {
		now = now.Add(2 * settleTime)
		for n := range batch {
			r.drop(fmt.Sprintf("%d-%d", round, n), hello)
		}
		s.list(now)
		if round%2 == 0 { // else it has gone before it was ripe
			now = now.Add(2 * settleTime)
			s.list(now)
			if len(s.backlog.files) != batch {
				t.Errorf("%d files are ripe, want %d", len(s.backlog.files), batch)
			}
		}
		for _, name := range r.files(r.cfg.Outgoing) {
			if err := os.Remove(filepath.Join(r.cfg.Outgoing, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.list(now)
	if b := &s.backlog; len(b.files)+len(b.unripe)+len(b.seen) > 0 || len(b.line) > 2*batch {
		t.Errorf("%d files, %d unripe, %d watched, %d in line", len(b.files), len(b.unripe), len(b.seen), len(b.line))
	}
}

// TestOutgoingVanishes: when the directory is gone nothing is taken, which is said
// once; when there is one again it goes on by itself.
func TestOutgoingVanishes(t *testing.T) {
	t.Parallel()
	const gone, back = "looking for messages: nothing is taken until that is possible again", "messages are taken again"
	r := newRig(t, func(c *Config) { c.Rescan = config.Duration(20 * time.Millisecond) })
	core, logs := observer.New(zap.InfoLevel)
	r.log = zap.New(core)
	r.start()
	r.drop("before", hello)
	r.take()
	if err := os.Rename(r.cfg.Outgoing, r.cfg.Outgoing+".away"); err != nil {
		t.Fatal(err)
	}
	r.wait("a line in the log", func() bool { return logs.FilterMessage(gone).Len() > 0 })
	if err := os.Mkdir(r.cfg.Outgoing, 0o755); err != nil {
		t.Fatal(err)
	}
	r.drop("after", hello)
	if sub := r.take(); sub.Origin.File != "after" {
		t.Errorf("took %s", sub.Origin.File)
	}
	if n, m := logs.FilterMessage(gone).Len(), logs.FilterMessage(back).Len(); n != 1 || m != 1 {
		t.Errorf("%d lines say that nothing is taken, %d that messages are taken again", n, m)
	}
	if strings.Contains(strings.Join(r.files(r.cfg.Outgoing), " "), "after") {
		t.Error("the file is still there")
	}
}
