package modem

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	codec "github.com/viesti-sms/viesti/services/internal/codec/ussd"
)

type ussdResult struct {
	USSDAnswer
	err error
}

func asking(m *Modem, code string) <-chan ussdResult {
	done := make(chan ussdResult, 1)
	go func() {
		a, err := m.USSD(context.Background(), code, 30*time.Second)
		done <- ussdResult{a, err}
	}()
	return done
}

func TestUSSD(t *testing.T) {
	for name, c := range map[string]struct {
		charset, request, answer, want string
		open                           bool
		err                            error
	}{
		"as it is": {"GSM", "*100#", "+CUSD: 0,\"Balance 5 EUR\",15", "Balance 5 EUR", false, nil},
		"UCS2":     {"UCS2", "002A0031003000300023", "+CUSD: 0,\"04110430043B0430043D0441\",72", "Баланс", false, nil},
		"a menu":   {"IRA", "*100#", "+CUSD: 1,\"1 Balance\r\n2 Offers\",15", "1 Balance\n2 Offers", true, nil},
		"unknown":  {"GSM", "*100#", "+CUSD: 4", "", false, ErrUSSD},
		"ended":    {"GSM", "*100#", "+CUSD: 2", "", false, ErrUSSD},
		"farewell": {"GSM", "*100#", "+CUSD: 2,\"Thank you\",15", "Thank you", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := newPeer(t, Config{})
			done := asking(m, "*100#")
			p.expect("AT+CSCS?\r")
			p.say("\r\n+CSCS: \"" + c.charset + "\"\r\n\r\nOK\r\n")
			p.expect(`AT+CUSD=1,"` + c.request + "\",15\r")
			p.say("\r\nOK\r\n\r\n+CREG: 1\r\n\r\n" + c.answer + "\r\n")
			got := <-done
			if got.Text != c.want || got.Open != c.open || !errors.Is(got.err, c.err) {
				t.Errorf("got %q, open %v, %v", got.Text, got.Open, got.err)
			}
		})
	}
}

func TestUSSDRefusedThenPacked(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := asking(m, "*100#")
	p.expect("AT+CSCS?\r")
	p.say("\r\nERROR\r\n")
	p.expect("AT+CUSD=1,\"*100#\",15\r")
	p.say("\r\n+CME ERROR: 100\r\n")
	p.expect("AT+CUSD=1,\"AA180C3602\",15\r")
	p.say("\r\nOK\r\n\r\n+CUSD: 0,\"" + codec.Encode("Balance 5", codec.Packed) + "\",15\r\n")
	if got := <-done; got.Text != "Balance 5" || got.err != nil {
		t.Errorf("got %q, %v", got.Text, got.err)
	}
}

func TestUSSDOneAtATime(t *testing.T) {
	m, p := newPeer(t, Config{})
	done := asking(m, "*100#")
	p.expect("AT+CSCS?\r")
	if got := <-asking(m, "*101#"); !errors.Is(got.err, ErrUSSDBusy) {
		t.Errorf("a second request: %v", got.err)
	}
	if got := <-asking(m, "bad\r"); !errors.Is(got.err, codec.ErrCode) {
		t.Errorf("a bad request: %v", got.err)
	}
	p.say("\r\n+CSCS: \"GSM\"\r\n\r\nOK\r\n")
	p.expect("AT+CUSD=1,\"*100#\",15\r")
	p.say("\r\nOK\r\n\r\n+CUSD: 0,\"first\",15\r\n\r\n+CUSD: 0,\"second\",15\r\n")
	if got := <-done; got.Text != "first" {
		t.Errorf("got %q, %v", got.Text, got.err)
	}
	if e, ok := (<-m.Events()).(USSD); !ok || string(e.Text.Reveal()) != "second" {
		t.Errorf("what the network says of its own accord is %+v", e)
	}
}

func TestUSSDWithoutAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newPeer(t, Config{})
		done := asking(m, "*100#")
		p.expect("AT+CSCS?\r")
		p.say("\r\n+CSCS: \"GSM\"\r\n\r\nOK\r\n")
		p.expect("AT+CUSD=1,\"*100#\",15\r")
		p.say("\r\nOK\r\n")
		if got := <-done; !errors.Is(got.err, ErrUSSD) {
			t.Errorf("got %+v", got)
		}
	})
}
