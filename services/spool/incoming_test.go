package spool

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
)

// receiveOne lets a spool act on one event, and returns the names and the content
// of what is in incoming then.
func receiveOne(t *testing.T, change func(*Config), e *life.Event) (*rig, string, string) {
	t.Helper()
	r := newInbox(t, change)
	s := New(r.cfg, r.bus, zap.NewNop())
	for range 2 { // a repetition writes nothing new
		if err := s.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	names := r.files(r.cfg.Incoming)
	if len(names) != 1 {
		t.Fatalf("files %q", names)
	}
	return r, names[0], r.read(filepath.Join(r.cfg.Incoming, names[0]))
}

func TestNamesOfReceivedFiles(t *testing.T) {
	t.Parallel()
	e := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	e.Time = time.Date(2026, 5, 6, 12, 0, 0, 0, time.Local)
	for want, change := range map[string]func(*Config){
		`^M1\.[A-Z2-7]{6}$`:             nil,
		`^2026-05-06\.M1\.[A-Z2-7]{6}$`: func(c *Config) { c.DateFilename = 1 },
		`^M1\.06\.[A-Z2-7]{6}$`:         func(c *Config) { c.DateFilename, c.DateFilenameFormat = 2, "%d" },
		`^M1\.[A-Z2-7]{6}-binary$`:      func(c *Config) { c.FilenamePreview = 10 },
		`^05\.M1\.[A-Z2-7]{6}-binary$`:  func(c *Config) { c.FilenamePreview, c.DateFilename, c.DateFilenameFormat = 10, 1, "%m" },
	} {
		if _, name, _ := receiveOne(t, change, e); !regexp.MustCompile(want).MatchString(name) {
			t.Errorf("%q does not match %s", name, want)
		}
	}
}

func TestStoreReceivedPDU(t *testing.T) {
	t.Parallel()
	binary := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	cut := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	k := cut.Kind.(life.Received)
	k.PDU = k.PDU[:len(k.PDU)-1]
	cut.Kind = k
	nothing := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	nothing.Kind = life.Received{PDU: []byte{0xFF}}
	for _, c := range []struct {
		name  string
		event *life.Event
		from  int // the lowest value of the setting that shows the PDU
	}{{"whole", binary, 2}, {"damaged", cut, 1}, {"undecodable", nothing, 0}} {
		for store := range 4 {
			_, _, content := receiveOne(t, func(c *Config) { c.StoreReceivedPDU = store }, c.event)
			if shown := strings.Contains(content, "\nPDU: "); shown != (store >= c.from) {
				t.Errorf("%s, store_received_pdu %d: PDU shown is %v:\n%s", c.name, store, shown, content)
			}
		}
	}
}

// TestRawNotation keeps what the modem gave, digit for digit.
func TestRawNotation(t *testing.T) {
	t.Parallel()
	e := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	k := e.Kind.(life.Received)
	k.Raw = strings.Replace(upperHex(k.PDU), "0", "x", 1)
	e.Kind = k
	_, _, content := receiveOne(t, nil, e)
	if !strings.Contains(content, "\nPDU: "+k.Raw+"\n") || !strings.HasPrefix(content, "Warning: ") {
		t.Errorf("file:\n%s", content)
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	e := receivedEvent(t, "id", "M1", "text", tpdu.Part{})
	for _, use := range []bool{false, true} {
		var calls func() []string
		copies := t.TempDir()
		r := newInbox(t, func(c *Config) { c.IncomingCopy, c.EventHandlerUseCopy = copies, use })
		calls = r.handler()
		s := New(r.cfg, r.bus, zap.NewNop())
		if err := s.act(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		s.calls.Close()
		names := r.files(copies)
		if len(names) != 1 || r.read(filepath.Join(copies, names[0])) != r.read(filepath.Join(r.cfg.Incoming, r.files(r.cfg.Incoming)[0])) {
			t.Fatalf("copies %q", names)
		}
		dir := r.cfg.Incoming
		if use {
			dir = copies
		}
		if got := calls(); len(got) != 1 || !strings.Contains(got[0], dir+"/M1.") {
			t.Errorf("eventhandler_use_copy %v: calls %q", use, got)
		}
	}
}

// TestReceptionOfOneModem lets the settings of a modem count before the common ones.
func TestReceptionOfOneModem(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	r := newInbox(t, func(c *Config) {
		c.InternalCombine, c.Reception = false, map[string]Reception{
			"M1": {InternalCombine: &yes, CSConvert: &no}, "M2": {InternalCombine: &yes, InternalCombineBinary: &no, DecodeUnicodeText: &yes},
			"M3": {InternalCombineBinary: &yes},
		}
	})
	for modem, want := range map[string]reception{
		"M0": {convert: true}, "M3": {convert: true},
		"M1": {combine: true, combineBinary: true},
		"M2": {convert: true, combine: true, decodeUnicode: true},
	} {
		if got := r.cfg.reception(&life.Event{Modem: &life.Modem{Name: modem}}); got != want {
			t.Errorf("%s: %+v, want %+v", modem, got, want)
		}
	}
	if got := r.cfg.reception(&life.Event{}); got != (reception{convert: true}) {
		t.Errorf("without modem: %+v", got)
	}
}

func TestImpossibleStamp(t *testing.T) {
	t.Parallel()
	cfg := DefaultConfig()
	s := New(cfg, nil, zap.NewNop())
	for want, stamp := range map[string]tpdu.Timestamp{
		"00-00-00 00:00:00": {}, "A4-05-06 07:08:09": {Octets: [7]byte{0x4A, 0x50, 0x60, 0x70, 0x80, 0x90, 0}},
		"24-19-39 45:07:09": {Octets: [7]byte{0x42, 0x91, 0x93, 0x54, 0x70, 0x90, 0}},
		"26-05-06 07:08:09": tpdu.NewTimestamp(time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)),
	} {
		if got := s.stamp(stamp); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s.cfg.TimeFormat = "%d.%m.%Y %H:%M"
	for want, stamp := range map[string]tpdu.Timestamp{"00.00.2000 00:00": {}, "31.04.2024 07:08": {Octets: [7]byte{0x42, 0x40, 0x13, 0x70, 0x80, 0x90, 0}}} {
		if got := s.stamp(stamp); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestCopiesOfOutcomes writes second copies of sent and failed files.
func TestCopiesOfOutcomes(t *testing.T) {
	t.Parallel()
	copies := map[string]string{"sent": t.TempDir(), "failed": t.TempDir()}
	r := newRig(t, func(c *Config) { c.SentCopy, c.FailedCopy = copies["sent"], copies["failed"] })
	r.start()
	for dir, k := range map[string]life.Kind{"sent": sentOnce, "failed": life.Failed{Reason: "a test"}} {
		r.drop(dir, hello)
		r.report(r.take(), k)
		r.wait("the file", func() bool { return len(r.files(r.path(dir))) == 1 })
		names := r.files(copies[dir])
		if len(names) != 1 || !strings.HasPrefix(names[0], "M1.") || r.read(filepath.Join(copies[dir], names[0])) != r.read(filepath.Join(r.path(dir), dir)) {
			t.Errorf("%s: copies %q", dir, names)
		}
	}
}
