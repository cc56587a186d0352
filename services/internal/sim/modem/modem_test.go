package modem

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// hello is "Hello" to 358401234567 with a status report asked for; plain asks
// for none.
const (
	hello = "0031000C915348103254760000FF05C8329BFD06"
	plain = "0011000C915348103254760000FF05C8329BFD06"
)

// accepted is the answer to the first message of a modem.
const accepted = "\r\n+CMGS: 1\r\n\r\nOK\r\n"

var ignoreTime = cmpopts.IgnoreFields(Record{}, "Time", "TPDU")

func TestSubmitIsAnsweredAndRecorded(t *testing.T) {
	m := New(Config{Name: "m1"})
	c := dialPipe(t, m).quiet()
	if got := c.submit(strings.ToLower(hello), "OK\r\n"); got != accepted {
		t.Fatalf("got %q", got)
	}
	want := []Record{{Modem: "m1", HexPDU: hello, Length: 19, Accepted: true, MR: 1, Result: "OK"}}
	if diff := cmp.Diff(want, m.Records(), ignoreTime); diff != "" {
		t.Error(diff)
	}
	if got := m.Records()[0].TPDU; len(got) != 19 || got[0] != 0x31 {
		t.Errorf("TPDU %X", got)
	}
}

func TestMessageReferenceWrapsAround(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	for range 256 {
		c.submit(plain, "OK\r\n")
	}
	if got := m.Records()[255].MR; got != 0 {
		t.Errorf("message reference of the 256th message: %d", got)
	}
}

func TestPDUsThatAreRefused(t *testing.T) {
	tests := []struct {
		name, length, pdu string
	}{
		{"length too short", "18", plain},
		{"length too long", "20", plain},
		{"no hexadecimal", "19", "00" + strings.Repeat("XY", 19)},
		{"a deliver", "24", "000441915348103254760000" + "62112022631400" + "05C8329BFD06"},
		{"truncated user data", "18", plain[:len(plain)-2]},
		{"smsc beyond the end", "19", "FF" + plain[2:]},
		{"empty", "19", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := New(Config{})
			c := dialPipe(t, m).quiet()
			c.send("AT+CMGS=" + tt.length + "\r")
			c.until("> ")
			c.send(tt.pdu + "\x1a")
			if got := c.until("304\r\n"); got != "\r\n+CMS ERROR: 304\r\n" {
				t.Errorf("got %q", got)
			}
			want := []Record{{Modem: "modem", HexPDU: tt.pdu, MR: -1, Result: "+CMS ERROR: 304"}}
			if diff := cmp.Diff(want, m.Records(), ignoreTime, cmpopts.IgnoreFields(Record{}, "Length")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLengthsThatAreRefused(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	for _, length := range []string{"", "0", "-1", "165", "x"} {
		c.want("AT+CMGS="+length, "\r\n+CMS ERROR: 304\r\n")
	}
}

func TestAnyLengthTakesEverything(t *testing.T) {
	m := New(Config{AnyLength: true})
	c := dialPipe(t, m).quiet()
	for _, pdu := range []string{plain, "zz", "00"} {
		c.send("AT+CMGS=-1\r")
		c.until("> ")
		c.send(pdu + "\x1a")
		c.until("\r\nOK\r\n")
	}
	if got := m.Records(); len(got) != 3 || got[2].MR != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestEscapeCancels(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.prompt(plain)
	c.send(plain[:8] + "\x1b")
	if got := c.until("OK\r\n"); got != "\r\nOK\r\n" {
		t.Errorf("got %q", got)
	}
	c.want("AT", "\r\nOK\r\n")
	if n := m.Journal().Len(); n != 0 {
		t.Errorf("%d records", n)
	}
}

func TestLineEndsWithinAPDUAreIgnored(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.prompt(plain)
	c.send(plain[:10] + "\r\n" + plain[10:] + "\x1a")
	c.until("OK\r\n")
	if got := m.Records()[0].HexPDU; got != plain {
		t.Errorf("got %s", got)
	}
}

func TestEchoOfPDU(t *testing.T) {
	c := dialPipe(t, New(Config{}))
	c.send("ATE1+CMGS=19\r")
	if got := c.until("> "); got != "ATE1+CMGS=19\r\r\n> " {
		t.Fatalf("got %q", got)
	}
	c.send(plain + "\x1a")
	if got := c.until("OK\r\n"); got != plain+accepted {
		t.Errorf("got %q", got)
	}
}

func TestStoredMessageIsSent(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.send("AT+CMGW=19\r")
	c.until("> ")
	c.send(plain + "\x1a")
	if got := c.until("OK\r\n"); got != "\r\n+CMGW: 1\r\n\r\nOK\r\n" {
		t.Fatalf("got %q", got)
	}
	c.want("AT+CMGR=1", "\r\n+CMGR: 2,,19\r\n"+plain+"\r\n\r\nOK\r\n")
	c.want("AT+CMSS=1", "\r\n+CMSS: 1\r\n\r\nOK\r\n")
	c.want("AT+CMGR=1", "\r\n+CMGR: 3,,19\r\n"+plain+"\r\n\r\nOK\r\n")
	c.want("AT+CMSS=2", "\r\n+CMS ERROR: 321\r\n")
	c.want("AT+CMSS=1,\"123\"", "\r\n+CMS ERROR: 302\r\n")
	if got := m.Records(); len(got) != 1 || got[0].HexPDU != plain {
		t.Errorf("got %+v", got)
	}
}

func TestStateOutlivesTheConnection(t *testing.T) {
	m := New(Config{})
	first := dialPipe(t, m).quiet()
	first.ok("AT+CMEE=2")
	first.prompt(plain)
	first.conn.Close()
	second := dialPipe(t, m)
	second.want("AT+CMEE?", "\r\n+CMEE: 2\r\n\r\nOK\r\n")
	m.PowerCycle()
	second.want("AT+CMEE?", "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n")
}

func benchmarkSubmit(b *testing.B, c *client) {
	c.quiet()
	b.ReportAllocs()
	for b.Loop() {
		c.send("AT+CMGS=19\r")
		c.until("> ")
		c.send(plain + "\x1a")
		c.until("OK\r\n")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

func BenchmarkSubmitPipe(b *testing.B) { benchmarkSubmit(b, dialPipe(b, New(Config{}))) }

func BenchmarkSubmitPTY(b *testing.B) {
	link := filepath.Join(b.TempDir(), "modem1")
	l, err := New(Config{}).ListenPTY(link)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	benchmarkSubmit(b, openSerial(b, link))
}
