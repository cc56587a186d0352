package modem

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func TestConversationProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"profile: huawei":                      "",
		"profile: hauwei":                      "want one of auto, none, huawei",
		"check_memory_method: 5":               "SIM600",
		"check_memory_method: 6":               "want auto, 0, 1",
		"check_memory_method: 31":              "",
		"check_sim: maybe":                     "check_sim",
		"memory_alarm: 101":                    "memory_alarm",
		"read_timeouts: {cmgl: 20}":            "",
		"read_timeouts: {cmgx: 20}":            "cmgx",
		"read_timeouts: {cmgl: 0}":             "at least 1",
		"secondary_memory: ME":                 "primary_memory",
		"{primary_memory: SM, check_sim: yes}": "",
	} {
		var d Device
		if err := yaml.Unmarshal([]byte(text), &d); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		d.Name, d.Device = "A", "/dev/null"
		err := (&Config{Modems: []Device{d}}).Check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestConversationReachesTheDriver sets every key that the driver is told.
func TestConversationReachesTheDriver(t *testing.T) {
	t.Parallel()
	var d Device
	text := `{profile: zte, wakeup_init: "x", needs_wakeup_at: true, check_sim: once, check_sim_cmd: AT+A, check_sim_reset: AT+B,
check_sim_retries: 4, check_sim_wait: 7s, cell_info: true, communication_delay: 1s, read_timeout: 2s, read_timeouts: {cmgl: 20, pdu: 24},
check_memory_method: 2, primary_memory: SM, secondary_memory: ME, secondary_memory_max: 9, more_messages: false, routed_status_report_cnma: false}`
	if err := yaml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	c := d.driver()
	want := driver.SIMCheck{Enabled: true, Once: true, Command: "AT+A", Reset: "AT+B", Retries: 4, Wait: 7 * time.Second}
	switch {
	case c.Profile != "zte", c.Wakeup != "x", !c.WakeupAT, c.SIMCheck != want, !c.CellInfo, c.Gap != time.Second:
		t.Errorf("driver: %+v", c)
	case c.Timeouts.Factors[driver.OpCMGL] != 20, c.Timeouts.PDU != 48*time.Second, c.Listing != driver.ListDeletable:
		t.Errorf("driver: %+v", c)
	case !slices.Equal(c.Memories, []string{"SM", "ME"}), c.SecondaryMax != 9, c.MoreMessages, c.Acknowledge:
		t.Errorf("driver: %+v", c)
	}
}

// deliver is an SMS-DELIVER in hex from a number of ten digits, at a minute of an hour.
func deliver(number string, minute int) string {
	swapped := ""
	for i := 0; i < len(number); i += 2 {
		swapped += number[i+1:i+2] + number[i:i+1]
	}
	return fmt.Sprintf("07915348010000F0040A91%s0000"+"62110102%d%d0400"+"05C8329BFD06", swapped, minute%10, minute/10)
}

func TestPrivilegedSendersComeFirst(t *testing.T) {
	t.Parallel()
	w := newWorker("h", Device{Conversation: Conversation{PriviledgedNumbers: []config.Text{"49", "46"}}}, nil, zap.NewNop())
	stored := []driver.Stored{
		{Index: 1, PDU: driver.PDU(deliver("3584000001", 30))}, {Index: 2, PDU: driver.PDU(deliver("4670000001", 30))},
		{Index: 3, PDU: driver.PDU(deliver("4970000001", 40))}, {Index: 4, PDU: driver.PDU(deliver("4970000001", 20))},
		{Index: 5, PDU: driver.PDU(deliver("3584000001", 10))}, {Index: 6, PDU: "00"},
	}
	w.order(stored)
	var got []int
	for _, s := range stored {
		got = append(got, s.Index)
	}
	if want := []int{4, 3, 2, 6, 5, 1}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// alarms returns the alarms, as they come.
func (r *rig) alarms() <-chan life.Alarm {
	alarms := make(chan life.Alarm, 8)
	ctx, cancel := context.WithCancel(r.t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		_ = r.bus.FollowAccount(ctx, "system", func(_ context.Context, e *life.Event) error {
			if a, ok := e.Kind.(life.Alarm); ok {
				alarms <- a
			}
			return nil
		})
	}()
	r.t.Cleanup(func() { cancel(); <-followed })
	return alarms
}

// TestMemoryAlarm fills and empties a memory: one alarm each time that it was
// nearly full, and none for going up and down near the limit.
func TestMemoryAlarm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := DefaultDevice()
	d.Name = "A"
	w, ctx := newWorker("h", d, r.bus, zap.NewNop()), t.Context()
	alarms := r.alarms()
	for i, step := range []struct {
		used, removed int
		alarm         string
	}{
		{10, 10, ""}, {15, 0, ""}, {19, 15, ""}, {16, 0, "nearly full: 16 of 20"}, {17, 0, ""}, {15, 0, ""}, {16, 0, ""},
		{13, 1, ""}, {16, 0, "nearly full: 16 of 20"}, {2, 0, ""}, {20, 20, "was full"}, {20, 20, ""}, {3, 3, ""}, {20, 0, "was full"},
	} {
		w.memory(ctx, atline.Memory{Name: "SM", Used: step.used, Total: 20}, step.removed)
		if step.alarm == "" {
			continue
		}
		select {
		case a := <-alarms:
			if a.Code != "memory" || !strings.Contains(a.Text, step.alarm) {
				t.Errorf("step %d: alarm %+v, want %q", i, a, step.alarm)
			}
		case <-time.After(patience):
			t.Fatalf("step %d: no alarm", i)
		}
	}
	if len(alarms) != 0 {
		t.Errorf("%d alarms too many", len(alarms))
	}
}

// heard waits for commands that a simulated modem is given.
type heard struct{ *sim.CommandLog }

func newHeard() *heard { return &heard{sim.NewCommandLog()} }

// wait waits until a command was given so often.
func (h *heard) wait(t *testing.T, prefix string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.Wait(ctx, prefix, n); err != nil {
		t.Fatal(err)
	}
}

// TestKeptMessagesAreDeliveredOnce leaves messages in the modem, reads them again
// and again, and delivers each once; with method 41 they leave it together.
func TestKeptMessagesAreDeliveredOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHeard()
	m, _ := r.worker("A", sim.Config{OnCommand: h.Add}, func(d *Device) { d.KeepMessages, d.Poll = true, config.Duration(time.Second) })
	if _, err := m.Store("SM", 0, deliver("3584000001", 10)); err != nil {
		t.Fatal(err)
	}
	m.URC(`+CMTI: "SM",1`)
	h.wait(t, "AT+CMGL", h.Count("AT+CMGL")+3)
	if n := h.Count("AT+CMGD"); n != 0 {
		t.Errorf("removed %d times", n)
	}
}

