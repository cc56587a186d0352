package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/smsfile"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/driver/spooldir"
	"github.com/viesti-sms/viesti/services/internal/natsd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait.
const patience = time.Minute

// rig is a spool on a broker of its own; the test plays the modem worker.
type rig struct {
	t    *testing.T
	bus  *bus.Bus
	cfg  Config
	dir  string
	log  *zap.Logger
	stop func()
}

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	server, err := natsd.Start(natsd.Config{Dir: filepath.Join(t.TempDir(), "nats"), Name: "test", SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, bus: b, dir: t.TempDir(), cfg: DefaultConfig(), log: zap.NewNop()}
	r.cfg.Host, r.cfg.TrustOutgoing = "h", true
	for dir, name := range map[*string]string{
		&r.cfg.Outgoing: "outgoing", &r.cfg.Checked: "checked", &r.cfg.Sent: "sent", &r.cfg.Failed: "failed",
	} {
		*dir = r.path(name)
		if err := os.Mkdir(*dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&r.cfg)
	}
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// start runs the spool until the test ends or stop is called.
func (r *rig) start() {
	r.t.Helper()
	if err := r.cfg.Check(); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	s := New(r.cfg, r.bus, r.log)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("running the spool: %v", err)
		}
	}
	r.t.Cleanup(r.stop)
}

// drop renames a file into outgoing, as producers should.
func (r *rig) drop(name, content string) {
	r.t.Helper()
	temp := r.path(".drop")
	if err := os.WriteFile(temp, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(r.cfg.Outgoing, name)); err != nil {
		r.t.Fatal(err)
	}
}

