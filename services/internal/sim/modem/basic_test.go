package modem

import (
	"strings"
	"testing"
)

func TestCommandLines(t *testing.T) {
	tests := []struct{ line, answer string }{
		{"AT", "\r\nOK\r\n"},
		{"at", "\r\nOK\r\n"},
		{"xxAT", "\r\nOK\r\n"},
		{"\x1b\n\x00AT", "\r\nOK\r\n"},
		{"AX\bT", "\r\nOK\r\n"},
		{"ATE0V1", "\r\nOK\r\n"},
		{"AT+CMEE=1;+CREG=2", "\r\nOK\r\n"},
		{"AT+CMEE=1;+CREG=2;+CREG?", "\r\n+CREG: 2,1,\"00C3\",\"0000A1B2\"\r\n\r\nOK\r\n"},
		{"AT+CMEE=7", "\r\nERROR\r\n"},
		{"AT+NOSUCH", "\r\nERROR\r\n"},
		{"AT+CREG=2;+NOSUCH;+CREG?", "\r\nERROR\r\n"},
		{"AT+CREG!", "\r\nERROR\r\n"},
		{"AT=", "\r\nERROR\r\n"},
		{"AT+CMGS", "\r\nERROR\r\n"},
		{"ATE7", "\r\nERROR\r\n"},
		{"ATS0=3", "\r\nOK\r\n"},
		{"ATS3?", "\r\n013\r\n\r\nOK\r\n"},
		{"ATS4?S5?", "\r\n010\r\n\r\n008\r\n\r\nOK\r\n"},
		{"ATS0?", "\r\n000\r\n\r\nOK\r\n"},
		{"AT&C1&D2X4", "\r\nOK\r\n"},
		{"ATI", "\r\nViesti\r\nSimulated Modem\r\nRevision: 1.0\r\n\r\nOK\r\n"},
		{"AT+CGMI", "\r\nViesti\r\n\r\nOK\r\n"},
		{"AT+CGMM", "\r\nSimulated Modem\r\n\r\nOK\r\n"},
		{"AT+CGMR", "\r\n1.0\r\n\r\nOK\r\n"},
		{"AT+CGSN", "\r\n490154203237518\r\n\r\nOK\r\n"},
		{"AT+CIMI", "\r\n244051234567890\r\n\r\nOK\r\n"},
		{"AT+CCID", "\r\n+CCID: 8935805012345678901\r\n\r\nOK\r\n"},
		{"AT+CNUM", "\r\nOK\r\n"},
		{"AT+CGMI=?", "\r\nOK\r\n"},
		{"AT+CMEE=?", "\r\n+CMEE: (0-2)\r\n\r\nOK\r\n"},
		{"AT+CMGF=?", "\r\n+CMGF: (0,1)\r\n\r\nOK\r\n"},
		{"AT+CSMS=1", "\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n"},
		{"AT+CSMS?", "\r\n+CSMS: 0,1,1,1\r\n\r\nOK\r\n"},
		{`AT+CSCS="ucs2"`, "\r\nOK\r\n"},
		{`AT+CSCS="KLINGON"`, "\r\nERROR\r\n"},
		{"AT+CSCS?", "\r\n+CSCS: \"GSM\"\r\n\r\nOK\r\n"},
		{"AT+CSCA?", "\r\n+CSCA: \"+358501234567\",145\r\n\r\nOK\r\n"},
		{`AT+CSCA="+123;456";+CSCA?`, "\r\n+CSCA: \"+123;456\",145\r\n\r\nOK\r\n"},
		{"AT+CMMS=2;+CMMS?", "\r\n+CMMS: 2\r\n\r\nOK\r\n"},
		{"AT+" + strings.Repeat("x", 2000), "\r\nERROR\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.line[:min(len(tt.line), 20)], func(t *testing.T) {
			dialPipe(t, New(Config{})).quiet().want(tt.line, tt.answer)
		})
	}
}

