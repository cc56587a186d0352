package modem

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"
)

func TestDialling(t *testing.T) {
	m := New(Config{Calls: []Call{
		{Match: regexp.MustCompile("1$"), Result: "BUSY"},
		{Match: regexp.MustCompile("2$"), Result: "NO ANSWER"},
		{Match: regexp.MustCompile("3$")},
	}})
	c := dialPipe(t, m).quiet()
	c.want("ATD01;", "\r\nBUSY\r\n")
	c.want("ATDT+3582;", "\r\nNO ANSWER\r\n")
	c.want("ATD123", "\r\nNO CARRIER\r\n")
	c.want("ATD;", "\r\nERROR\r\n")
	c.want("AT+CPAS", "\r\n+CPAS: 0\r\n\r\nOK\r\n")
	c.want("AT+VTS=1", "\r\nERROR\r\n")
	c.want("ATD03;", "\r\nOK\r\n")
	c.want("ATD04;", "\r\nERROR\r\n")
	c.want("AT+CPAS", "\r\n+CPAS: 4\r\n\r\nOK\r\n")
	c.want("AT+CLCC", "\r\n+CLCC: 1,0,0,0,0,\"03\",129\r\n\r\nOK\r\n")
	c.want("AT+VTS=1;+VTS=#", "\r\nOK\r\n")
	c.want("AT+CHUP", "\r\nOK\r\n")
	c.want("AT+CLCC", "\r\nOK\r\n")
	c.want("ATD04;", "\r\nOK\r\n")
	c.want("ATH", "\r\nOK\r\n")
}

func TestCallTakesTimeAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Calls: []Call{{After: 10 * time.Second, HangUpAfter: time.Minute}}})
		c := dialPipe(t, m).quiet()
		start := time.Now()
		c.send("ATD123;\r")
		<-time.After(10 * time.Second)
		c.until("\r\nOK\r\n")
		<-time.After(time.Minute - time.Second)
		c.until("\r\nNO CARRIER\r\n")
		if d := time.Since(start); d != 70*time.Second {
			t.Errorf("ended after %v", d)
		}
		c.want("AT+CPAS", "\r\n+CPAS: 0\r\n\r\nOK\r\n")
	})
}

func TestIncomingCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{})
		c := dialPipe(t, m).quiet()
		c.ok("AT+CLIP=1")
		c.want("AT+CLIP?", "\r\n+CLIP: 1,1\r\n\r\nOK\r\n")
		if !m.Ring("358401234567") || m.Ring("1") {
			t.Fatal("one call must ring, and only one")
		}
		ring := "\r\nRING\r\n\r\n+CLIP: \"+358401234567\",145\r\n"
		if got := c.until("145\r\n"); got != ring {
			t.Errorf("got %q", got)
		}
		c.silent(4 * time.Second)
		c.until(ring)
		c.want("AT+CPAS", "\r\n+CPAS: 3\r\n\r\nOK\r\n")
		c.want("AT+CLCC", "\r\n+CLCC: 1,1,4,0,0,\"+358401234567\",145\r\n\r\nOK\r\n")
		c.want("ATA", "\r\nOK\r\n")
		c.silent(time.Minute)
		c.want("ATA", "\r\nNO CARRIER\r\n")
		m.GiveUp()
		c.until("\r\nNO CARRIER\r\n")
		m.GiveUp()
		c.want("AT+CLCC", "\r\nOK\r\n")
	})
}

func TestMissedCalls(t *testing.T) {
	m := New(Config{PhonebookSize: 2})
	c := dialPipe(t, m).quiet()
	for _, number := range []string{"111", "0222", "358333333"} {
		m.Ring(number)
		c.until("\r\nRING\r\n")
		m.GiveUp()
		c.until("\r\nNO CARRIER\r\n")
	}
	c.want(`AT+CPBS="MC"`, "\r\nOK\r\n")
	c.want("AT+CPBS?", "\r\n+CPBS: \"MC\",2,2\r\n\r\nOK\r\n")
	c.want("AT+CPBR=?", "\r\n+CPBR: (1-2),40,20\r\n\r\nOK\r\n")
	c.want("AT+CPBR=1,2", "\r\n+CPBR: 1,\"+358333333\",145,\"\"\r\n\r\n+CPBR: 2,\"0222\",129,\"\"\r\n\r\nOK\r\n")
	c.want("AT+CPBW=2;+CPBW=1", "\r\nOK\r\n")
	c.want("AT+CPBR=1", "\r\nOK\r\n")
	c.want("AT+CPBR=3", "\r\nERROR\r\n")
	c.want("AT+CPBR=0", "\r\nERROR\r\n")
}

