package modem

import (
	"bytes"
	"errors"
	"testing"
)

// received is a message to a modem, without and with class 2; report is a
// status report.
const (
	received  = "0791535810325476240C9153482110325400006211022163140005C8329BFD06"
	receivedC = "0791535810325476240C9153482110325400F26211022163140005C8329BFD06"
	report    = "079153581032547606010C91534810325476621102216314006211022163140000"
)

func TestMemories(t *testing.T) {
	c := dialPipe(t, New(Config{Memories: []Memory{{"SM", 2}, {"ME", 3}}})).quiet()
	c.want("AT+CPMS=?", "\r\n+CPMS: (\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\",\"MT\")\r\n\r\nOK\r\n")
	c.want("AT+CPMS?", "\r\n+CPMS: \"SM\",0,2,\"SM\",0,2,\"SM\",0,2\r\n\r\nOK\r\n")
	c.want(`AT+CPMS="ME"`, "\r\n+CPMS: 0,3,0,2,0,2\r\n\r\nOK\r\n")
	c.want(`AT+CPMS="mt","SM","ME"`, "\r\n+CPMS: 0,5,0,2,0,3\r\n\r\nOK\r\n")
	c.want(`AT+CPMS="SR"`, "\r\n+CMS ERROR: 302\r\n")
	c.want("AT+CPMS?", "\r\n+CPMS: \"MT\",0,5,\"SM\",0,2,\"ME\",0,3\r\n\r\nOK\r\n")
}

func TestOneAndTwoMemoryArguments(t *testing.T) {
	one := dialPipe(t, New(Config{MemoryArguments: 1, Memories: []Memory{{"SM", 2}}})).quiet()
	one.want("AT+CPMS=?", "\r\n+CPMS: (\"SM\")\r\n\r\nOK\r\n")
	one.want("AT+CPMS?", "\r\n+CPMS: \"SM\",0,2\r\n\r\nOK\r\n")
	one.want(`AT+CPMS="SM","SM"`, "\r\n+CMS ERROR: 302\r\n")
	two := dialPipe(t, New(Config{MemoryArguments: 2, Memories: []Memory{{"SM", 2}}})).quiet()
	two.want(`AT+CPMS="SM","SM"`, "\r\n+CPMS: 0,2,0,2\r\n\r\nOK\r\n")
}

func TestReadListDelete(t *testing.T) {
	m := New(Config{Memories: []Memory{{"SM", 4}}})
	c := dialPipe(t, m).quiet()
	for stat := range 4 {
		if _, err := m.Store("SM", stat, received); err != nil {
			t.Fatal(err)
		}
	}
	c.want("AT+CMGD=?", "\r\n+CMGD: (1,2,3,4),(0-4)\r\n\r\nOK\r\n")
	c.want("AT+CMGL=3", "\r\n+CMGL: 4,3,,24\r\n"+received+"\r\n\r\nOK\r\n")
	c.want("AT+CMGL", "\r\n+CMGL: 1,0,,24\r\n"+received+"\r\n\r\nOK\r\n")
	c.want("AT+CMGL=0", "\r\nOK\r\n")
	c.want("AT+CMGL=1", "\r\n+CMGL: 1,1,,24\r\n"+received+"\r\n+CMGL: 2,1,,24\r\n"+received+"\r\n\r\nOK\r\n")
	c.want("AT+CMGL=5", "\r\n+CMS ERROR: 302\r\n")
	c.want("AT+CMGR=2", "\r\n+CMGR: 1,,24\r\n"+received+"\r\n\r\nOK\r\n")
	c.want("AT+CMGD=2", "\r\nOK\r\n")
	c.want("AT+CMGR=2", "\r\nOK\r\n")
	c.want("AT+CMGD=2", "\r\nOK\r\n")
	c.want("AT+CMGD=0", "\r\n+CMS ERROR: 321\r\n")
	c.want("AT+CMGR=5", "\r\n+CMS ERROR: 321\r\n")
	c.want("AT+CMGD=1,9", "\r\n+CMS ERROR: 302\r\n")
}

