package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
)

// TestKillBetweenAcceptAndSend kills the gateway when it has accepted a file and
// a message of the command line, but has no modem yet. After the restart each is
// sent once.
func TestKillBetweenAcceptAndSend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	config := s.config("viesti.yaml", wholeSite)
	first := s.start("viestid", "--config", config)
	first.Until("viestid is running")
	gateway.Drop(t, s.path("outgoing"), "from-file", []byte("To: 358401234567\n\nfrom a file\n"))
	id := s.viesti("send", "358401234567", "from the command line")
	gateway.Wait(t, "the file to be accepted", func() bool { return len(gateway.Files(t, s.path("checked"))) == 1 })
	first.Kill()

	s.plug(sim.Config{})
	s.start("viestid", "--config", config)
	s.sent("from-file")
	gateway.Wait(t, "the message of the command line", func() bool { return strings.Contains(s.viesti("message", id), ": sent") })
	if got := textsOf(t, s.modem.Records()); len(got) != 2 || got["from a file"] != 1 || got["from the command line"] != 1 {
		t.Errorf("on the air: %v, want each once", got)
	}
}

// TestKillInHand kills the gateway while each of two modems has a message that nobody
// knows the outcome of. After the restart they are sent again at once, by whichever
// modem: the broker would otherwise wait a minute for the dead, and a modem two for the
// other one, which is longer than this test waits.
func TestKillInHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	silent, err := sim.ParseRules([]byte(`[{"stage":"accepted","action":"silence","times":1}]`))
	if err != nil {
		t.Fatal(err)
	}
	s.plug(sim.Config{Name: "SIM1", Rules: silent})
	other := gateway.Modem(t, s.path("other"), sim.Config{Name: "SIM2", Rules: silent})
	config := s.config("viesti.yaml", wholeSite+"  - {name: SIM2, device: $DIR/other}\n")
	records := func() []sim.Record { return append(s.modem.Records(), other.Records()...) }

	p := s.start("viestid", "--config", config)
	for _, name := range []string{"one", "two"} {
		gateway.Drop(t, s.path("outgoing"), name, fmt.Appendf(nil, "To: 358401234567\n\n%s\n", name))
	}
	gateway.Wait(t, "a message in each modem", func() bool { return len(s.modem.Records()) == 1 && len(other.Records()) == 1 })
	p.Kill()
	s.start("viestid", "--config", config)
	s.sent("one")
	s.sent("two")
	if got := textsOf(t, records()); got["one"] != 2 || got["two"] != 2 {
		t.Errorf("on the air: %v, want each twice", got)
	}
}

// TestKillAtRandom kills the gateway again and again while it works. Every
// accepted message is sent; one that is sent twice says so.
func TestKillAtRandom(t *testing.T) {
	t.Parallel()
	const messages, kills = 120, 12
	s := newSite(t)
	s.plug(sim.Config{Latency: sim.Latency{Accept: 2 * time.Millisecond}})
	config := s.config("viesti.yaml", wholeSite)
	random := rand.New(rand.NewPCG(1, 2))
	dropped := 0
	for range kills {
		p := s.start("viestid", "--config", config)
		p.Until("modem ready")
		for range messages / kills {
			gateway.Drop(t, s.path("outgoing"), fmt.Sprintf("m%03d", dropped), fmt.Appendf(nil, "To: 358401234567\n\nmessage %03d\n", dropped))
			dropped++
		}
		// Let it get somewhere: until so many more parts have reached the modem.
		want := len(s.modem.Records()) + random.IntN(messages/kills)
		gateway.Wait(t, "some progress", func() bool { return len(s.modem.Records()) >= want || len(gateway.Files(t, s.path("sent"))) == dropped })
		p.Kill()
	}
	s.start("viestid", "--config", config)
	gateway.Wait(t, "all messages", func() bool { return len(gateway.Files(t, s.path("sent"))) == messages })

	onAir := textsOf(t, s.modem.Records())
	for i := range messages {
		text := fmt.Sprintf("message %03d", i)
		switch n := onAir[text]; {
		case n == 0:
			t.Errorf("%s was never sent", text)
		case n > kills+1:
			t.Errorf("%s was sent %d times", text, n)
		}
	}
	t.Logf("%d messages, %d transmissions, %d kills", messages, len(s.modem.Records()), kills)
	if extra := len(s.modem.Records()) - messages; extra > kills {
		t.Errorf("%d transmissions too many, want at most one for each of %d kills", extra, kills)
	}
}

// textsOf counts the texts that reached a modem.
func textsOf(t *testing.T, records []sim.Record) map[string]int {
	t.Helper()
	texts := map[string]int{}
	for _, r := range records {
		d, err := tpdu.DecodeSubmit(r.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		texts[gsm7.Decode(d.Data, gsm7.Tables{})]++
	}
	return texts
}