func TestPhonebook(t *testing.T) {
	c := dialPipe(t, New(Config{PhonebookSize: 2})).quiet()
	c.ok("AT+CMEE=1")
	c.want("AT+CPBW=?", "\r\n+CPBW: (1-2),40,(129,145),20\r\n\r\nOK\r\n")
	c.ok(`AT+CPBW=2,"112",129,"Help, me"`)
	c.ok(`AT+CPBW=,"113",129,"B"`)
	c.want(`AT+CPBW=,"114"`, "\r\n+CME ERROR: 20\r\n")
	c.want("AT+CPBR=1,2", "\r\n+CPBR: 1,\"113\",129,\"B\"\r\n\r\n+CPBR: 2,\"112\",129,\"Help, me\"\r\n\r\nOK\r\n")
	c.want("AT+CPBW=3", "\r\n+CME ERROR: 21\r\n")
	c.want(`AT+CPBS="XX"`, "\r\n+CME ERROR: 3\r\n")
}

func TestUSSD(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{USSD: []USSD{
			{Code: "*100#", Reply: "Balance 1 €", DCS: 15, After: 2 * time.Second},
			{Code: "*200#", Reply: "1: yes", Status: 1, DCS: 15},
		}})
		c := dialPipe(t, m).quiet()
		c.want(`AT+CUSD=1,"*200#",15`, "\r\nOK\r\n\r\n+CUSD: 1,\"1: yes\",15\r\n")
		c.want(`AT+CUSD=1,"*999#"`, "\r\nOK\r\n\r\n+CUSD: 4\r\n")
		c.want("AT+CUSD?", "\r\n+CUSD: 1\r\n\r\nOK\r\n")
		c.ok(`AT+CSCS="UCS2"`)
		c.want(`AT+CUSD=1,"002A0031003000300023",15`, "\r\nOK\r\n")
		c.silent(time.Second)
		c.until("\r\n+CUSD: 0,\"00420061006C0061006E0063006500200031002020AC\",15\r\n")
		c.ok(`AT+CSCS="HEX"`)
		c.want(`AT+CUSD=1,"2A32303023"`, "\r\nOK\r\n\r\n+CUSD: 1,\"313A20796573\",15\r\n")
		c.want("AT+CUSD=2", "\r\nOK\r\n")
		c.want("AT+CUSD=3", "\r\nERROR\r\n")
		m.SetRegistration(NotRegistered)
		c.want(`AT+CUSD=1,"*100#"`, "\r\nERROR\r\n")
	})
}

// TestPackedUSSD uses codes and answers that were packed by hand: "*100#" with an
// escaped bracket in the answer, "*101#" with a filler after seven characters.
func TestPackedUSSD(t *testing.T) {
	m := New(Config{USSDPacked: true, USSD: []USSD{{Code: "*100#", Reply: "Hello {", DCS: 15}, {Code: "*101#", Reply: "1234567", DCS: 15}}})
	c := dialPipe(t, m).quiet()
	c.want(`AT+CUSD=1,"AA180C3602",15`, "\r\nOK\r\n\r\n+CUSD: 0,\"C8329BFD066D50\",15\r\n")
	c.want(`AT+CUSD=1,"AA182C3602",15`, "\r\nOK\r\n\r\n+CUSD: 0,\"31D98C56B3DD1A\",15\r\n")
	for _, text := range []string{"", "1234567", "12345678", "€{}"} {
		if got := unpackUSSD(packUSSD(text)); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
