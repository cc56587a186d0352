package modem

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// TestLadderOrder: each step after the one before, then rest, and again.
func TestLadderOrder(t *testing.T) {
	t.Parallel()
	var l ladder
	var taken []rung
	for range 2*round + 1 {
		taken = append(taken, l.next())
		l.failures++
	}
	once := []rung{rungReopen, rungRadio, rungVendor, rungUSB, rungCommand, rungAlarm}
	want := slices.Concat([]rung{rungReopen}, once, make([]rung, round-len(once)), once, make([]rung, round-len(once)))
	if !slices.Equal(taken, want) {
		t.Errorf("steps are %v, want %v", taken, want)
	}
}

// TestOnlySilenceIsReset: no network or a busy device is not the modem's fault.
func TestOnlySilenceIsReset(t *testing.T) {
	t.Parallel()
	w := &worker{}
	for _, err := range []error{nil, driver.ErrNotRegistered, driver.ErrGone, os.ErrPermission} {
		w.failed(err)
	}
	if w.ladder.failures != 0 {
		t.Errorf("%d failures are counted for what is not the modem's", w.ladder.failures)
	}
	for _, err := range []error{driver.ErrNotAnswering, fmt.Errorf("initialising: %w", driver.ErrOutOfStep), driver.ErrTimeout} {
		w.failed(err)
	}
	if w.ladder.failures != 3 {
		t.Errorf("%d failures are counted, want 3", w.ladder.failures)
	}
}

// TestResetLadder has a modem that has gone deaf until the program of the
// administrator restarts it: the steps before are taken, and its message is sent.
func TestResetLadder(t *testing.T) {
	r := newRig(t)
	dir := t.TempDir()
	script, called := filepath.Join(dir, "power"), filepath.Join(dir, "called")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" > "+called+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	g := newHeard()
	m, _ := r.worker("modem1", sim.Config{OnCommand: g.Add}, func(d *Device) {
		d.ResetCmd = script + " port 3"
		d.OpenSleep, d.ReadTimeout = config.Duration(50*time.Millisecond), config.Duration(50*time.Millisecond)
	})
	r.submit("before", "hello", nil)
	r.sent("before")
	m.SetRules(sim.Rule{Stage: sim.StageCommand, Action: sim.ActionSilence})
	r.submit("after", "hello", nil)
	r.until("the program is run", func() bool { _, err := os.Stat(called); return err == nil })
	m.SetRules()
	if s := r.sent("after"); len(s.Parts) != 1 {
		t.Errorf("sent %d parts", len(s.Parts))
	}
	data, err := os.ReadFile(called)
	if err != nil || !strings.HasPrefix(string(data), "port\n3\nmodem1\n") {
		t.Errorf("the program got %q, %v", data, err)
	}
	if g.Given("AT+CFUN=1") == 0 {
		t.Error("the radio was not switched off and on")
	}
}

// TestPlugging: a device that is not there is waited for, and used when it comes.
func TestPlugging(t *testing.T) {
	r := newRig(t)
	path := ""
	m, stop := r.worker("modem1", sim.Config{}, func(d *Device) {
		path = d.Device
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
	})
	defer stop()
	r.until("the device is missed", func() bool {
		states, err := r.bus.Modems(t.Context())
		return err == nil && len(states) == 1 && states[0].State == life.ModemTrouble && strings.Contains(states[0].Reason, "waited for")
	})
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	r.submit("m", "hello", nil)
	r.sent("m")
	if m.Journal().Len() != 1 {
		t.Errorf("%d messages reached the modem", m.Journal().Len())
	}
}