func TestMethod41RemovesAtTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHeard()
	r.worker("A", sim.Config{OnCommand: h.Add, Rules: rules(t, `[{"stage":"command","match":"CMGL","action":"reply","times":1,
		"reply":"+CMGL: 1,1,,26\r\n`+deliver("3584000001", 40)+`\r\n+CMGL: 2,1,,26\r\n`+deliver("3584000002", 20)+`\r\n\r\nOK"}]`)},
		func(d *Device) { d.CheckMemoryMethod = "41" })
	h.wait(t, "AT+CMGD", 2)
	var order []string
	for _, line := range h.All() {
		if strings.HasPrefix(line, "AT+CMGD") || strings.HasPrefix(line, "AT+CMGR") {
			order = append(order, line)
		}
	}
	if want := []string{"AT+CMGD=2", "AT+CMGD=1"}; !slices.Equal(order, want) {
		t.Errorf("gave %q, want %q: the older one first, and no reading of what the list shows", order, want)
	}
}

// TestPartsShareTheLink sends three parts: the link is kept for the first two.
func TestPartsShareTheLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHeard()
	r.worker("A", sim.Config{OnCommand: h.Add}, func(d *Device) { d.Incoming = false })
	h.wait(t, "AT+COPS?", 1)
	r.submit("m1", threeParts, nil)
	r.sent("m1")
	var got []string
	for _, line := range h.All() {
		if strings.HasPrefix(line, "AT+CMMS") || strings.HasPrefix(line, "AT+CMGS") {
			got = append(got, line[:8])
		}
	}
	if want := []string{"AT+CMMS=", "AT+CMMS=", "AT+CMGS=", "AT+CMGS=", "AT+CMMS=", "AT+CMGS="}; !slices.Equal(got, want) {
		t.Errorf("gave %q", got)
	}
}