// take takes the next message, as a modem worker does.
func (r *rig) take() *message.Submission {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	taker, err := r.bus.Taker(ctx, []string{message.DefaultQueue})
	if err != nil {
		r.t.Fatal(err)
	}
	w, err := taker.Take(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := w.Done(ctx); err != nil {
		r.t.Fatal(err)
	}
	return w.Submission
}

// report publishes what became of a message.
func (r *rig) report(s *message.Submission, k life.Kind) {
	r.t.Helper()
	err := r.bus.Publish(r.t.Context(), &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Modem: &life.Modem{Host: "h", Name: "M1"}, Kind: k,
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// wait waits until what holds holds.
func (r *rig) wait(what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			r.t.Fatalf("waited in vain for %s", what)
		case <-look.C:
		}
	}
}

// files lists a directory by name.
func (r *rig) files(dir string) []string {
	r.t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

func (r *rig) read(path string) string {
	r.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

const hello = "To: +358 40 1234567\nX-Mine: kept\n\nhello\n"

var sentOnce = life.Sent{Parts: []life.PartDone{{Part: 1, Total: 1, Reference: 7, PDU: "00"}}, Alphabet: life.AirGSM7, Report: true}

// TestLifeOfAFile follows a file from outgoing over checked to sent.
func TestLifeOfAFile(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("hello", hello)
	s := r.take()
	if s.Recipient.Reveal() != "358401234567" || s.Origin.File != "hello" || s.Account != "spool-h" {
		t.Errorf("submission: %+v to %s", s, s.Recipient.Reveal())
	}
	r.wait("the file in checked", func() bool { return len(r.files(r.cfg.Checked)) == 1 })
	if names := r.files(r.cfg.Checked); names[0] != s.ID+".hello" {
		t.Errorf("waits as %q", names)
	}
	r.report(s, sentOnce)
	r.wait("the file in sent", func() bool { return len(r.files(r.cfg.Sent)) == 1 })
	content := r.read(filepath.Join(r.cfg.Sent, "hello"))
	if !strings.HasPrefix(content, "To: +358 40 1234567\nX-Mine: kept\nModem: M1\nSent: ") || !strings.Contains(content, "\nMessage_id: 7\n") {
		t.Errorf("sent file:\n%s", content)
	}
	r.wait("an empty spool", func() bool { return len(r.files(r.cfg.Checked))+len(r.files(r.cfg.Outgoing)) == 0 })
}

// TestLeftAlone wants locked, hidden and other files to stay where they are.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.drop("a.LOCK", "")
	r.drop("a", hello)
	r.drop(".hidden", hello)
	r.drop("LOCKED-file", hello)
	r.drop("tiny", "To: 1\n")
	if err := os.Mkdir(filepath.Join(r.cfg.Outgoing, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(r.cfg.Outgoing, "link")); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.drop("taken", hello)
	if s := r.take(); s.Origin.File != "taken" {
		t.Fatalf("took %s", s.Origin.File)
	}
	if err := os.Remove(filepath.Join(r.cfg.Outgoing, "a.LOCK")); err != nil {
		t.Fatal(err)
	}
	if s := r.take(); s.Origin.File != "a" {
		t.Errorf("took %s after the lock was gone", s.Origin.File)
	}
	if names := r.files(r.cfg.Outgoing); len(names) != 4 {
		t.Errorf("left in outgoing: %q", names)
	}
}

// TestSettled tells complete files from growing ones: by watching them, whatever
// their time stamps say.
func TestSettled(t *testing.T) {
	t.Parallel()
	start := time.Now()
	stamp := start.Add(-time.Hour)
	file := func(size int64, modified time.Time) spooldir.Candidate {
		return spooldir.Candidate{Name: "f", Size: size, ModTime: modified}
	}
	s := settling{}
	for _, step := range []struct {
		after time.Duration
		file  spooldir.Candidate
		want  bool
	}{
		{0, file(10, stamp), false}, // old, but who knows since when
		{settleTime - 1, file(10, stamp), false},
		{settleTime, file(20, stamp), false}, // grown
		{2*settleTime - 1, file(20, stamp), false},
		{2 * settleTime, file(20, stamp), true},
		{3 * settleTime, file(20, start.Add(time.Hour)), false}, // touched, by a clock ahead of ours
		{4 * settleTime, file(20, start.Add(time.Hour)), true},
	} {
		if got := s.settled(step.file, start.Add(step.after)); got != step.want {
			t.Errorf("after %v: settled(%+v) = %v", step.after, step.file, got)
		}
	}
}

// TestSameNameTwice submits a second file of a name whose first one still waits:
// both are messages, and no file overwrites another.
func TestSameNameTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("same", "To: 1111111\n\nfirst\n")
	first := r.take()
	r.drop("same", "To: 2222222\n\nsecond\n")
	second := r.take()
	if first.ID == second.ID || first.Recipient == second.Recipient {
		t.Fatalf("ids %s and %s", first.ID, second.ID)
	}
	r.report(first, sentOnce)
	r.report(second, sentOnce)
	r.wait("both in sent", func() bool { return len(r.files(r.cfg.Sent)) == 2 })
	all := r.read(filepath.Join(r.cfg.Sent, "same")) + r.read(filepath.Join(r.cfg.Sent, "same.1"))
	if !strings.Contains(all, "first") || !strings.Contains(all, "second") {
		t.Errorf("sent files:\n%s", all)
	}
}

// TestClaimIsFinished finds claims of an earlier run: one that it had not yet
// submitted, and one that it had. Each becomes one message.
func TestClaimIsFinished(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.drop("before", hello)
	if _, err := spooldir.Take(r.cfg.Outgoing, r.cfg.Host, []string{"before"}); err != nil {
		t.Fatal(err)
	}
	r.drop("after", hello)
	claim, err := spooldir.Take(r.cfg.Outgoing, r.cfg.Host, []string{"after"})
	if err != nil {
		t.Fatal(err)
	}
	submitted := &message.Submission{
		ID: spooldir.ID(claim.Name, "after"), Account: Account("h"), Queue: message.DefaultQueue, Recipient: message.NewAddress("358401234567"),
		Body: message.NewBody([]byte("hello")), Origin: message.Origin{Host: "h", File: "after", Claim: claim.Name, Directory: r.cfg.Checked},
	}
	if err := r.bus.Submit(t.Context(), submitted); err != nil {
		t.Fatal(err)
	}
	r.start()
	got := map[string]bool{}
	for range 2 {
		got[r.take().Origin.File] = true
	}
	r.drop("last", hello)
	if s := r.take(); s.Origin.File != "last" || len(got) != 2 {
		t.Errorf("took %v, then %s", got, s.Origin.File)
	}
}

// TestFinalEventRepeats handles the same outcome twice, as after a crash of the
// broker, and wants one file and one call of the handler.
func TestFinalEventRepeats(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	calls := r.handler()
	r.start()
	r.drop("hello", hello)
	s := r.take()
	r.report(s, sentOnce)
	r.wait("the file in sent", func() bool { return len(r.files(r.cfg.Sent)) == 1 })
	again := sentOnce
	again.Notices = []string{"again"}
	r.report(s, again)
	r.drop("next", hello)
	r.report(r.take(), sentOnce)
	r.wait("the next file", func() bool { return len(r.files(r.cfg.Sent)) == 2 })
	r.wait("two calls", func() bool { return len(calls()) >= 2 })
	if got := calls(); len(got) != 2 || got[0] != "SENT|"+filepath.Join(r.cfg.Sent, "hello")+"|7" {
		t.Errorf("calls of the handler: %q", got)
	}
}

// handler configures an event handler that notes its arguments, and returns what
// it noted.
func (r *rig) handler() func() []string {
	script, log := r.path("handler"), r.path("calls")
	content := fmt.Sprintf("#!/bin/sh\nprintf '%%s|%%s|%%s\\n' \"$1\" \"$2\" \"$3\" >> %s\n", log)
	if err := os.WriteFile(script, []byte(content), 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.cfg.EventHandler = script
	return func() []string {
		data, _ := os.ReadFile(log)
		return strings.Fields(strings.ReplaceAll(string(data), " ", "_"))
	}
}

// TestNamesAreNoShell has file names that a shell would execute.
func TestNamesAreNoShell(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	calls := r.handler()
	r.start()
	for i, name := range []string{"a;touch PWNED;b", "$(id)", "`id`", "two words", "-n"} {
		r.drop(name, hello)
		s := r.take()
		r.report(s, sentOnce)
		r.wait("the handler", func() bool { return len(calls()) == i+1 })
		want := strings.ReplaceAll("SENT|"+filepath.Join(r.cfg.Sent, name)+"|7", " ", "_")
		if got := calls()[i]; got != want {
			t.Errorf("the handler got %q, want %q", got, want)
		}
	}
	if _, err := os.Stat("PWNED"); err == nil {
		t.Error("a shell executed a file name")
	}
}

// TestNotKept removes files after the handler where no directory keeps them.
func TestNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Sent, c.Failed = "", "" })
	calls := r.handler()
	r.start()
	r.drop("good", hello)
	r.report(r.take(), sentOnce)
	r.drop("bad", "Nothing: here\n\n")
	r.wait("both events", func() bool { return len(calls()) == 2 })
	r.wait("an empty spool", func() bool { return len(r.files(r.cfg.Checked)) == 0 })
}

