package modem

import "testing"

func TestPIN(t *testing.T) {
	c := dialPipe(t, New(Config{PIN: "1234", PUK: "12345678"})).quiet()
	c.ok("AT+CMEE=1;+CREG=1")
	c.want("AT+CPIN?", "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n")
	c.want("AT+CREG?", "\r\n+CREG: 1,0\r\n\r\nOK\r\n")
	c.want("AT+CIMI", "\r\n+CME ERROR: 11\r\n")
	c.want("AT+CMGS=19", "\r\n+CMS ERROR: 311\r\n")
	c.want(`AT+CPIN="0000"`, "\r\n+CME ERROR: 16\r\n")
	c.want(`AT+CPIN="1234"`, "\r\nOK\r\n\r\n+CREG: 1\r\n")
	c.want("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n")
	c.want(`AT+CPIN="1234"`, "\r\n+CME ERROR: 3\r\n")
}

func TestThreeWrongPINsAskForThePUK(t *testing.T) {
	m := New(Config{PIN: "1234", PUK: "12345678"})
	c := dialPipe(t, m).quiet()
	c.ok("AT+CMEE=1")
	for range 3 {
		c.want(`AT+CPIN="0000"`, "\r\n+CME ERROR: 16\r\n")
	}
	c.want("AT+CPIN?", "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n")
	c.want("AT+CMGR=1", "\r\n+CMS ERROR: 316\r\n")
	c.want(`AT+CPIN="1234"`, "\r\n+CME ERROR: 12\r\n")
	m.PowerCycle()
	c.ok("ATE0+CMEE=1")
	c.want("AT+CPIN?", "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n")
	c.want(`AT+CPIN="12345678","4321"`, "\r\nOK\r\n")
	m.PowerCycle()
	c.ok("ATE0")
	c.want(`AT+CPIN="4321"`, "\r\nOK\r\n")
}

func TestTenWrongPUKsAreTheEnd(t *testing.T) {
	c := dialPipe(t, New(Config{PIN: "1", PUK: "2"})).quiet()
	c.ok("AT+CMEE=1")
	for range 3 {
		c.want(`AT+CPIN="0"`, "\r\n+CME ERROR: 16\r\n")
	}
	for range 10 {
		c.want(`AT+CPIN="0","1"`, "\r\n+CME ERROR: 16\r\n")
	}
	c.want("AT+CPIN?", "\r\n+CME ERROR: 13\r\n")
	c.want(`AT+CPIN="2","1"`, "\r\n+CME ERROR: 13\r\n")
	c.want("AT+CMGR=1", "\r\n+CMS ERROR: 313\r\n")
}

func TestNoSIM(t *testing.T) {
	c := dialPipe(t, New(Config{NoSIM: true})).quiet()
	c.ok("AT+CMEE=1")
	c.want("AT+CPIN?", "\r\n+CME ERROR: 10\r\n")
	c.want(`AT+CPIN="1"`, "\r\n+CME ERROR: 10\r\n")
	c.want("AT+CMGR=1", "\r\n+CMS ERROR: 310\r\n")
}