// TestPINIsNotGivenTwice has a SIM refuse its PIN. Neither later sessions nor
// another worker with the same state directory give it again; another PIN, or the
// same one when a person removed the note, is tried.
func TestPINIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHeard()
	m := sim.New(sim.Config{Name: "A", PIN: "4321", OnCommand: h.Add})
	l, err := m.ListenPTY(filepath.Join(r.dir, "A"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	state := t.TempDir()
	start := func(pin string) (stop func()) {
		d := DefaultDevice()
		d.Name, d.Device, d.PIN = "A", filepath.Join(r.dir, "A"), config.Text(pin)
		d.ErrorSleep, d.OpenSleep = config.Duration(5*time.Millisecond), config.Duration(50*time.Millisecond)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		s := New(Config{Host: "h", State: state, Modems: []Device{d}}, r.bus, zap.NewNop(), nil)
		go func() { defer close(done); _ = s.Run(ctx) }()
		return func() { cancel(); <-done }
	}
	stop := start("1234")
	h.wait(t, "AT+CPIN?", 3)
	stop()
	asked := h.Count("AT+CPIN?")
	stop = start("1234")
	h.wait(t, "AT+CPIN?", asked+2)
	stop()
	if n := h.Count("AT+CPIN="); n != 1 || m.PINAttemptsLeft() != 2 {
		t.Fatalf("the PIN was given %d times, and the SIM has %d attempts left", n, m.PINAttemptsLeft())
	}
	note := filepath.Join(state, "pin", "pin-A")
	data, err := os.ReadFile(note)
	if err != nil || strings.Contains(string(data), "1234") || !strings.HasPrefix(string(data), "refused ") {
		t.Errorf("the note: %q, %v", data, err)
	}
	if info, err := os.Stat(note); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the note: %v, %v", info, err)
	}
	stop = start("4321")
	h.wait(t, "AT+COPS?", 1)
	stop()
	if _, err := os.Stat(note); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the note outlives the right PIN: %v", err)
	}
}

// TestPINWithoutOutcome has a worker die between giving a PIN and its answer: the
// PIN is given again only if the SIM says that it has all its attempts.
func TestPINWithoutOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules string
		tried bool
	}{
		"all attempts left": {`[]`, true},
		"one is gone":       {`[{"stage":"command","match":"CPINR","action":"reply","reply":"+CPINR: SIM PIN,2,3\r\n\r\nOK"}]`, false},
		"not to be known":   {`[{"stage":"command","match":"CPINR","action":"reply","reply":"ERROR"}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			state := t.TempDir()
			note := newPINNote(state, "A")
			if err := note.write(pinGiven, "4321"); err != nil {
				t.Fatal(err)
			}
			h := newHeard()
			m := sim.New(sim.Config{Name: "A", PIN: "4321", OnCommand: h.Add, Rules: rules(t, c.rules)})
			l, err := m.ListenPTY(filepath.Join(r.dir, "A"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			d := DefaultDevice()
			d.Name, d.Device, d.PIN, d.OpenSleep = "A", filepath.Join(r.dir, "A"), "4321", config.Duration(50*time.Millisecond)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			s := New(Config{Host: "h", State: state, Modems: []Device{d}}, r.bus, zap.NewNop(), nil)
			go func() { defer close(done); _ = s.Run(ctx) }()
			t.Cleanup(func() { cancel(); <-done })
			if c.tried {
				h.wait(t, "AT+COPS?", 1)
			} else {
				h.wait(t, "AT+CPIN?", 3)
			}
			if got := h.Count("AT+CPIN=") == 1; got != c.tried {
				t.Errorf("the PIN was given: %v, want %v", got, c.tried)
			}
		})
	}
}
