package modem

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

const (
	routedMessage = "\r\n+CMT: ,24\r\n" + received + "\r\n"
	routedClass2  = "\r\n+CMT: ,24\r\n" + receivedC + "\r\n"
	routedReport  = "\r\n+CDS: 25\r\n" + report + "\r\n"
)

func TestIndications(t *testing.T) {
	tests := []struct {
		name, cnmi, pdu, shows, memory string
	}{
		{"stored silently", "2,0,0,0,0", received, "", "SM"},
		{"stored and told", "2,1,0,0,0", received, "\r\n+CMTI: \"SM\",1\r\n", "SM"},
		{"routed", "2,2,0,0,0", received, routedMessage, ""},
		{"class 2 stays in the SIM", "2,2,0,0,0", receivedC, "\r\n+CMTI: \"SM\",1\r\n", "SM"},
		{"class 3 only", "2,3,0,0,0", received, "\r\n+CMTI: \"SM\",1\r\n", "SM"},
		{"report not routed", "2,1,0,0,0", report, "", ""},
		{"report routed", "2,1,0,1,0", report, routedReport, ""},
		{"report stored", "2,1,0,2,0", report, "\r\n+CDSI: \"SR\",1\r\n", "SR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := New(Config{})
				c := dialPipe(t, m).quiet()
				c.ok("AT+CNMI=" + tt.cnmi)
				if err := m.Deliver(tt.pdu); err != nil {
					t.Fatal(err)
				}
				if got := c.until(tt.shows); got != tt.shows {
					t.Errorf("got %q", got)
				}
				c.silent(time.Second)
				if m.Waiting() != 0 {
					t.Error("still waiting")
				}
				if tt.memory != "" {
					c.ok(`AT+CPMS="` + tt.memory + `"`)
					c.want("AT+CMGD=?", "\r\n+CMGD: (1),(0-4)\r\n\r\nOK\r\n")
				}
			})
		})
	}
}

func TestClass3IsRouted(t *testing.T) {
	const class3 = "0791535810325476240C9153482110325400F36211022163140005C8329BFD06"
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CNMI=2,3")
	m.Deliver(class3)
	c.until("\r\n+CMT: ,24\r\n" + class3 + "\r\n")
}

func TestIndicationSettings(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	c.want("AT+CNMI?", "\r\n+CNMI: 0,0,0,0,0\r\n\r\nOK\r\n")
	c.want("AT+CNMI=2,1,,2;+CNMI?", "\r\n+CNMI: 2,1,0,2,0\r\n\r\nOK\r\n")
	c.want("AT+CNMI=4", "\r\n+CMS ERROR: 302\r\n")
	c.want("AT+CNMI=1,1,1,1,1,1", "\r\n+CMS ERROR: 302\r\n")
	c.want("AT+CNMI=?", "\r\n+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)\r\n\r\nOK\r\n")
}

func TestModeZeroBuffers(t *testing.T) {
	m := New(Config{Memories: []Memory{{"SM", 200}}})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CNMI=0,1")
	for range maxBuffered + 1 {
		m.Deliver(received)
	}
	c.want("AT", "\r\nOK\r\n")
	c.ok("AT+CNMI=2,1,0,0,0")
	if got := c.until("\r\n\r\n"); got != "\r\n+CMTI: \"SM\",2\r\n\r\n" {
		t.Errorf("first indication: %q", got)
	}
	c.until("+CMTI: \"SM\",65\r\n")
	c.ok("AT+CNMI=0,1")
	m.Deliver(received)
	c.ok("AT+CNMI=2,1,0,0,1")
	c.want("AT", "\r\nOK\r\n")
}

func TestFullMemory(t *testing.T) {
	m := New(Config{Memories: []Memory{{"SM", 1}}})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CNMI=2,1")
	m.Deliver(received)
	m.Deliver(receivedC)
	c.until("+CMTI: \"SM\",1\r\n")
	if m.Waiting() != 1 {
		t.Fatalf("%d waiting", m.Waiting())
	}
	c.want("AT+CMGD=1", "\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n")
	c.want("AT+CMGR=1", "\r\n+CMGR: 0,,24\r\n"+receivedC+"\r\n\r\nOK\r\n")

	loses := New(Config{Memories: []Memory{{"SM", 1}}, FullLoses: true})
	loses.Deliver(received)
	loses.Deliver(received)
	if loses.Waiting() != 0 {
		t.Error("a full memory did not lose the message")
	}
}

func TestAcknowledgement(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CSMS=1;+CNMI=2,2,0,1,0")
	c.want("AT+CNMA", "\r\n+CMS ERROR: 340\r\n")
	m.Deliver(received)
	m.Deliver(report)
	c.until(routedMessage)
	c.want("AT", "\r\nOK\r\n")
	c.want("AT+CNMA", "\r\nOK\r\n"+routedReport)
	c.want("AT+CNMA=1", "\r\nOK\r\n")
	c.want("AT+CNMA=1", "\r\n+CMS ERROR: 340\r\n")
	c.want("AT+CNMA=3", "\r\n+CMS ERROR: 302\r\n")
}

