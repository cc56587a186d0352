package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// TestTargetsVanish: while sent, failed or incoming is gone, what belongs there waits, which the
// log says once; when there is one again everything gets there, and its event, once.
func TestTargetsVanish(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Incoming = filepath.Join(t.TempDir(), "incoming")
		if err := os.Mkdir(c.Incoming, 0o755); err != nil {
			t.Fatal(err)
		}
	})
	calls := r.handler()
	core, logs := observer.New(zap.InfoLevel)
	r.log = zap.New(core)
	r.start()
	dirs := []string{r.cfg.Sent, r.cfg.Failed, r.cfg.Incoming}
	for _, dir := range dirs {
		if err := os.Rename(dir, dir+".away"); err != nil {
			t.Fatal(err)
		}
	}
	r.drop("good", hello)
	r.report(r.take(), sentOnce)
	r.drop("bad", hello)
	bad := r.take()
	// Events of one modem wait for each other, for the handler's sake: so these are of others.
	for _, e := range []*life.Event{
		{ID: bad.ID, Account: bad.Account, Time: time.Now(), Subject: life.SubjectOf(bad), Modem: &life.Modem{Host: "h", Name: "M2"}, Kind: life.Failed{Reason: "a test"}},
		receivedEvent(t, "id", "M3", "text", tpdu.Part{}),
	} {
		if err := r.bus.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	const complaint = "acting on an event, will be tried again"
	r.wait("a complaint about each", func() bool { return logs.FilterMessage(complaint).Len() == len(dirs) })
	for _, dir := range dirs {
		if err := os.Rename(dir+".away", dir); err != nil {
			t.Fatal(err)
		}
	}
	r.wait("all three", func() bool {
		return len(r.files(r.cfg.Sent)) == 1 && len(r.files(r.cfg.Failed)) == 1 && len(r.files(r.cfg.Incoming)) == 1
	})
	r.wait("three calls", func() bool { return len(calls()) >= len(dirs) })
	if got := calls(); len(got) != len(dirs) {
		t.Errorf("calls of the handler: %q", got)
	}
	r.wait("a line that it is over", func() bool { return logs.FilterMessage("all events that had to wait are acted on").Len() == 1 })
	if n := logs.FilterMessage(complaint).Len(); n != len(dirs) {
		t.Errorf("%d complaints, want one about each directory", n)
	}
}

// TestCheckedVanishesBehind: when the directory of a waiting file is gone as the outcome comes,
// the file gets it as soon as the directory is back.
func TestCheckedVanishesBehind(t *testing.T) {
	for _, keep := range []bool{true, false} {
		r := newRig(t, func(c *Config) {
			if !keep {
				c.Sent = ""
			}
		})
		calls := r.handler()
		core, logs := observer.New(zap.InfoLevel)
		r.log = zap.New(core)
		r.start()
		r.drop("hello", hello)
		s := r.take()
		r.wait("the file in checked", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
		if err := os.Rename(r.cfg.Checked, r.path("away")); err != nil {
			t.Fatal(err)
		}
		r.report(s, sentOnce)
		r.wait("a complaint", func() bool { return logs.FilterMessage("acting on an event, will be tried again").Len() == 1 })
		if err := os.Rename(r.path("away"), r.cfg.Checked); err != nil {
			t.Fatal(err)
		}
		r.wait("the call of the handler", func() bool { return len(calls()) == 1 })
		r.wait("an empty directory", func() bool { return len(r.files(r.cfg.Checked)) == 0 })
		r.stop()
	}
}

// TestComplaints: the same thing is told of once in a minute, whatever file it was met
// with, and its end when nothing waits any more.
func TestComplaints(t *testing.T) {
	var c complaints
	now := time.Now()
	full := func(n int) error {
		return fmt.Errorf("writing: %w", &fs.PathError{Op: "write", Path: fmt.Sprintf("/spool/sent/%d", n), Err: syscall.ENOSPC})
	}
	gone := &os.LinkError{Op: "rename", Old: "/a/b", New: "/spool/failed/b", Err: syscall.ENOENT}
	if c.worked("a") {
		t.Error("nothing was in the way")
	}
	for i, want := range []bool{true, false, false} {
		if c.failed("a", full(i), now) != want {
			t.Errorf("a full directory, time %d", i)
		}
	}
	if !c.failed("b", gone, now) || !c.failed("b", errors.New("another"), now) {
		t.Error("another reason is not told of")
	}
	if !c.failed("a", full(9), now.Add(complainAgain)) {
		t.Error("it is not told of again")
	}
	if c.worked("a") || c.worked("other") {
		t.Error("it is said to be over while an event waits")
	}
	if !c.worked("b") || c.worked("b") {
		t.Error("that it is over is to be told once")
	}
	if !c.failed("a", full(1), now) {
		t.Error("after it was over it is not told of")
	}
}

// TestSharedDirectory: two hosts take from one directory what is dropped at once, and each
// file becomes one message.
func TestSharedDirectory(t *testing.T) {
	r := newRig(t, nil)
	const files = 5 * batch
	for n := range files {
		r.drop(fmt.Sprintf("f%d", n), hello)
	}
	other := r.onHost("g")
	r.start()
	other.start()
	hosts, seen := map[string]int{}, map[string]bool{}
	taker, err := r.bus.Taker(t.Context(), []string{message.DefaultQueue})
	if err != nil {
		t.Fatal(err)
	}
	for range files {
		w, err := taker.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Done(t.Context()); err != nil {
			t.Fatal(err)
		}
		name := w.Submission.Origin.File
		if seen[name] {
			t.Errorf("%s is two messages", name)
		}
		seen[name] = true
		hosts[w.Submission.Origin.Host]++
	}
	r.drop("last", hello) // would come behind a second message of any file
	if s := r.take(); s.Origin.File != "last" {
		t.Errorf("one more message of %s", s.Origin.File)
	}
	t.Logf("taken by each host: %v", hosts)
}
