package modem

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// state waits until a modem is in a state, and returns what it then says.
func (r *rig) state(name string, want life.ModemState) life.ModemStatus {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for pause := often; ; pause = rarer(pause) {
		modems, _ := r.bus.Modems(ctx)
		for _, m := range modems {
			if m.Identity.Name == name && m.State == want {
				return m
			}
		}
		select {
		case <-ctx.Done():
			r.t.Fatalf("%s does not become %s: %+v", name, want, modems)
		case <-time.After(pause):
		}
	}
}

// order gives a command, and returns what the worker says against it.
func (r *rig) order(name string, verb wire.Verb, argument string) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	reply, err := r.bus.Command(ctx, "host-"+name, name, wire.Command{Verb: verb, Argument: argument, Timeout: patience})
	if err != nil {
		r.t.Fatal(err)
	}
	return reply.Error
}

// TestSuspendedUntilResumed suspends a modem: nothing goes through it, not even
// through the next worker that has it, until it is resumed.
func TestSuspendedUntilResumed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, stop := r.worker("A", sim.Config{}, nil)
	r.state("A", life.ModemIdle)
	if e := r.order("A", wire.VerbResume, ""); !strings.Contains(e, errInService.Error()) {
		t.Errorf("resuming a modem in service: %q", e)
	}
	if e := r.order("A", wire.VerbSuspend, "new antenna"); e != "" {
		t.Fatalf("suspending: %s", e)
	}
	if s := r.state("A", life.ModemSuspended); !strings.Contains(s.Reason, "new antenna") {
		t.Errorf("reason in its state: %q", s.Reason)
	}
	for _, verb := range []wire.Verb{wire.VerbAT, wire.VerbReset} {
		if e := r.order("A", verb, "AT+CSQ"); !strings.Contains(e, "suspended") {
			t.Errorf("%s with a suspended modem: %q", verb, e)
		}
	}
	r.submit("m1", "hello", nil)
	stop()
	second, _ := r.worker("A", sim.Config{}, nil)
	r.state("A", life.ModemSuspended)
	if n := len(first.Records()) + len(second.Records()); n != 0 {
		t.Errorf("%d parts went through a suspended modem", n)
	}
	other, _ := r.worker("B", sim.Config{}, nil)
	r.sent("m1")
	if n, wrong := len(other.Records()), len(second.Records()); n != 1 || wrong != 0 {
		t.Errorf("%d parts through the modem in service and %d through the other, want 1 and 0", n, wrong)
	}
}