func TestAcknowledgementWithPDU(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CSMS=1;+CNMI=2,2")
	m.Deliver(received)
	c.until(routedMessage)
	c.send("AT+CNMA=1,3\r")
	c.until("> ")
	c.send("000000\x1a")
	c.until("\r\nOK\r\n")
	c.want("AT+CNMA", "\r\n+CMS ERROR: 340\r\n")
}

func TestMissingAcknowledgementEndsRouting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{AckTimeout: 10 * time.Second})
		c := dialPipe(t, m).quiet()
		c.ok("AT+CSMS=1;+CNMI=2,2,0,1,0")
		m.Deliver(received)
		c.until(routedMessage)
		c.silent(11 * time.Second)
		c.want("AT+CNMI?", "\r\n+CNMI: 2,0,0,0,0\r\n\r\nOK\r\n")
		c.want("AT+CMGR=1", "\r\n+CMGR: 0,,24\r\n"+received+"\r\n\r\nOK\r\n")
	})
}

func TestRefusedMessageComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{AckTimeout: 10 * time.Second})
		c := dialPipe(t, m).quiet()
		c.ok("AT+CSMS=1;+CNMI=2,2")
		m.Deliver(received)
		c.until(routedMessage)
		c.ok("AT+CNMA=2")
		c.silent(9 * time.Second)
		c.until(routedMessage)
		c.ok("AT+CNMA=0")
		c.silent(time.Minute)
	})
}

func TestPowerLossRepeatsWhatWasNotAcknowledged(t *testing.T) {
	m := New(Config{})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CSMS=1;+CNMI=2,2")
	m.Deliver(received)
	c.until(routedMessage)
	m.PowerCycle()
	if _, used := c.ok("ATE0"), m.Waiting(); used != 0 {
		t.Errorf("%d waiting", used)
	}
	c.want("AT+CMGD=?", "\r\n+CMGD: (1),(0-4)\r\n\r\nOK\r\n")
}

func TestMessagesWaitForTheModem(t *testing.T) {
	m := New(Config{PIN: "1"})
	m.Deliver(received)
	if m.Waiting() != 1 {
		t.Error("delivered without a PIN")
	}
	c := dialPipe(t, m).quiet()
	c.ok(`AT+CPIN="1"`)
	c.ok("AT+CNMI=2,2;+CFUN=0")
	m.Deliver(receivedC)
	if m.Waiting() != 1 {
		t.Error("delivered to a modem that is off")
	}
	c.want("AT+CFUN=1", "\r\nOK\r\n\r\n+CMTI: \"SM\",2\r\n")
}

func TestRoutedMessagesWaitForATerminal(t *testing.T) {
	m := New(Config{})
	first := dialPipe(t, m).quiet()
	first.ok("AT+CNMI=2,2")
	first.hangUp()
	m.Deliver(received)
	if m.Waiting() != 1 {
		t.Error("routed to nobody")
	}
	dialPipe(t, m).until(routedMessage)
}

func TestUnsolicitedLinesWaitForTheAnswer(t *testing.T) {
	for _, eager := range []bool{false, true} {
		m := New(Config{EagerURC: eager})
		c := dialPipe(t, m).quiet()
		c.prompt(plain)
		m.URC("^RSSI:19")
		c.send(plain + "\x1a")
		want := accepted + "\r\n^RSSI:19\r\n"
		if eager {
			want = "\r\n^RSSI:19\r\n" + accepted
		}
		if got := c.until(want); got != want {
			t.Errorf("eager %v: got %q", eager, got)
		}
	}
}

func TestBrokenPDUsArePassedOn(t *testing.T) {
	m := New(Config{Memories: []Memory{{"SM", 9}}})
	for _, pdu := range []string{"0791535810", "XYZ", "FF915305", "00", "zz0791"} {
		if err := m.Deliver(pdu); err != nil {
			t.Errorf("%s: %v", pdu, err)
		}
	}
	c := dialPipe(t, m).quiet()
	c.want("AT+CMGR=1", "\r\n+CMGR: 0,,0\r\n0791535810\r\n\r\nOK\r\n")
	c.want("AT+CMGR=2", "\r\n+CMGR: 0,,0\r\nXYZ\r\n\r\nOK\r\n")
	for _, pdu := range []string{"", "00\r\nOK", "00\n"} {
		if err := m.Deliver(pdu); !errors.Is(err, ErrNoMessage) {
			t.Errorf("%q: %v", pdu, err)
		}
	}
}
