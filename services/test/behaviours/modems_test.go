package behaviours

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/boot"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

func modems() []behaviour {
	return []behaviour{
		{93, "the initialisation in order", initOrder},
		{93, "the initialisation without its options", initWithout},
		{94, "the PIN is entered", pinEntered},
		{94, "a wrong PIN stops that modem only", pinWrong},
		{95, "retries", recorded("error-once", "error-part2-once", "error-pdu", "retries-0")},
		{96, "not registered", registering(sim.Searching)},
		{96, "denied by the network", registering(sim.RegistrationDenied)},
		{97, "a modem is blocked, and recovers", blocked},
		// smsd fails a message for every failure of a modem (W14).
		{98, "a broken modem consumes no messages", brokenModem},
		// smsd loses the modem and the message with it (W15, W16, W17).
		{101, "a modem that vanishes comes back, its message is sent once", vanishing},
		{115, "message_limit", messageLimit},
		{115, "admin_to is told of the limit once", messageLimitTold},
		{115, "admin_to is told also where there is no other modem", messageLimitAlone},
		{116, "the suspend file", suspendFile},
	}
}

// heard notes the commands that a modem gets.
type heard struct {
	mu       sync.Mutex
	commands []string
}

func (h *heard) note(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands = append(h.commands, line)
}

// before are the commands until one of them.
func (h *heard) before(last string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.IndexFunc(h.commands, func(c string) bool { return strings.HasPrefix(c, last) }); i >= 0 {
		return slices.Clone(h.commands[:i])
	}
	return slices.Clone(h.commands)
}