func TestEchoAndResultForms(t *testing.T) {
	c := dialPipe(t, New(Config{}))
	c.want("AT", "AT\r\r\nOK\r\n")
	c.want("ATE0", "ATE0\r\r\nOK\r\n")
	c.want("ATV0", "0\r")
	c.want("AT+NOSUCH", "4\r")
	c.want("AT+CMGF?", "+CMGF: 0\r\n0\r")
	c.want("AT+CMGR=999", "+CMS ERROR: 321\r\n")
	c.want("ATQ1V1", "")
	c.want("AT", "")
	c.want("ATQ0", "\r\nOK\r\n")
	c.want("ATZ", "\r\nOK\r\n")
	c.want("AT", "AT\r\r\nOK\r\n")
}

func TestRepeatLastLine(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	c.ok("AT+CGMM")
	c.send("A/")
	if got := c.until("OK\r\n"); got != "\r\nSimulated Modem\r\n\r\nOK\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestLinesWithoutATAreIgnored(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	c.send("hello\r\r\n")
	c.want("AT", "\r\nOK\r\n")
}

func TestErrorForms(t *testing.T) {
	c := dialPipe(t, New(Config{NoSIM: true})).quiet()
	c.want("AT+CPIN?", "\r\nERROR\r\n")
	c.want("AT+CMGR=1", "\r\n+CMS ERROR: 310\r\n")
	c.ok("AT+CMEE=1")
	c.want("AT+CPIN?", "\r\n+CME ERROR: 10\r\n")
	c.ok("AT+CMEE=2")
	c.want("AT+CPIN?", "\r\n+CME ERROR: SIM not inserted\r\n")
	c.want("AT+CMGR=1", "\r\n+CMS ERROR: SIM not inserted\r\n")
}

func TestUnknownCommandText(t *testing.T) {
	c := dialPipe(t, New(Config{UnknownCommand: "COMMAND NOT SUPPORT"})).quiet()
	c.want("AT^CURC=0", "\r\nCOMMAND NOT SUPPORT\r\n")
}

func TestCommandListAndHook(t *testing.T) {
	var lines []string
	c := dialPipe(t, New(Config{OnCommand: func(line string) { lines = append(lines, line) }})).quiet()
	if got := c.ok("AT+CLAC"); !strings.Contains(got, "\r\nAT+CMGS\r\n") {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(lines, "|"); got != "ATE0|AT+CLAC" {
		t.Errorf("hook saw %q", got)
	}
}

// TestOnPDU: only the first octet of each PDU counts, not those of commands.
func TestOnPDU(t *testing.T) {
	arrived := make(chan struct{}, 10)
	c := dialPipe(t, New(Config{OnPDU: func() { arrived <- struct{}{} }})).quiet()
	c.prompt(plain)
	if len(arrived) != 0 {
		t.Fatal("told before there was an octet")
	}
	c.send(plain[:1])
	<-arrived
	c.send(plain[1:] + "\x1a")
	c.until("OK\r\n")
	c.submit(plain, "OK\r\n")
	if len(arrived) != 1 {
		t.Errorf("told %d times of the second PDU", len(arrived))
	}
}

// FuzzSession feeds arbitrary octets to the engine in command state and after a
// prompt; it must neither panic nor stop answering.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		"AT\r", "AT+CMGS=19\r" + plain + "\x1a", "AT+CPMS=\"SM\",\"ME\"\r", "AT+CNMI=2,1,0,1,0\r",
		"AT+CMGL=4\rAT+CMGD=1,4\r", "ATD123;\rATH\r", "AT+CPBW=,\"1\",129,\"x\"\rAT+CPBR=1,20\r",
		"AT+CUSD=1,\"*100#\",15\r", "AT+CFUN=1,1\r", "A/A/", "ATS3?\r", "AT+CMGW=19\r\x1b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		m := New(Config{AnyLength: true, Number: "358401234567"})
		var out strings.Builder
		s := newSession(t.Context(), m, struct {
			*strings.Reader
			*strings.Builder
		}{nil, &out})
		m.attach(s)
		m.Deliver("0791535810325476240C9153482110325400006211022163140005C8329BFD06")
		if err := s.take(in); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		s.take([]byte("\x1b\r\x1bATQ0V1\r"))
		s.out.flush()
		if !strings.Contains(out.String(), "OK\r\n") {
			t.Fatalf("no answer after %q", in)
		}
	})
}