// TestRejected puts a bad file into failed, with the reason.
func TestRejected(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	r.drop("bad", "To: 358401234567\nAlphabet: klingon\n\nhello\n")
	r.wait("the file in failed", func() bool { return len(r.files(r.cfg.Failed)) == 1 })
	want := "To: 358401234567\nAlphabet: klingon\nFail_reason: " + smsfile.ReasonInvalidAlphabet + "\nFailed: "
	if content := r.read(filepath.Join(r.cfg.Failed, "bad")); !strings.HasPrefix(content, want) || !strings.HasSuffix(content, "\n\nhello\n") {
		t.Errorf("failed file:\n%s", content)
	}
}

// TestNowhereToWait lets the directory of waiting files vanish: the message is sent
// all the same, and its file is put where it belongs when the directory is back.
func TestNowhereToWait(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.start()
	if err := os.Rename(r.cfg.Checked, r.path("away")); err != nil {
		t.Fatal(err)
	}
	r.drop("hello", hello)
	s := r.take()
	r.report(s, sentOnce)
	r.drop("next", hello)
	next := r.take()
	r.stop()
	if names := r.files(r.cfg.Sent); len(names) != 0 {
		t.Errorf("in sent: %q", names)
	}
	if err := os.Rename(r.path("away"), r.cfg.Checked); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.report(next, sentOnce)
	r.wait("both files in sent", func() bool { return len(r.files(r.cfg.Sent)) == 2 })
	r.wait("no claims left", func() bool {
		claims, err := spooldir.Recover(r.cfg.Outgoing, r.cfg.Host)
		return err == nil && len(claims) == 0
	})
}