// count counts the commands that begin so.
func (h *heard) count(prefix string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, c := range h.commands {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// inOrder wants commands in this order; others may come between.
func inOrder(t *testing.T, commands []string, order ...string) {
	t.Helper()
	i := 0
	for _, c := range commands {
		if i < len(order) && strings.HasPrefix(c, order[i]) {
			i++
		}
	}
	if i < len(order) {
		t.Errorf("%s is not where it should be in %q", order[i], commands)
	}
}

const everyOption = `start = AT+START
startsleeptime = 0
pin = 1234
init = AT+INIT1
init2 = AT+INIT2
smsc = 358400000000
check_network = 1
status_signal_quality = yes
needs_wakeup_at = yes`

func initOrder(t *testing.T, _ *lab) {
	var h heard
	b := alone(t, with{modem: everyOption}, sim.Config{PIN: "1234", OnCommand: h.note, UnknownCommand: "OK"})
	b.send(t, "To: 49111\n\nhi")
	inOrder(t, h.before("AT+CMGS"), "AT", "AT", "ATE0", "AT+CMEE=1", "AT+CPIN?", `AT+CPIN="1234"`, "AT+INIT1", "AT+INIT2", "AT+CREG?", "AT+CMGF=0",
		`AT+CSCA="+358400000000"`)
	for _, c := range []string{"AT+START", "AT+CSQ", "AT+CGSN", "AT+CIMI"} {
		if !slices.ContainsFunc(h.before("AT+CMGS"), func(said string) bool { return strings.HasPrefix(said, c) }) {
			t.Errorf("%s is not given before the first message", c)
		}
	}
}

func initWithout(t *testing.T, _ *lab) {
	var h heard
	b := alone(t, with{modem: "pre_init = no\npin = ignore\nselect_pdu_mode = no\ncheck_network = 0\nstatus_signal_quality = no"}, sim.Config{OnCommand: h.note})
	b.send(t, "To: 49111\n\nhi")
	for _, c := range h.before("AT+CMGS") {
		for _, never := range []string{"ATE0", "AT+CMEE=", "AT+CPIN", "AT+CMGF", "AT+CSCA=", "AT+CSQ"} {
			if strings.HasPrefix(c, never) {
				t.Errorf("%s is given although it is switched off", c)
			}
		}
	}
}

func pinEntered(t *testing.T, _ *lab) {
	b := alone(t, with{modem: "pin = 1234"}, sim.Config{PIN: "1234"})
	sends(hi)(t, b.send(t, "To: 49111\n\nhi"))
	if n := b.Modem.PINAttemptsLeft(); n != 3 {
		t.Errorf("%d attempts are left", n)
	}
}

// pinWrong has two modems with the same PIN, one of which is configured wrongly.
func pinWrong(t *testing.T, _ *lab) {
	text := twoModems(t, "", strings.Replace(queues, "REST = 491711, 358, s", "REST = 358", 1))
	text = strings.Replace(text, "[GSM2]", "pin = 9999\n[GSM2]", 1) + "pin = 1234\n"
	b := &bench{Host: truth.Start(t, text, sim.Config{PIN: "1234"})}
	b.drop(t, "other", "To: 358401234567\n\nhi")
	b.waits(t, "sent", "other")
	gateway.Wait(t, "trouble with the wrong PIN", func() bool { return b.state(t, "GSM1") == life.ModemTrouble })
	if n := b.Modem.PINAttemptsLeft(); n != 2 {
		t.Errorf("%d attempts are left, want 2: it is tried once", n)
	}
}

// state is what a modem is doing.
func (b *bench) state(t *testing.T, name string) life.ModemState {
	t.Helper()
	all, err := b.Gateway.Bus.Modems(t.Context())
	if err != nil {
		return 0
	}
	for _, m := range all {
		if m.Identity.Name == name {
			return m.State
		}
	}
	return 0
}

// registering is a modem that the network takes only after a while: nothing is sent or
// lost meanwhile.
func registering(at sim.Registration) func(*testing.T, *lab) {
	return func(t *testing.T, _ *lab) { notRegistered(t, at) }
}

func notRegistered(t *testing.T, at sim.Registration) {
	b := alone(t, with{modem: "check_network = 1\ndevice_open_errorsleeptime = 1"}, sim.Config{Registration: at})
	b.drop(t, "hello", "To: 49111\n\nhi")
	b.queued(t, 1)
	gateway.Wait(t, "trouble with the network", func() bool {
		return b.state(t, "GSM1") == life.ModemTrouble || b.state(t, "GSM1") == life.ModemStarting
	})
	if n := len(b.Modem.Records()); n != 0 {
		t.Errorf("%d messages are sent without a network", n)
	}
	b.Modem.SetRegistration(sim.RegisteredRoaming)
	b.waits(t, "sent", "hello")
	if n := len(gateway.Files(t, b.Path("failed"))); n != 0 {
		t.Errorf("%d messages failed", n)
	}
}

func rules(t *testing.T, text string) []sim.Rule {
	t.Helper()
	r, err := sim.ParseRules([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func blocked(t *testing.T, _ *lab) {
	var h heard
	b := alone(t, with{global: "blockafter = 2\nblocktime = 3\nerrorsleeptime = 0", modem: "send_retries = 0"},
		sim.Config{OnCommand: h.note, Rules: rules(t, `[{"stage":"command","match":"CMGS","action":"reply","reply":"+CME ERROR: 100","times":2}]`)})
	b.drop(t, "hello", "To: 49111\n\nhi")
	gateway.Wait(t, "the block", func() bool { return b.state(t, "GSM1") == life.ModemBlocked })
	began := time.Now()
	if n := h.count("AT+CMGS"); n != 2 {
		t.Errorf("blocked after %d failures, want 2", n)
	}
	b.waits(t, "sent", "hello")
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("blocked for %v, want three seconds", took)
	}
	if n := len(b.Modem.Records()); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func brokenModem(t *testing.T, _ *lab) {
	text := strings.Replace(twoModems(t, "", ""), "queues = D1\n", "", 1)
	text = strings.Replace(text, "queues = REST\n", "", 1)
	b := &bench{Host: truth.Start(t, text, sim.Config{})}
	b.Modem.SetRules(rules(t, `[{"stage":"command","match":"CMGS","action":"reply","reply":"+CME ERROR: 100"}]`)...)
	for _, name := range []string{"one", "two", "three", "four"} {
		b.drop(t, name, "To: 49111\n\n"+name)
	}
	for _, name := range []string{"one", "two", "three", "four"} {
		if content := b.waits(t, "sent", name); !strings.Contains(content, "\nModem: GSM2\n") {
			t.Errorf("%s:\n%s", name, content)
		}
	}
	if n := len(gateway.Files(t, b.Path("failed"))); n != 0 {
		t.Errorf("%d messages failed", n)
	}
}

func vanishing(t *testing.T, _ *lab) {
	b := alone(t, basis, sim.Config{Rules: rules(t, `[{"stage":"pdu","action":"drop","delay":"1s","times":1}]`)})
	b.drop(t, "hello", "To: 49111\n\nhi")
	content := b.waits(t, "sent", "hello")
	if !regexp.MustCompile(`\nModem: GSM1\n`).MatchString(content) {
		t.Errorf("the file:\n%s", content)
	}
	var accepted int
	for _, r := range b.Modem.Records() {
		if r.MR >= 0 {
			accepted++
		}
	}
	if accepted != 1 {
		t.Errorf("the network has it %d times", accepted)
	}
}

func messageLimit(t *testing.T, _ *lab) {
	b := alone(t, with{modem: "message_limit = 2"}, sim.Config{}, func(c *boot.Config) {
		c.Modems[0].MessageCountClear = config.Duration(4 * time.Second)
	})
	for _, name := range []string{"one", "two", "three"} {
		b.drop(t, name, "To: 49111\n\n"+name)
	}
	gateway.Wait(t, "the limit", func() bool { return b.state(t, "GSM1") == life.ModemBlocked })
	if got := b.texts(t); len(got) != 2 {
		t.Errorf("sent %q before the limit, want two", got)
	}
	gateway.Wait(t, "the count to be cleared", func() bool { return len(b.Modem.Records()) == 3 })
}

// messageLimitTold has a modem reach its limit again and again while it may not send: one
// message about it is sent, by the other modem.
func messageLimitTold(t *testing.T, _ *lab) {
	text := twoModems(t, "admin_to = 358409999999", queues)
	text = strings.Replace(text, "[GSM2]", "message_limit = 1\n[GSM2]", 1)
	b := &bench{Host: truth.Start(t, text, sim.Config{})}
	for _, name := range []string{"one", "two"} {
		b.drop(t, name, "To: 491711234\n\n"+name)
	}
	gateway.Wait(t, "the limit", func() bool { return b.state(t, "GSM1") == life.ModemBlocked })
	b.Modem = b.Modems["GSM2"]
	gateway.Wait(t, "the message about it", func() bool { return len(b.Modem.Records()) > 0 })
	b.drop(t, "other", "To: 358401234567\n\nother")
	b.waits(t, "sent", "other")
	if got, want := b.texts(t), []string{"Viesti: GSM1: message limit 1 is reached", "other"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	if n := len(b.Modems["GSM1"].Records()); n != 1 {
		t.Errorf("%d messages are sent in spite of the limit", n)
	}
}

// messageLimitAlone has a single modem: what tells of its limit is sent in spite of it, and
// nothing else.
func messageLimitAlone(t *testing.T, _ *lab) {
	b := alone(t, with{global: "admin_to = 358409999999", modem: "message_limit = 1"}, sim.Config{})
	for _, name := range []string{"one", "two"} {
		b.drop(t, name, "To: 49111\nPriority: high\n\n"+name)
	}
	gateway.Wait(t, "the message about the limit", func() bool { return len(b.Modem.Records()) == 2 })
	gateway.Wait(t, "the limit", func() bool { return b.state(t, "GSM1") == life.ModemBlocked })
	if got, want := b.texts(t)[1], "Viesti: GSM1: message limit 1 is reached"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func suspendFile(t *testing.T, _ *lab) {
	b := alone(t, with{global: "suspend = @DIR@/suspendfile"}, sim.Config{}, func(c *boot.Config) {
		c.Modems[0].SuspendInterval = config.Duration(50 * time.Millisecond)
	})
	b.send(t, "To: 49111\n\nhi")
	for _, line := range []string{"GSM1: by name\n", "ALL: all of them\n", "GSM*: by prefix\n"} {
		write(t, b.Path("suspendfile"), line, 0o644)
		gateway.Wait(t, "the modem to be suspended by "+line, func() bool { return b.state(t, "GSM1") == life.ModemSuspended })
		write(t, b.Path("suspendfile"), "", 0o644)
		gateway.Wait(t, "the modem to work again", func() bool { return b.state(t, "GSM1") == life.ModemIdle })
	}
	sends(hi)(t, b.send(t, "To: 49111\n\nhi"))
}
