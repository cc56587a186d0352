package behaviours

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/truth"
)

// queues gives two modems a queue each. 4917 is of D1 because it is first, although
// REST has a longer prefix.
const queues = `
[queues]
D1 = @DIR@/D1
REST = @DIR@/REST
[providers]
D1 = 4917
REST = 491711, 358, s
`

// twoModems is the basis with another modem, and with queues.
func twoModems(t *testing.T, global, providers string) string {
	t.Helper()
	text := conf(t, with{global: "devices = GSM1, GSM2\n" + global})
	before, section, _ := strings.Cut(text, "[GSM1]")
	second := strings.ReplaceAll(section, "modem1", "modem2")
	return before + providers + "[GSM1]" + section + "queues = D1\n[GSM2]" + second + "queues = REST\n"
}

func routing() []behaviour {
	return []behaviour{
		{86, "queues by header, whitelist and prefix", queueChoice},
		{87, "an unknown queue", recorded("provider-unknown")},
		{87, "no queue for a number", recorded("provider-nomatch")},
		{88, "a modem serves its queues in order", queueOrder},
		{89, "a queue without providers takes everything", catchAll},
		{90, "the blacklist", recorded("blacklisted-prefix", "blacklisted-short", "not-blacklisted")},
		{90, "the blacklist beats the whitelist", blackBeatsWhite},
		{91, "the whitelist", recorded("whitelisted", "whitelisted-queue")},
		{91, "not on the whitelist", message(with{global: "whitelist = @DIR@/whitelist"}, "To: 15551234\n\nhi", fails("Destination is not whitelisted"))},
		{92, "lists are read for every message", listEdits},
	}
}

func queueChoice(t *testing.T, _ *lab) {
	dir := t.TempDir()
	text := twoModems(t, "whitelist = @DIR@/white", queues)
	truth.Place(t, dir, text)
	write(t, filepath.Join(dir, "white"), "49\n[REST]\n491799\n[]\n358\ns\n[D1]\n44\n", 0o644)
	b := &bench{Host: truth.StartIn(t, dir, text, sim.Config{})}
	for name, c := range map[string]struct{ headers, modem string }{
		"prefix":       {"To: 491711234\n", "GSM1"},
		"other prefix": {"To: 358401234\n", "GSM2"},
		"short":        {"To: s123\n", "GSM2"},
		"header":       {"To: 358401234\nQueue: D1\n", "GSM1"},
		"provider":     {"To: 491711234\nProvider: REST\n", "GSM2"},
		"number":       {"To: 358401234\nQueue: 4917\n", "GSM1"},
		"whitelist":    {"To: 441234\n", "GSM1"},
		"header first": {"To: 441234\nQueue: REST\n", "GSM2"},
	} {
		b.drop(t, name, c.headers+"\nhi")
		if content := b.waits(t, "sent", name); !strings.Contains(content, "\nModem: "+c.modem+"\n") {
			t.Errorf("%s: want %s:\n%s", name, c.modem, content)
		}
	}
}

func queueOrder(t *testing.T, _ *lab) {
	text := strings.Replace(conf(t, with{modem: "queues = D1, REST"}), "[GSM1]", queues+"[GSM1]", 1)
	b := &bench{Host: truth.Start(t, text, busy())}
	b.drop(t, "first", "To: 491711\n\nfirst")
	gateway.Wait(t, "the first message in the modem", func() bool { return b.inHand(t) })
	b.drop(t, "rest", "To: 358401234567\n\nrest")
	gateway.Wait(t, "rest in its queue", func() bool { return len(gateway.Files(t, b.Path("REST"))) == 1 })
	b.drop(t, "d1", "To: 491711\n\nd1")
	b.waits(t, "sent", "rest")
	if got := b.texts(t); !slices.Equal(got, []string{"first", "d1", "rest"}) {
		t.Errorf("sent in the order %q", got)
	}
}

func catchAll(t *testing.T, _ *lab) {
	b := &bench{Host: truth.Start(t, twoModems(t, "", strings.Replace(queues, "REST = 491711, 358, s\n", "", 1)), sim.Config{})}
	for name, to := range map[string]string{"zero": "0123", "nine": "999", "short": "s5", "german": "4916"} {
		b.drop(t, name, "To: "+to+"\n\nhi")
		if content := b.waits(t, "sent", name); !strings.Contains(content, "\nModem: GSM2\n") {
			t.Errorf("%s:\n%s", to, content)
		}
	}
}

func blackBeatsWhite(t *testing.T, _ *lab) {
	b := prepared(t, with{global: "blacklist = @DIR@/black\nwhitelist = @DIR@/white"}, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "black"), "4911 # all of it\n", 0o644)
		write(t, filepath.Join(dir, "white"), "49\n", 0o644)
	})
	fails("Destination is blacklisted")(t, b.send(t, "To: 49111\n\nhi"))
	if r := b.send(t, "To: 49222\n\nhi"); r.Outcome != "sent" {
		t.Errorf("%s: %s", r.Outcome, r.Reason)
	}
}

func listEdits(t *testing.T, _ *lab) {
	b := prepared(t, with{global: "blacklist = @DIR@/black\nwhitelist = @DIR@/white"}, sim.Config{}, func(dir string) {
		write(t, filepath.Join(dir, "black"), "", 0o644)
		write(t, filepath.Join(dir, "white"), "358\n", 0o644)
	})
	fails("Destination is not whitelisted")(t, b.send(t, "To: 49111\n\nhi"))
	write(t, b.Path("white"), "358\n49\n", 0o644)
	sends(hi)(t, b.send(t, "To: 49111\n\nhi"))
	write(t, b.Path("black"), "491\n", 0o644)
	fails("Destination is blacklisted")(t, b.send(t, "To: 49111\n\nhi"))
}
