package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/test/process"
)

// nodes is how many brokers there are.
const nodes = 3

// patience is how long anything may take that must come: elections take up to ten
// seconds, and what a dead scheduler had in hand comes back after ten more.
const patience = 90 * time.Second

// brokers are the servers of one cluster.
type brokers struct {
	t       *testing.T
	dir     string
	clients [nodes]string
	running [nodes]*process.Process
}

func startBrokers(t *testing.T) *brokers {
	t.Helper()
	b := &brokers{t: t, dir: t.TempDir()}
	addresses := freeAddresses(t, 2*nodes)
	var routes []string
	for i := range nodes {
		b.clients[i] = addresses[i]
		routes = append(routes, fmt.Sprintf("%q", "nats://"+addresses[nodes+i]))
	}
	for i := range nodes {
		conf := fmt.Sprintf(`server_name: n%d
listen: %s
jetstream { store_dir: %q, max_file_store: 1GB, max_memory_store: 64MB }
cluster { name: test, listen: %s, routes: [%s] }
`, i, b.clients[i], filepath.Join(b.dir, fmt.Sprint("store", i)), addresses[nodes+i], strings.Join(routes, ", "))
		if err := os.WriteFile(b.conf(i), []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		b.start(i)
	}
	return b
}

func (b *brokers) conf(i int) string { return filepath.Join(b.dir, fmt.Sprintf("n%d.conf", i)) }

func (b *brokers) start(i int) {
	b.t.Helper()
	b.running[i] = process.Start(b.t, process.Broker(bin), nil, "-c", b.conf(i))
}

func (b *brokers) kill(i int) { b.running[i].Kill() }

// freeAddresses are addresses of loopback that nobody listens on.
func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		all = append(all, l.Addr().String())
	}
	return all
}

// connect connects to whichever broker answers, over dial if it is given.
func (b *brokers) connect(name string, dial nats.CustomDialer) *nats.Conn {
	b.t.Helper()
	opts := append(bus.ConnectOptions(name, func(bool, error) {}), nats.RetryOnFailedConnect(true))
	if dial != nil {
		opts = append(opts, nats.SetCustomDialer(dial))
	}
	nc, err := nats.Connect("nats://"+strings.Join(b.clients[:], ",nats://"), opts...)
	if err != nil {
		b.t.Fatal(err)
	}
	return nc
}

// bus is a Bus of a connection.
func (b *brokers) bus(nc *nats.Conn) *bus.Bus {
	b.t.Helper()
	v, err := bus.New(nc, bus.Options{Replicas: nodes, Try: 2 * time.Second, AckWait: 10 * time.Second})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// whole waits until all brokers are there and know everything.
func (b *brokers) whole(ctx context.Context, nc *nats.Conn) {
	b.t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		b.t.Fatal(err)
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !b.isWhole(ctx, js) {
		select {
		case <-ctx.Done():
			b.t.Fatal("the cluster does not become whole again")
		case <-tick.C:
		}
	}
}

func (b *brokers) isWhole(ctx context.Context, js jetstream.JetStream) bool {
	for _, name := range []string{"SMS_OUT", "SMS_EVT", "SMS_JOB"} {
		try, cancel := context.WithTimeout(ctx, 2*time.Second)
		s, err := js.Stream(try, name)
		cancel()
		if err != nil || s.CachedInfo().Cluster == nil || len(s.CachedInfo().Cluster.Replicas) != nodes-1 {
			return false
		}
		for _, r := range s.CachedInfo().Cluster.Replicas {
			if !r.Current || r.Offline {
				return false
			}
		}
	}
	return true
}
