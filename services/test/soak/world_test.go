package soak

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// world is everything that the weather happens to.
type world struct {
	*plan
	t       *testing.T
	dir     string
	broker  natsd.Config
	bus     *bus.Bus
	network *sim.Network
	journal *sim.Journal
	modems  []*sim.Modem
	hosts   []*host

	mu     sync.Mutex
	server *natsd.Server
}

// ackWait is how long a worker may be silent about its message: a minute, scaled.
func (p *plan) ackWait() time.Duration { return max(p.of(time.Minute), 2*time.Second) }

// badRecipients are numbers that the network refuses for good.
var badRecipients = regexp.MustCompile(`^358499`)

func newWorld(t *testing.T, p *plan, dir string) *world {
	w := &world{plan: p, t: t, dir: dir, journal: sim.NewJournal(nil)}
	w.broker = natsd.Config{Dir: filepath.Join(dir, "nats"), Name: "soak", SyncInterval: time.Minute, Listen: freeAddress(t)}
	w.startBroker()
	t.Cleanup(func() { w.server.Close() })
	w.connect()
	w.network = sim.NewNetwork(sim.NetworkConfig{
		DeliverDelay: p.of(2 * time.Second), ReportDelay: p.of(5 * time.Second),
		Fates: []sim.Fate{{Match: badRecipients, Reject: 1}},
	})
	t.Cleanup(w.network.Close)
	for i := range p.hosts {
		o := orders{Host: fmt.Sprintf("host%d", i), URL: w.server.URL(), Seed: w.server.SeedFile(), AckWait: p.ackWait()}
		for j := i; j < p.modems; j += p.hosts {
			m, path := w.plug(j)
			w.modems = append(w.modems, m)
			d := p.device(m.Name(), path)
			if j%2 == 0 {
				d.Report = "yes"
			}
			o.Modems = append(o.Modems, d)
		}
		w.hosts = append(w.hosts, newHost(t, o, dir))
	}
	return w
}

// freeAddress is an address that nobody listens on.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (w *world) startBroker() {
	s, err := natsd.Start(w.broker)
	if err != nil {
		w.t.Errorf("starting the broker: %v", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.server = s
}

// restartBroker takes the broker away for a time.
func (w *world) restartBroker(ctx context.Context, away time.Duration) {
	w.mu.Lock()
	s := w.server
	w.mu.Unlock()
	s.Close()
	pause(ctx, away)
	w.startBroker()
}

func (w *world) connect() {
	nc, err := bus.Dial(bus.Target{URL: w.server.URL(), NKey: w.server.SeedFile()},
		append(bus.ConnectOptions("soak", func(bool, error) {}), nats.ReconnectWait(100*time.Millisecond))...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(nc.Close)
	if w.bus, err = bus.New(nc, bus.Options{AckWait: w.ackWait()}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.bus.Ensure(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// places is the size of the small memories, which fill up.
const places = 8

// plug starts the simulated modem number i, well-behaved; every fourth is a TCP
// modem server, the others are serial ports that vanish when the modem is dropped.
func (w *world) plug(i int) (m *sim.Modem, device string) {
	cfg := sim.Config{
		Name: fmt.Sprintf("GSM%02d", i+1), Number: fmt.Sprintf("358500%06d", i), IMEI: fmt.Sprintf("3500000000%05d", i),
		IMSI: fmt.Sprintf("2440500000%05d", i), Memories: []sim.Memory{{Name: "SM", Size: places}, {Name: "ME", Size: places}, {Name: "SR", Size: places}},
		Latency: sim.Latency{Accept: w.of(2 * time.Second), Jitter: w.of(3 * time.Second)}, AckTimeout: w.of(15 * time.Second),
		BootTime: w.of(2 * time.Second), BackAfter: w.of(5 * time.Second), EagerURC: i%3 == 0, FirstIndex0: i%5 == 0,
		Network: w.network, Journal: w.journal, Seed: w.seed + uint64(i),
	}
	m = sim.New(cfg)
	var l *sim.Listener
	var err error
	if i%4 == 3 {
		if l, err = m.ListenTCP("127.0.0.1:0"); err == nil {
			device = "@" + l.Addr()
		}
	} else {
		device = filepath.Join(w.dir, cfg.Name)
		l, err = m.ListenPTY(device)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	return m, device
}
