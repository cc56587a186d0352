package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// script writes a program into the directory of the rig.
func (r *rig) script(name, text string) string {
	r.t.Helper()
	path := r.path(name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// alarms hands out the alarms that are raised.
func (r *rig) alarms() <-chan life.Alarm {
	r.t.Helper()
	alarms := make(chan life.Alarm, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- r.bus.FollowAccount(ctx, "system", func(_ context.Context, e *life.Event) error {
			if a, ok := e.Kind.(life.Alarm); ok {
				alarms <- a
			}
			return nil
		})
	}()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
	return alarms
}

func (r *rig) alarm(alarms <-chan life.Alarm) life.Alarm {
	r.t.Helper()
	select {
	case a := <-alarms:
		return a
	case <-time.After(patience):
		r.t.Fatal("no alarm in time")
		return life.Alarm{}
	}
}

// TestCheckHandler: what each exit code means (smstools spec §5.2), and that a file
// is read after the handler, which may change it.
func TestCheckHandler(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	calls := r.handler()
	r.cfg.CheckHandler = r.script("check", `
case $(basename "$1") in
reject*) exit 1;;
taken) exit 2;;
moved) mv "$1" `+r.dir+`/mine; exit 2;;
edit) sed -i 's/^To: .*/To: 44701/' "$1";;
esac`)
	r.start()
	for _, name := range []string{"reject me", "taken", "moved", "edit"} {
		r.drop(name, hello)
	}
	s := r.take()
	if s.Origin.File != "edit" || s.Recipient.Reveal() != "44701" {
		t.Errorf("accepted is %s to %s", s.Origin.File, s.Recipient.Reveal())
	}
	r.report(s, sentOnce)
	r.wait("the files", func() bool {
		return len(r.files(r.cfg.Failed)) == 1 && len(r.files(r.cfg.Sent)) == 1 && len(r.files(r.cfg.Outgoing)) == 0
	})
	if content := r.read(filepath.Join(r.cfg.Failed, "reject me")); !strings.Contains(content, "\nFail_reason: "+smsfile.ReasonCheckhandler+"\n") {
		t.Errorf("the rejected file:\n%s", content)
	}
	r.wait("the file that the handler takes", func() bool { return slices.Contains(r.hidden(r.dir), "mine") })
	if content := r.read(r.path("mine")); content != hello {
		t.Errorf("the file that the handler took:\n%s", content)
	}
	r.wait("two calls", func() bool { return len(calls()) == 2 })
	got := calls()
	slices.Sort(got)
	if want := "FAILED|" + filepath.Join(r.cfg.Failed, "reject_me") + "|"; got[0] != want {
		t.Errorf("calls %q, want first %q", got, want)
	}
}

// TestCheckHandlerBreaks: a handler that says nothing sensible holds messages, says
// so once, and lets them go when it works again.
func TestCheckHandlerBreaks(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"unknown code": "exit 3", "not found": "exit 127", "a signal": "kill -9 $$", "too slow": "sleep 600"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) {
				c.Rescan, c.HandlerTimeout = config.Duration(20*time.Millisecond), config.Duration(2*time.Second)
				c.HandlerPatience = config.Duration(100 * time.Millisecond)
			})
			r.cfg.CheckHandler = r.script("check", "if [ -e "+r.path("repaired")+" ]; then exit 0; fi; "+text)
			alarms := r.alarms()
			// Once it may, the clock leaps at every look at it.
			var later, leap atomic.Int64
			core, lines := observer.New(zap.ErrorLevel)
			r.startWith(func(s *Spool) {
				s.log = zap.New(core)
				s.now = func() time.Time { return time.Now().Add(time.Duration(later.Add(leap.Load()))) }
			})
			for i := range 3 {
				r.drop(fmt.Sprint("m", i), hello)
			}
			if a := r.alarm(alarms); a.Code != "checkhandler" || !strings.Contains(a.Text, r.cfg.Outgoing) {
				t.Errorf("alarm %+v", a)
			}
			r.wait("three that are held", func() bool { return lines.FilterMessageSnippet("is held").Len() == 3 })
			if err := os.WriteFile(r.path("repaired"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			leap.Store(int64(time.Hour))
			for len(got) < 3 {
				got[r.take().Origin.File] = true
			}
			if len(alarms) != 0 {
				t.Errorf("%d more alarms, first %+v", len(alarms), <-alarms)
			}
		})
	}
}

