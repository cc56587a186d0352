package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
	"github.com/viesti-sms/viesti/services/test/gateway"
	"github.com/viesti-sms/viesti/services/test/process"
)

// broker is an external NATS server with one key.
type broker struct {
	url, seed string
}

func startBroker(t *testing.T, dir string) broker {
	t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := key.PublicKey()
	seed, _ := key.Seed()
	b := broker{seed: filepath.Join(dir, "client.nk")}
	if err := os.WriteFile(b.seed, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	conf := filepath.Join(dir, "nats.conf")
	content := fmt.Sprintf("listen: %q\njetstream { store_dir: %q, sync_interval: always }\nauthorization { users: [ { nkey: %s } ] }\n",
		address, filepath.Join(dir, "nats"), public)
	if err := os.WriteFile(conf, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	process.Start(t, filepath.Join(bin, "nats-server"), nil, "-c", conf).Until("Server is ready")
	b.url = "nats://" + address
	return b
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (b broker) section(host string) string {
	return fmt.Sprintf("host: %s\nnats:\n  url: %s\n  nkey: %s\n", host, b.url, b.seed)
}

// TestSeparateProcesses runs every service as a process of its own against an
// external broker, with two modem workers that share a queue. One of them is
// killed on the way; its message is sent by the other.
func TestSeparateProcesses(t *testing.T) {
	t.Parallel()
	const messages = 40
	front, left, right := newSite(t), newSite(t), newSite(t)
	b := startBroker(t, front.dir)
	slow := sim.Config{Latency: sim.Latency{Accept: 20 * time.Millisecond}}
	left.plug(slow)
	right.plug(slow)

	front.start("viesti-spool", "--config", front.config("spool.yaml", b.section("front")+spoolSection)).Until("running")
	front.start("viesti-scheduler", "--config", front.config("scheduler.yaml", b.section("front"))).Until("running")
	doomed := left.start("viesti-modem", "--config", left.config("modem.yaml", b.section("left")+modemSection))
	doomed.Until("modem ready")
	right.start("viesti-modem", "--config", right.config("modem.yaml", b.section("right")+modemSection)).Until("modem ready")

	for i := range messages {
		gateway.Drop(t, front.path("outgoing"), fmt.Sprintf("m%02d", i), fmt.Appendf(nil, "To: 358401234567\n\nmessage %02d\n", i))
	}
	gateway.Wait(t, "both modems to work", func() bool { return len(left.modem.Records()) > 3 && len(right.modem.Records()) > 3 })
	doomed.Kill()
	// The message in the hands of the dead worker comes back after a minute;
	// all others go to the living one.
	gateway.Wait(t, "the other messages", func() bool { return len(gateway.Files(t, front.path("sent"))) >= messages-1 })
	id := front.viesti("--nats", b.url, "--nkey", b.seed, "send", "--priority", "high", "358401234567", "and one by hand")
	gateway.Wait(t, "the message by hand", func() bool {
		return strings.Contains(front.viesti("--nats", b.url, "--nkey", b.seed, "message", id), ": sent")
	})
	onAir := textsOf(t, append(left.modem.Records(), right.modem.Records()...))
	for text, n := range onAir {
		if n > 1 {
			t.Errorf("%q was sent %d times", text, n)
		}
	}
	if status := front.viesti("--nats", b.url, "--nkey", b.seed, "status"); !strings.Contains(status, "right") {
		t.Errorf("status does not show the modem of the other host:\n%s", status)
	}
}
