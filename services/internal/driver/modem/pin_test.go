package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	wantsPIN = "\r\n+CPIN: SIM PIN" + ok
	ready    = "\r\n+CPIN: READY" + ok
)

func cmeError(n int) string { return fmt.Sprintf("\r\n+CME ERROR: %d\r\n", n) }

func TestUnlock(t *testing.T) {
	withPIN := Config{PIN: "1234"}
	for name, c := range map[string]struct {
		cfg     Config
		asked   []string
		entered string
		want    error
		given   int
		refused bool
	}{
		"ready":             {withPIN, []string{ready}, ok, nil, 0, false},
		"bare OK":           {withPIN, []string{ok}, ok, nil, 0, false},
		"PIN entered":       {withPIN, []string{wantsPIN, ready}, ok, nil, 1, false},
		"PIN as an error":   {withPIN, []string{cmeError(11), ready}, ok, nil, 1, false},
		"no PIN":            {Config{}, []string{wantsPIN}, ok, ErrPINRequired, 0, false},
		"PIN wrong":         {withPIN, []string{wantsPIN}, cmeError(16), ErrPINRefused, 1, true},
		"PIN wrong, plain":  {withPIN, []string{wantsPIN}, refusal, ErrPINRefused, 1, true},
		"OK but still PIN":  {withPIN, []string{wantsPIN}, ok, ErrPINRefused, 1, true},
		"refused before":    {Config{PIN: "1234", PINRefused: true}, []string{wantsPIN}, ok, ErrPINRefused, 0, true},
		"PUK":               {withPIN, []string{"\r\n+CPIN: SIM PUK" + ok}, ok, ErrPUKRequired, 0, false},
		"PUK as an error":   {withPIN, []string{cmeError(12)}, ok, ErrPUKRequired, 0, false},
		"PUK after the PIN": {withPIN, []string{wantsPIN}, cmeError(12), ErrPUKRequired, 1, true},
		"no SIM":            {withPIN, []string{cmeError(10)}, ok, ErrNoSIM, 0, false},
		"not inserted":      {withPIN, []string{"\r\n+CPIN: NOT INSERTED" + ok}, ok, ErrNoSIM, 0, false},
		"busy at first":     {withPIN, []string{cmeError(14), "\r\n+CPIN: NOT READY" + ok, ready}, ok, nil, 0, false},
		"busy for ever":     {withPIN, []string{cmeError(14)}, ok, ErrNotReady, 0, false},
		"busy with the PIN": {withPIN, []string{wantsPIN}, cmeError(14), ErrNotReady, 1, false},
		"PH-SIM":            {withPIN, []string{"\r\n+CPIN: PH-NET PIN" + ok}, ok, ErrNotReady, 0, false},
		"not understood":    {withPIN, []string{refusal}, ok, ErrNotReady, 0, false},
		"PIN not answered":  {withPIN, []string{wantsPIN}, "", ErrTimeout, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := (&simulated{}).on("AT+CPIN?", c.asked...).on("AT+CPIN=", c.entered)
				m := newSimulated(t, c.cfg, s)
				_, err := m.Init(context.Background())
				if !errors.Is(err, c.want) {
					t.Errorf("Init: %v, want %v", err, c.want)
				}
				if err != nil && strings.Contains(err.Error(), "1234") {
					t.Errorf("the error shows the PIN: %v", err)
				}
				if n := s.count(`AT+CPIN="1234"`); n != c.given {
					t.Errorf("the PIN was given %d times, want %d", n, c.given)
				}
				if got := m.PINRefused(context.Background()); got != c.refused {
					t.Errorf("PINRefused = %v, want %v", got, c.refused)
				}
				_ = m.Close()
			})
		})
	}
}

// However often Init is called, a PIN that may have been refused is not given again.
func TestPINIsNeverTriedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := (&simulated{}).on("AT+CPIN?", wantsPIN).on("AT+CPIN=", "")
		m := newSimulated(t, Config{PIN: "1234"}, s)
		for range 5 {
			_, _ = m.Init(context.Background())
		}
		if n := s.count(`AT+CPIN="1234"`); n != 1 {
			t.Errorf("the PIN was given %d times", n)
		}
		_ = m.Close()
	})
}

// The answer to the PIN is lost with the device: it may have been a refusal.
func TestPINIsRefusedWhenTheDeviceGoes(t *testing.T) {
	m, p := newPeer(t, Config{PIN: "1234", Profile: NoProfile})
	done := calling(func() (Identity, error) { return m.Init(context.Background()) })
	p.expect("AT\r")
	p.say(ok)
	p.expect("AT+CPIN?\r")
	p.say(wantsPIN)
	p.expect("AT+CPIN=\"1234\"\r")
	_ = p.conn.Close()
	if r := <-done; !errors.Is(r.err, ErrGone) || !m.PINRefused(context.Background()) {
		t.Errorf("Init: %v, PINRefused %v", r.err, m.PINRefused(context.Background()))
	}
}

func TestPINSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := (&simulated{}).on("AT+CPIN?", wantsPIN, ready)
		m := newSimulated(t, Config{PIN: "1234", PINSleep: 7 * time.Second}, s)
		start := time.Now()
		if _, err := m.Init(context.Background()); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("Init: %v after %v", err, time.Since(start))
		}
		_ = m.Close()
	})
}