// TestClaimsOfOthers leaves the claims of other hosts alone.
func TestClaimsOfOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.drop("theirs", hello)
	if _, err := spooldir.Take(r.cfg.Outgoing, "other", []string{"theirs"}); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.drop("ours", hello)
	if s := r.take(); s.Origin.File != "ours" {
		t.Errorf("took %s", s.Origin.File)
	}
	claims, err := spooldir.Recover(r.cfg.Outgoing, "other")
	if err != nil || len(claims) != 1 || len(claims[0].Files) != 1 {
		t.Errorf("the other's claims: %+v, %v", claims, err)
	}
}

// TestUnreadableListHolds keeps files in outgoing while a list cannot be read.
func TestUnreadableListHolds(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) {
		c.Blacklist = filepath.Join(filepath.Dir(c.Outgoing), "blacklist")
		if err := os.WriteFile(c.Blacklist, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	})
	r.start()
	if err := os.Remove(r.cfg.Blacklist); err != nil {
		t.Fatal(err)
	}
	r.drop("hello", hello)
	// It comes back whole: one that is still empty denies nobody.
	if err := os.WriteFile(r.path("list"), []byte("49\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(r.path("list"), r.cfg.Blacklist); err != nil {
		t.Fatal(err)
	}
	r.drop("denied", "To: 4912345\n\nhello\n")
	if s := r.take(); s.Origin.File != "hello" {
		t.Errorf("took %s", s.Origin.File)
	}
	r.wait("the denied one in failed", func() bool { return len(r.files(r.cfg.Failed)) == 1 })
}

// TestInclude reads files below allowed directories, and no others, whatever
// links and dots say.
func TestInclude(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, content := range map[string]string{"allowed/a": "To: 1\n", "secret": "root:x\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "allowed", "link")); err != nil {
		t.Fatal(err)
	}
	c := Config{IncludeFrom: []string{filepath.Join(dir, "allowed")}}
	if data, err := c.include(filepath.Join(dir, "allowed", "a")); err != nil || string(data) != "To: 1\n" {
		t.Errorf("include: %q, %v", data, err)
	}
	for _, path := range []string{"secret", "allowed/link", "allowed/../secret", "allowed", "nowhere"} {
		if data, err := c.include(filepath.Join(dir, path)); err == nil {
			t.Errorf("include(%s) = %q", path, data)
		}
	}
	if _, err := (&Config{}).include(filepath.Join(dir, "allowed", "a")); err == nil {
		t.Error("includes are allowed although no directory is listed")
	}
}

// TestCheck lists everything that is wrong.
func TestCheck(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	c.Outgoing, c.Alphabet, c.MessageIDs = "/nowhere", "klingon", 9
	err := c.Check()
	if !errors.Is(err, ErrConfig) {
		t.Fatalf("Check: %v", err)
	}
	for _, text := range []string{"checked", "alphabet", "messageids", "/nowhere"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("does not speak of %s:\n%v", text, err)
		}
	}
}