func TestDeleteFlags(t *testing.T) {
	tests := []struct{ flag, left string }{
		{"1", "(1,3,4)"}, {"2", "(1,3)"}, {"3", "(1)"}, {"4", "()"},
	}
	for _, tt := range tests {
		m := New(Config{})
		c := dialPipe(t, m).quiet()
		for stat := range 4 {
			m.Store("SM", stat, received)
		}
		c.ok("AT+CMGD=1," + tt.flag)
		c.want("AT+CMGD=?", "\r\n+CMGD: "+tt.left+",(0-4)\r\n\r\nOK\r\n")
	}
}

func TestIndexesFromZeroAndUnion(t *testing.T) {
	m := New(Config{FirstIndex0: true, Memories: []Memory{{"SM", 1}, {"ME", 1}}})
	c := dialPipe(t, m).quiet()
	c.ok(`AT+CPMS="MT","MT","MT"`)
	for want := range 2 {
		if got, err := m.Store("MT", 0, received); got != want || err != nil {
			t.Fatalf("got %d, %v", got, err)
		}
	}
	c.want("AT+CPMS?", "\r\n+CPMS: \"MT\",2,2,\"MT\",2,2,\"MT\",2,2\r\n\r\nOK\r\n")
	c.want("AT+CMGR=1", "\r\n+CMGR: 0,,24\r\n"+received+"\r\n\r\nOK\r\n")
	c.ok("AT+CMGD=1")
	c.ok(`AT+CPMS="ME"`)
	c.want("AT+CMGD=?", "\r\n+CMGD: (),(0-4)\r\n\r\nOK\r\n")
}

func TestStoreErrors(t *testing.T) {
	m := New(Config{Memories: []Memory{{"SM", 1}}})
	if _, err := m.Store("XX", 0, received); !errors.Is(err, ErrNoMemory) {
		t.Errorf("got %v", err)
	}
	m.Store("SM", 0, received)
	if _, err := m.Store("SM", 0, received); !errors.Is(err, ErrMemoryFull) {
		t.Errorf("got %v", err)
	}
	c := dialPipe(t, m).quiet()
	c.send("AT+CMGW=19\r")
	c.until("> ")
	c.send(plain + "\x1a")
	c.until("\r\n+CMS ERROR: 322\r\n")
	c.send("AT+CMGW=18\r")
	c.until("> ")
	c.send(plain + "\x1a")
	c.until("\r\n+CMS ERROR: 304\r\n")
	c.want("AT+CMGW=0", "\r\n+CMS ERROR: 304\r\n")
}

// TestTextMode: what a terminal sees that takes the modem to be in PDU mode, and a PDU
// that goes out as a text to the number that its length is.
func TestTextMode(t *testing.T) {
	m := New(Config{TextMode: true})
	c := dialPipe(t, m).quiet()
	if _, err := m.Store("SM", 0, plain); err != nil {
		t.Fatal(err)
	}
	c.want("AT+CMGR=1", "\r\n+CMGR: \"REC UNREAD\",\"+358401234567\",,\"22/01/01,00:00:00+08\"\r\nSecret text\r\n\r\nOK\r\n")
	c.want("AT+CMGS=\"\"", "\r\n+CMS ERROR: 302\r\n")
	c.send("AT+CMGS=18\r")
	c.until("> ")
	c.send(plain + "\x1a")
	c.until("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	if r := m.Records(); len(r) != 1 || !r[0].TextMode || !r[0].Accepted || r[0].Length != 18 || r[0].HexPDU != plain {
		t.Errorf("records %+v", r)
	}
}

// TestSpelling: results as numbers from the start, and other letters.
func TestSpelling(t *testing.T) {
	c := dialPipe(t, New(Config{Terse: true, Spell: bytes.ToLower}))
	c.send("ATE0\r")
	c.until("ate0\r0\r")
	c.want("AT+CSCS?", "+cscs: \"gsm\"\r\n0\r")
	c.want("AT+NO", "4\r")
}

func TestTextModeHasNoMessages(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	c.ok("AT+CMGF=1")
	c.want("AT+CMGF?", "\r\n+CMGF: 1\r\n\r\nOK\r\n")
	c.want("AT+CMGL=4", "\r\n+CMS ERROR: 303\r\n")
	c.ok("AT+CMGF=0")
	c.want("AT+CMGL=4", "\r\nOK\r\n")
}
