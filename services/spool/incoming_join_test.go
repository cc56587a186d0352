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

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

const sender = "358401234567"

// newInbox is a rig that receives, without an outgoing directory.
func newInbox(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := newRig(t, func(c *Config) {
		*c = DefaultConfig()
		c.Host, c.Incoming = "h", filepath.Join(t.TempDir(), "incoming")
		if err := os.Mkdir(c.Incoming, 0o755); err != nil {
			t.Fatal(err)
		}
	})
	if change != nil {
		change(&r.cfg)
	}
	return r
}

// onHost is a second spool that shares broker and directories.
func (r *rig) onHost(name string) *rig {
	other := *r
	other.cfg.Host = name
	return &other
}

// received makes the event of a received message, an 8-bit one.
func receivedEvent(t *testing.T, id, modem, text string, part tpdu.Part) *life.Event {
	t.Helper()
	d := tpdu.Deliver{
		OA: tpdu.Address{TOA: tpdu.TOAInternational, Digits: sender}, DCS: 4, Data: []byte(text),
		SCTS: tpdu.NewTimestamp(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	if part.Total > 0 {
		d.UDHI, d.UDH = true, part.AppendTo(nil)
	}
	pdu, err := d.AppendTo([]byte{0})
	if err != nil {
		t.Fatal(err)
	}
	return &life.Event{
		ID: id, Account: subject.Inbox, Time: time.Now(), Modem: &life.Modem{Host: "h", Name: modem, IMSI: modem},
		Kind: life.Received{PDU: pdu, Originator: message.NewAddress(sender)},
	}
}

// deliver publishes a part, as a modem worker does.
func (r *rig) deliver(id, modem, text string, part tpdu.Part) {
	r.t.Helper()
	if err := r.bus.Publish(r.t.Context(), receivedEvent(r.t, id, modem, text, part)); err != nil {
		r.t.Fatal(err)
	}
}

// bodies are the texts in incoming.
func (r *rig) bodies() (bodies []string) {
	for _, name := range r.files(r.cfg.Incoming) {
		_, body, _ := strings.Cut(r.read(filepath.Join(r.cfg.Incoming, name)), "\n\n")
		bodies = append(bodies, body)
	}
	slices.Sort(bodies)
	return bodies
}

func (r *rig) wantBodies(want ...string) {
	r.t.Helper()
	slices.Sort(want)
	r.wait(fmt.Sprintf("the files %q", want), func() bool { return slices.Equal(r.bodies(), want) })
}

// group looks at the group of reference 1.
func (r *rig) group(total uint8) (g join.Group) {
	r.t.Helper()
	err := r.bus.ChangeGroup(r.t.Context(), key(total), func(found *join.Group) bool {
		g = *found
		return false
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return g
}

func key(total uint8) string { return subject.JoinKey(subject.Inbox, sender, false, 1, total) }

func at(seq, total uint8) tpdu.Part { return tpdu.Part{Reference: 1, Total: total, Seq: seq} }

// TestJoinAcrossHosts has two hosts with one inbox join messages whose parts come
// through two modems.
func TestJoinAcrossHosts(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	calls := r.handler()
	other := r.onHost("other")
	r.start()
	other.start()
	const messages = 20
	var want []string
	for seq := uint8(3); seq > 0; seq-- {
		for n := range messages {
			part := tpdu.Part{Reference: uint16(n), Wide: n%2 == 0, Total: 3, Seq: seq}
			r.deliver(fmt.Sprint(n, "-", seq), fmt.Sprint("M", seq%2), fmt.Sprint("message ", n, " part ", seq, ". "), part)
		}
	}
	for n := range messages {
		want = append(want, fmt.Sprintf("message %d part 1. message %d part 2. message %d part 3. ", n, n, n))
	}
	r.wantBodies(want...)
	r.wait("the handlers", func() bool { return len(calls()) >= messages })
	other.stop()
	r.stop()
	if n := len(calls()); n != messages {
		t.Errorf("the handler was called %d times for %d messages", n, messages)
	}
}

// TestPartsOutliveTheSpool stops the spool between two parts.
func TestPartsOutliveTheSpool(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	r.start()
	r.deliver("2", "M1", "two", at(2, 2))
	r.wait("the part in its group", func() bool { return len(r.group(2).Waiting) == 1 })
	r.stop()
	r.deliver("1", "M1", "one ", at(1, 2))
	r.start()
	r.wantBodies("one two")
	if name := r.files(r.cfg.Incoming)[0]; !strings.HasPrefix(name, "M1.") {
		t.Errorf("the file is %q", name)
	}
	r.wait("the trace", func() bool { return len(r.group(2).Done) == 2 })
}

// TestReferenceUsedAgain delivers the parts of a message of which one was lost
// when the next message has its reference.
func TestReferenceUsedAgain(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	calls := r.handler()
	r.start()
	r.deliver("old", "M1", "old one", at(1, 2))
	r.deliver("new1", "M1", "new one ", at(1, 2))
	r.wantBodies("old one")
	content := r.read(filepath.Join(r.cfg.Incoming, r.files(r.cfg.Incoming)[0]))
	if !strings.Contains(content, "\nIncomplete: yes\n") || !strings.Contains(content, "\nUDH-DATA: 05 00 03 01 02 01 \n") {
		t.Errorf("the part that was alone:\n%s", content)
	}
	r.deliver("new2", "M1", "new two", at(2, 2))
	r.wantBodies("old one", "new one new two")
	r.wait("the handlers", func() bool { return len(calls()) == 2 })
}

// TestPurge delivers what is incomplete for too long, as a file of its own with
// handler and copy.
func TestPurge(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	r.start()
	r.deliver("3", "M1", "three", at(3, 3))
	r.deliver("1", "M1", "one", at(1, 3))
	r.wait("the parts in their group", func() bool { return len(r.group(3).Waiting) == 2 })
	r.stop()
	r.cfg.ICPurgeAfter = config.Duration(time.Nanosecond)
	r.cfg.IncomingCopy = t.TempDir()
	calls := r.handler()
	r.start()
	r.wantBodies("one", "three")
	r.wait("the handlers", func() bool { return len(calls()) == 2 })
	if n := len(r.files(r.cfg.IncomingCopy)); n != 2 {
		t.Errorf("%d copies", n)
	}
	r.wait("the traces alone", func() bool { g := r.group(3); return len(g.Waiting)+len(g.Deliveries) == 0 && len(g.Done) == 2 })
	r.deliver("1", "M1", "one", at(1, 3)) // the event once more
	r.deliver("end", "M1", "end", tpdu.Part{})
	r.wantBodies("one", "three", "end")
}

// TestPurgeWithoutReading removes parts that wait for too long.
func TestPurgeWithoutReading(t *testing.T) {
	t.Parallel()
	r := newInbox(t, func(c *Config) { c.ICPurgeRead = false })
	r.start()
	r.deliver("1", "M1", "one", at(1, 3))
	r.wait("the part in its group", func() bool { return len(r.group(3).Waiting) == 1 })
	r.stop()
	r.cfg.ICPurgeAfter = config.Duration(time.Nanosecond)
	r.start()
	r.wait("the trace alone", func() bool { g := r.group(3); return len(g.Waiting)+len(g.Deliveries) == 0 && len(g.Done) == 1 })
	if names := r.files(r.cfg.Incoming); len(names) != 0 {
		t.Errorf("files %q", names)
	}
}

// TestNeverPurged keeps parts without a limit.
func TestNeverPurged(t *testing.T) {
	t.Parallel()
	r := newInbox(t, func(c *Config) { c.ICPurgeAfter = 0 })
	s := New(r.cfg, r.bus, zap.NewNop())
	e := receivedEvent(t, "1", "M1", "one", at(1, 2))
	e.Time = time.Unix(0, 0)
	for range 2 {
		if err := s.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := s.purgeOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if g := r.group(2); len(g.Waiting) != 1 {
		t.Errorf("%d parts wait", len(g.Waiting))
	}
}

// TestDeathWhileWriting leaves a set claimed by a spool that died before, or
// after, it wrote the file. The same host takes it up at once, another one when
// the claim is over; there is one file.
func TestDeathWhileWriting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, owner string
		deadline    time.Duration
		written     bool
		want        int
	}{
		{"own claim", "h", time.Hour, false, 1},
		{"own claim, file written", "h", time.Hour, true, 1},
		{"claim of another that is over", "dead", -time.Second, false, 1},
		{"claim of another that is over, file written", "dead", -time.Second, true, 1},
		{"claim of another that may be alive", "other", time.Hour, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newInbox(t, nil)
			s := New(r.cfg, r.bus, zap.NewNop())
			last := receivedEvent(t, "2", "M1", "two", at(2, 2))
			var set []join.Delivery
			err := r.bus.ChangeGroup(t.Context(), key(2), func(g *join.Group) bool {
				g.Add(receivedEvent(t, "1", "M1", "one ", at(1, 2)), time.Now())
				g.Add(last, time.Now())
				set = g.Claim(c.owner, time.Now(), time.Now().Add(c.deadline))
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			if c.written {
				// The times that come back from the broker are in UTC.
				if err := s.write(set[0]); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.act(t.Context(), last); err != nil { // the event that was not acknowledged
				t.Fatal(err)
			}
			if err := s.purgeOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			if names := r.files(r.cfg.Incoming); len(names) != c.want {
				t.Errorf("files %q, want %d", names, c.want)
			}
			if g := r.group(2); len(g.Deliveries) != 1-c.want || len(g.Done) != 2*c.want {
				t.Errorf("%d deliveries, %d traces", len(g.Deliveries), len(g.Done))
			}
		})
	}
}

// TestMixedAlphabets keeps parts apart that make no message.
func TestMixedAlphabets(t *testing.T) {
	t.Parallel()
	r := newInbox(t, nil)
	s := New(r.cfg, r.bus, zap.NewNop())
	binary := receivedEvent(t, "1", "M1", "one", at(1, 2))
	text := receivedEvent(t, "2", "M1", "two", at(2, 2))
	k := text.Kind.(life.Received)
	mt, err := tpdu.DecodeMT(k.PDU)
	if err != nil {
		t.Fatal(err)
	}
	mt.Deliver.DCS = 8
	if k.PDU, err = mt.Deliver.AppendTo([]byte{0}); err != nil {
		t.Fatal(err)
	}
	text.Kind = k
	for _, e := range []*life.Event{binary, text} {
		if err := s.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	r.wantBodies("one", "two")
}

// partOf is a part of a text of two in the GSM alphabet, behind further elements.
func partOf(t *testing.T, seq uint8, septets string, elements ...byte) *life.Event {
	t.Helper()
	e := receivedEvent(t, fmt.Sprint(seq), "M1", septets, at(seq, 2))
	k := e.Kind.(life.Received)
	mt, err := tpdu.DecodeMT(k.PDU)
	if err != nil {
		t.Fatal(err)
	}
	d := mt.Deliver
	d.DCS, d.Septets, d.UDH = 0, true, append(d.UDH, elements...)
	d.UDH[0] = byte(len(d.UDH) - 1)
	if k.PDU, err = d.AppendTo([]byte{0}); err != nil {
		t.Fatal(err)
	}
	e.Kind = k
	return e
}

// joined is the file of two parts.
func joined(t *testing.T, first, second *life.Event) string {
	t.Helper()
	r := newInbox(t, nil)
	s := New(r.cfg, r.bus, zap.NewNop())
	for _, e := range []*life.Event{first, second} {
		if err := s.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	names := r.files(r.cfg.Incoming)
	if len(names) != 1 {
		t.Fatalf("files %q", names)
	}
	return r.read(filepath.Join(r.cfg.Incoming, names[0]))
}

// TestEscapeBetweenParts finds an escape at the end of one part and its character at
// the beginning of the other one.
func TestEscapeBetweenParts(t *testing.T) {
	t.Parallel()
	if content := joined(t, partOf(t, 1, "10\x1b"), partOf(t, 2, "e!")); !strings.HasSuffix(content, "\nLength: 4\n\n10\xA4!") {
		t.Errorf("the file is:\n%s", content)
	}
}

// TestTablesOfParts reads each part in its own table, and shows those of the first.
func TestTablesOfParts(t *testing.T) {
	t.Parallel()
	turkish := []byte{tpdu.ElementLockingShift, 1, 1}
	for _, c := range []struct {
		first, second []byte
		want          string
	}{
		{turkish, nil, "Length: 4\nLanguage: Turkish (1)\nLanguage_ext:  (-1)\n\nıì"},
		{nil, turkish, "Length: 4\n\nìı"},
	} {
		content := joined(t, partOf(t, 1, "\x07", c.first...), partOf(t, 2, "\x07", c.second...))
		if !strings.Contains(content, "\nAlphabet: UTF-8\n") || !strings.HasSuffix(content, c.want) {
			t.Errorf("the file is:\n%s", content)
		}
	}
}

// TestWarningsOfParts has smsd's words about the last part, and none about the others.
func TestWarningsOfParts(t *testing.T) {
	t.Parallel()
	for odd, want := range map[uint8]bool{1: false, 2: true} {
		parts := []*life.Event{partOf(t, 1, "one "), partOf(t, 2, "two")}
		k := parts[odd-1].Kind.(life.Received)
		const afterCentre, reserved = 1, 0x10
		k.PDU[afterCentre] |= reserved
		parts[odd-1].Kind = k
		content := joined(t, parts[0], parts[1])
		if strings.HasPrefix(content, "Warning: Unused bits") != want || !strings.HasSuffix(content, "\n\none two") {
			t.Errorf("an odd part %d:\n%s", odd, content)
		}
	}
}
