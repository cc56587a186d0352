package modem

import (
	"errors"
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
	"github.com/viesti-sms/viesti/services/internal/wire"
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
	t.Parallel()
	r := newRig(t)
	dir := t.TempDir()
	called := filepath.Join(dir, "called")
	script := program(t, filepath.Join(dir, "power"), "printf '%s\\n' \"$@\" > "+called)
	g := newHeard()
	m, _ := r.worker("modem1", sim.Config{OnCommand: g.Add}, func(d *Device) {
		d.ResetCmd = script + " port 3"
		// A silent modem is found out in a time that one which answers can keep, mostly.
		d.OpenSleep, d.ReadTimeout = config.Duration(50*time.Millisecond), config.Duration(200*time.Millisecond)
	})
	r.submit("before", "hello", nil)
	r.sent("before")
	_ = os.Remove(called)
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
	counted := r.state("modem1", life.ModemIdle).Resets
	if len(counted) != int(rungs) || counted[rungRadio] == 0 || counted[rungCommand] == 0 {
		t.Errorf("the steps are counted as %v", counted)
	}
	if g.Given("AT+CFUN=1") == 0 {
		t.Error("the radio was not switched off and on")
	}
}

// TestPlugging: a device that is not there is waited for, and used when it comes.
func TestPlugging(t *testing.T) {
	t.Parallel()
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

// TestRadioStaysOn: a family that does not survive AT+CFUN=0 never gets it, nor one
// that nothing is known of yet; nor is a reset that an operator asked for forgotten
// because the device could not be opened.
func TestRadioStaysOn(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"neoway": false, driver.AutoProfile: false, driver.NoProfile: true, "huawei": true} {
		l := newLadder(profile)
		if got := l.known && !l.family.KeepRadioOn; got != want {
			t.Errorf("profile %s: the radio may be switched off: %v, want %v", profile, got, want)
		}
	}
	r := newRig(t)
	g := newHeard()
	m, _ := r.worker("modem1", sim.Config{OnCommand: g.Add, Rules: []sim.Rule{{Stage: sim.StageCommand, Action: sim.ActionSilence}}}, func(d *Device) {
		d.Profile = "neoway"
		d.OpenSleep, d.ReadTimeout = config.Duration(50*time.Millisecond), config.Duration(20*time.Millisecond)
	})
	r.until("the family's own command is given", func() bool { return g.Given("AT+CFUN=1,1") > 0 })
	m.SetRules()
	if g.Given("AT+CFUN=0") > 0 {
		t.Error("its radio was switched off")
	}
}

// TestAskedStepStays: what an operator asks for is done in the next session that can.
func TestAskedStepStays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := ""
	g := newHeard()
	r.worker("modem1", sim.Config{OnCommand: g.Add}, func(d *Device) {
		path = d.Device
		d.Profile = driver.NoProfile
		d.OpenSleep = config.Duration(50 * time.Millisecond)
		if err := errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	})
	inVain := func() time.Time {
		states, err := r.bus.Modems(t.Context())
		if err != nil || len(states) != 1 || !strings.Contains(states[0].Reason, "not a serial port") {
			return time.Time{}
		}
		return states[0].Until
	}
	r.until("the device is opened in vain", func() bool { return !inVain().IsZero() })
	reply, err := r.bus.Command(t.Context(), "host-modem1", "modem1", wire.Command{Verb: wire.VerbReset, Timeout: patience, Step: uint32(rungRadio)})
	if err != nil || reply.Error != "" {
		t.Fatalf("asking for the radio: %q, %v", reply.Error, err)
	}
	asked := inVain()
	r.until("the device is opened in vain again", func() bool { return inVain().After(asked) })
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	r.until("the radio is switched off and on", func() bool { return g.Given("AT+CFUN=0") > 0 && g.Given("AT+CFUN=1") > 0 })
}

// TestAlternativeResets: each round tries another of a family's commands.
func TestAlternativeResets(t *testing.T) {
	t.Parallel()
	l := newLadder("telit")
	var got []string
	for range 3 {
		got = append(got, l.restart())
		l.counts[rungVendor]++
	}
	if want := []string{"AT#REBOOT", "AT#ENHRST=1,0", "AT#REBOOT"}; !slices.Equal(got, want) {
		t.Errorf("the commands are %q, want %q", got, want)
	}
	unknown := newLadder(driver.AutoProfile)
	if got := unknown.restart(); got != "" {
		t.Errorf("a family that is not known is restarted with %q", got)
	}
}