// startWith is start with a change of the spool before it runs.
func (r *rig) startWith(change func(*Spool)) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	s := New(r.cfg, r.bus, zap.NewNop())
	change(s)
	go func() { done <- s.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("running the spool: %v", err)
		}
	})
}

// TestHungHandlers: neither a check handler nor an event handler that hangs keeps
// other messages from being sent and their files from their places.
func TestHungHandlers(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) {
		c.HandlerTimeout, c.HandlerPatience = config.Duration(3*time.Second), config.Duration(50*time.Millisecond)
	})
	r.cfg.CheckHandler = r.script("check", `case "$1" in */hang) sleep 600;; esac`)
	r.cfg.EventHandler = r.script("event", `echo "$2" >> `+r.path("calls")+`; case "$2" in */slow) sleep 600;; esac`)
	r.start()
	for _, name := range []string{"hang", "slow", "a", "b"} {
		r.drop(name, hello)
	}
	for range 3 {
		r.report(r.take(), sentOnce)
	}
	r.wait("all but one file", func() bool { return len(r.files(r.cfg.Sent)) == 3 })
	r.wait("all calls", func() bool { return strings.Count(r.read(r.path("calls")), "\n") == 3 })
}

// TestOwedCalls breaks off at every point between the outcome of a message and the
// end of its handler: the call is made by the next process, with the final path.
func TestOwedCalls(t *testing.T) {
	t.Parallel()
	sent := &life.Modem{Host: "h", Name: "M1"}
	for name, crash := range map[string]func(s *Spool, c *call, show func(func(string) error) error) error{
		"before the file is seen": func(s *Spool, c *call, show func(func(string) error) error) error {
			return ignoreStop(show(func(path string) error {
				if err := s.prepare(c, path, c.staged()); err != nil {
					return err
				}
				return errStop
			}))
		},
		"after the file is seen": func(s *Spool, c *call, show func(func(string) error) error) error {
			return show(func(path string) error { return s.prepare(c, path, c.staged()) })
		},
		"before the handler": func(s *Spool, c *call, show func(func(string) error) error) error {
			if err := show(func(path string) error { return s.prepare(c, path, c.staged()) }); err != nil {
				return err
			}
			return os.Rename(s.callPath(c.name, preparedSuffix), s.callPath(c.name, readySuffix))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			calls := r.handler()
			r.start()
			r.drop("hello", hello)
			sub := r.take()
			r.wait("the waiting file", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
			r.stop()
			e := &life.Event{ID: sub.ID, Account: sub.Account, Time: time.Now(), Subject: life.SubjectOf(sub), Modem: sent, Kind: sentOnce}
			s := New(r.cfg, r.bus, zap.NewNop())
			c := s.newCall(e, "SENT", "", "7")
			staged, _, err := s.stage(e, r.cfg.Sent, s.sentHeaders(e, sentOnce))
			if err != nil {
				t.Fatal(err)
			}
			c.Staged = []byte(staged.Path())
			err = crash(s, c, func(before func(string) error) error {
				_, err := staged.Show("hello", before)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			r.report(sub, sentOnce) // it was never acknowledged
			r.start()
			r.wait("the call", func() bool { return len(calls()) == 1 })
			if got, want := calls()[0], "SENT|"+filepath.Join(r.cfg.Sent, "hello")+"|7"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			r.wait("no call to be owed", func() bool { return len(r.hidden(s.cfg.callDir())) == 0 })
			r.drop("next", hello)
			r.report(r.take(), sentOnce)
			r.wait("the next call", func() bool { return len(calls()) == 2 })
		})
	}
}

func (c *call) staged() string { return string(c.Staged) }

var errStop = errors.New("stopped")

func ignoreStop(err error) error {
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// hidden are all files of a directory.
func (r *rig) hidden(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestOwedReceived: the same for a file that arrived: it was written, and the
// process died before the handler was called.
func TestOwedReceived(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	calls := r.handler()
	e := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	dead := New(r.cfg, r.bus, zap.NewNop())
	dead.calls.Close() // it dies before it can call
	if err := dead.act(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if n := len(calls()); n != 0 {
		t.Fatalf("%d calls", n)
	}
	if err := r.bus.Publish(t.Context(), e); err != nil { // it is offered again
		t.Fatal(err)
	}
	r.start()
	r.wait("the call", func() bool { return len(calls()) == 1 })
	r.wait("no call to be owed", func() bool { return len(r.hidden(dead.cfg.callDir())) == 0 })
	r.stop()
	if n := len(calls()); n != 1 || len(r.files(r.cfg.Incoming)) != 1 {
		t.Errorf("%d calls for %d files", n, len(r.files(r.cfg.Incoming)))
	}
}

// TestOwedNotKept: without a directory for it, the file stays until its handler has
// seen it, whatever happens.
func TestOwedNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Sent = "" })
	r.cfg.EventHandler = r.script("event", `cat "$2" >> `+r.path("seen"))
	r.start()
	r.drop("hello", hello)
	sub := r.take()
	r.wait("the waiting file", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
	r.stop()
	dead := New(r.cfg, r.bus, zap.NewNop())
	dead.calls.Close()
	e := &life.Event{ID: sub.ID, Account: sub.Account, Time: time.Now(), Subject: life.SubjectOf(sub), Kind: sentOnce}
	for range 2 { // the event is repeated, too
		if err := dead.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	r.start()
	r.wait("an empty spool", func() bool { return len(r.files(r.cfg.Checked)) == 0 })
	if content := r.read(r.path("seen")); strings.Count(content, "To: ") != 1 || !strings.Contains(content, "\nSent: ") {
		t.Errorf("the handler saw:\n%s", content)
	}
}

// TestFailingHandlerAlarms: once, and the message is none the worse for it.
func TestFailingHandlerAlarms(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.cfg.EventHandler = r.script("event", "exit 3")
	alarms := r.alarms()
	r.start()
	for _, name := range []string{"a", "b", "c"} {
		r.drop(name, hello)
		r.report(r.take(), sentOnce)
	}
	if a := r.alarm(alarms); a.Code != "handler" || !strings.Contains(a.Text, "eventhandler, result 3") {
		t.Errorf("alarm %+v", a)
	}
	r.wait("the files", func() bool { return len(r.files(r.cfg.Sent)) == 3 })
	r.stop()
	if len(alarms) != 0 {
		t.Errorf("another alarm: %+v", <-alarms)
	}
}

// TestHandlersAreChecked at the start, unless told not to.
func TestHandlersAreChecked(t *testing.T) {
	t.Parallel()
	for setting, set := range map[string]func(*Config, string){
		"eventhandler":       func(c *Config, command string) { c.EventHandler = command },
		"checkhandler":       func(c *Config, command string) { c.CheckHandler = command },
		"eventhandler of M1": func(c *Config, command string) { c.ModemEventHandlers = map[string]string{"M1": command} },
	} {
		r := newRig(t, nil)
		set(&r.cfg, r.path("missing")+" -x")
		if err := r.cfg.Check(); err == nil || !strings.Contains(err.Error(), setting+": "+r.path("missing")) {
			t.Errorf("%s: %v", setting, err)
		}
		r.cfg.ExecutableCheck = false
		if err := r.cfg.Check(); err != nil {
			t.Errorf("%s, without the check: %v", setting, err)
		}
	}
}
