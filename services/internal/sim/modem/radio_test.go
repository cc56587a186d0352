package modem

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRegistration(t *testing.T) {
	m := New(Config{Operator: "Test", Registration: Searching, Signal: 12})
	c := dialPipe(t, m).quiet()
	c.want("AT+CREG?", "\r\n+CREG: 0,2\r\n\r\nOK\r\n")
	c.want("AT+COPS?", "\r\n+COPS: 0\r\n\r\nOK\r\n")
	c.want("AT+CSQ", "\r\n+CSQ: 12,99\r\n\r\nOK\r\n")
	c.ok("AT+CREG=2;+CGREG=1;+CEREG=0")
	m.SetRegistration(RegisteredRoaming)
	c.until("\r\n+CREG: 5,\"00C3\",\"0000A1B2\"\r\n\r\n+CGREG: 5\r\n")
	c.want("AT+CEREG?", "\r\n+CEREG: 0,5\r\n\r\nOK\r\n")
	c.want("AT+CREG=?", "\r\n+CREG: (0-2)\r\n\r\nOK\r\n")
	c.want("AT+COPS=3,0;+COPS?", "\r\n+COPS: 0,0,\"Test\",2\r\n\r\nOK\r\n")
	c.want("AT+COPS=1;+COPS?", "\r\n+COPS: 1,0,\"Test\",2\r\n\r\nOK\r\n")
	c.want("AT+COPS=9", "\r\nERROR\r\n")
	m.SetSignal(99)
	c.want("AT+CSQ", "\r\n+CSQ: 99,99\r\n\r\nOK\r\n")
}

func TestRegistrationStates(t *testing.T) {
	want := map[Registration]int{
		RegisteredHome: 1, Searching: 2, RegistrationDenied: 3, RegistrationUnknown: 4,
		RegisteredRoaming: 5, RegisteredHomeSMS: 6, RegisteredRoamingSMS: 7, NotRegistered: 0,
	}
	for r, stat := range want {
		if got := r.stat(); got != stat {
			t.Errorf("registration %d shows %d, want %d", r, got, stat)
		}
	}
}

func TestNoServiceRefusesMessages(t *testing.T) {
	m := New(Config{Registration: RegistrationDenied})
	c := dialPipe(t, m).quiet()
	c.submit(plain, "\r\n+CMS ERROR: 331\r\n")
	m.SetRegistration(RegisteredHomeSMS)
	c.submit(plain, accepted)
}

func TestFunctionality(t *testing.T) {
	c := dialPipe(t, New(Config{})).quiet()
	c.want("AT+CFUN?", "\r\n+CFUN: 1\r\n\r\nOK\r\n")
	c.ok("AT+CFUN=4")
	c.want("AT+CREG?", "\r\n+CREG: 0,0\r\n\r\nOK\r\n")
	c.submit(plain, "\r\n+CMS ERROR: 331\r\n")
	c.ok("AT+CFUN=1")
	c.want("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n")
	c.want("AT+CFUN=2", "\r\nERROR\r\n")
}

func TestResetBootsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{BootLines: []string{"Call Ready", "SMS Ready"}, BootTime: 5 * time.Second})
		c := dialPipe(t, m).quiet()
		c.want("AT+CMGF=0", "\r\n+CMS ERROR: 314\r\n")
		c.until("\r\nCall Ready\r\n\r\nSMS Ready\r\n")
		c.want("AT+CMGF=0", "\r\nOK\r\n")
		c.want("AT+CFUN=1,1", "\r\nOK\r\n")
		c.want("ATE0", "ATE0\r\r\nOK\r\n")
		c.want("AT+CPMS?", "\r\n+CMS ERROR: 314\r\n")
		c.until("SMS Ready\r\n")
		c.submit(plain, accepted)
	})
}

func TestClock(t *testing.T) {
	zone := time.FixedZone("", -int(3*time.Hour/time.Second))
	now := func() time.Time { return time.Date(2026, 7, 1, 8, 9, 10, 0, zone) }
	c := dialPipe(t, New(Config{Now: now})).quiet()
	c.want("AT+CCLK?", "\r\n+CCLK: \"26/07/01,08:09:10-12\"\r\n\r\nOK\r\n")
}