// TestResumedAndReset resumes a suspended modem, and resets a blocked one: each
// works again at once.
func TestResumedAndReset(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"pdu","match":".","action":"reply","reply":"+CMS ERROR: 310","times":1}]`)},
		func(d *Device) { d.BlockAfter, d.BlockTime = 1, config.Duration(time.Hour) })
	r.state("A", life.ModemIdle)
	if e := r.order("A", wire.VerbSuspend, ""); e != "" {
		t.Fatalf("suspending: %s", e)
	}
	r.submit("m1", "hello", nil)
	r.state("A", life.ModemSuspended)
	if e := r.order("A", wire.VerbResume, ""); e != "" {
		t.Fatalf("resuming: %s", e)
	}
	if s := r.state("A", life.ModemBlocked); time.Until(s.Until) < 30*time.Minute {
		t.Errorf("the block ends at %v, want in an hour", s.Until)
	}
	if e := r.order("A", wire.VerbReset, ""); e != "" {
		t.Fatalf("resetting: %s", e)
	}
	r.sent("m1")
	if n := len(m.Records()); n != 2 {
		t.Errorf("%d transmissions, want the refused one and the accepted one", n)
	}
}

// TestSuspendFile follows a suspend file: the modem is out of service while it is
// named, and the operator is told where.
func TestSuspendFile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "suspend")
	write := func(text string) {
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write("# modems\nA*: swapped\n")
	r.worker("A1", sim.Config{}, func(d *Device) { d.SuspendFile, d.SuspendInterval = path, config.Duration(10*time.Millisecond) })
	if s := r.state("A1", life.ModemSuspended); !strings.Contains(s.Reason, "swapped") {
		t.Errorf("reason in its state: %q", s.Reason)
	}
	if e := r.order("A1", wire.VerbResume, ""); !strings.Contains(e, path) {
		t.Errorf("resuming against the file: %q", e)
	}
	write("B1: another one\n")
	r.state("A1", life.ModemIdle)
	write("ALL:\n")
	r.state("A1", life.ModemSuspended)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	r.state("A1", life.ModemIdle)
}

// TestSuspendedIn reads lines of suspend files.
func TestSuspendedIn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		data, reason string
		suspended    bool
	}{
		{"", "", false},
		{"GSM1", "", false},
		{"GSM1:", "", true},
		{" GSM1: no money \r\n", "no money", true},
		{"GSM11: another\nGSM1: this", "this", true},
		{"GSM2: another\nALL: night", "night", true},
		{"GSM*: group\nGSM1: later", "group", true},
		{"gsm1: case counts", "", false},
	} {
		if reason, suspended := suspendedIn([]byte(tt.data), "GSM1"); reason != tt.reason || suspended != tt.suspended {
			t.Errorf("%q: %q, %v", tt.data, reason, suspended)
		}
	}
}

// TestResetStep: an operator's step is taken, and one that is not there is told.
func TestResetStep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := newHeard()
	r.worker("modem1", sim.Config{OnCommand: g.Add}, nil)
	r.state("modem1", life.ModemIdle)
	for step, want := range map[rung]string{rungUSB: "USB", rungCommand: "reset_cmd", rungAlarm: "there are 0 to 4", 1 << 31: "there are"} {
		if e := r.resetBy(step); !strings.Contains(e, want) {
			t.Errorf("step %d: %q", step, e)
		}
	}
	if e := r.resetBy(rungRadio); e != "" {
		t.Fatalf("the radio: %s", e)
	}
	r.until("the radio is switched off and on", func() bool { return g.Given("AT+CFUN=0") > 0 && g.Given("AT+CFUN=1") > 0 })
	r.until("the modem is initialised anew", func() bool { return g.Given("AT+CMGF=0") > 1 })
}

// TestResetStepWaits: a step that is asked for while nobody knows yet which modem it
// is, and whether it would survive that, is taken as soon as that is known.
func TestResetStepWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := newHeard()
	asking := make(chan struct{})
	r.worker("modem1", sim.Config{Manufacturer: "huawei", OnCommand: func(line string) {
		g.Add(line)
		if line == "ATE0" && g.Given("ATE0") == 1 {
			close(asking)
		}
	}, Rules: rules(t, `[{"stage":"command","match":"ATE0","action":"silence","times":1}]`)}, func(d *Device) { d.ReadTimeout = config.Duration(patience) })
	select {
	case <-asking:
	case <-time.After(patience):
		t.Fatal("the modem is not initialised")
	}
	if g.Given("AT+CGMI") > 0 {
		t.Error("the modem was asked who it is before")
	}
	if e := r.resetBy(rungVendor); e != "" {
		t.Fatalf("the restart: %s", e)
	}
	r.until("the family's own command is given", func() bool { return g.Given("AT^RESET") > 0 })
	if g.Given("AT+CGMI") != 1 {
		t.Errorf("the modem was asked %d times who it is", g.Given("AT+CGMI"))
	}
}

// resetBy asks modem1 to be reset, and returns what the worker says against it.
func (r *rig) resetBy(step rung) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	reply, err := r.bus.Command(ctx, "host-modem1", "modem1", wire.Command{Verb: wire.VerbReset, Timeout: patience, Step: uint32(step)})
	if err != nil {
		r.t.Fatal(err)
	}
	return reply.Error
}
