package conversation_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// hello is an SMS-SUBMIT of ten characters with the address of no service centre
// in front, and helloLength what AT+CMGS is told of it.
const (
	hello       = "0011000C915348103254760000FF0AE8329BFD4697D9EC37"
	helloLength = 23
)

// driven is a driver with a simulated modem, in a time of its own.
type driven struct {
	*journal
	t   *testing.T
	sim *sim.Modem
	m   *driver.Modem

	mu     sync.Mutex
	events []driver.Event
}

// usual is how the worker treats a modem that sends and receives.
var usual = driver.Config{
	PreInit: true, SignalQuality: true, CheckNetwork: 1, SelectPDUMode: true, Incoming: true, Acknowledge: true, MoreMessages: true,
	MemoryStart: 1,
}

// drive runs f with a driver and a simulated modem, connected by a pipe.
func drive(t *testing.T, cfg sim.Config, change func(*driver.Config), f func(*driven)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		cfg.OnCommand = j.Add
		cfg.Network = sim.NewNetwork(sim.NetworkConfig{Fates: []sim.Fate{{Never: true}}})
		d := &driven{journal: j, t: t, sim: sim.New(cfg)}
		near, far := net.Pipe()
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { _ = d.sim.Serve(ctx, far) })
		c := usual
		if change != nil {
			change(&c)
		}
		d.m = driver.New(near, c)
		running.Go(func() {
			for e := range d.m.Events() {
				d.mu.Lock()
				d.events = append(d.events, e)
				d.mu.Unlock()
			}
		})
		defer func() {
			_ = d.m.Close()
			cancel()
			running.Wait()
		}()
		f(d)
	})
}

// init initialises the modem, and fails the test when that fails.
func (d *driven) init() {
	d.t.Helper()
	if _, err := d.m.Init(context.Background()); err != nil {
		d.t.Fatalf("Init: %v; given were %q", err, d.All())
	}
}

// send sends a message that must be accepted.
func (d *driven) send() int {
	d.t.Helper()
	mr, err := d.m.Send(context.Background(), hello, helloLength)
	if err != nil {
		d.t.Fatalf("Send: %v; given were %q", err, d.All())
	}
	return mr
}

// works is what a modem with a quirk must still do: start, send, and show the
// message that it holds.
func (d *driven) works() {
	d.t.Helper()
	d.init()
	d.send()
	if _, err := d.sim.Store("SM", 0, received); err != nil {
		d.t.Fatal(err)
	}
	d.finds(1)
}

// finds lists the messages, removes them, and wants so many.
func (d *driven) finds(want int) []driver.Stored {
	d.t.Helper()
	found, err := d.m.List(context.Background())
	if err != nil || len(found) != want {
		d.t.Fatalf("List: %d messages (%v), want %d; given were %q", len(found), err, want, d.All())
	}
	for _, s := range found {
		if err := d.m.Delete(context.Background(), s); err != nil {
			d.t.Errorf("Delete: %v", err)
		}
	}
	if left := d.sim.Stored(); left != 0 {
		d.t.Errorf("%d messages stay in the modem", left)
	}
	return found
}

// received is an SMS-DELIVER, and reported an SMS-STATUS-REPORT.
const (
	received = "07915348010000F0040C9153481032547600006211010203040005C8329BFD06"
	reported = "07915348010000F006070C9153481032547662110102030400621101020314000000"
)

// gave fails unless the modem was given all of these, each once or more.
func (d *driven) gave(commands ...string) {
	d.t.Helper()
	for _, c := range commands {
		if !slices.Contains(d.All(), c) {
			d.t.Errorf("%s was not given; given were %q", c, d.All())
		}
	}
}

// never fails if a command that begins so was given.
func (d *driven) never(prefixes ...string) {
	d.t.Helper()
	for _, p := range prefixes {
		if d.Count(p) > 0 {
			d.t.Errorf("%s was given", p)
		}
	}
}

// cnmi is the setting of AT+CNMI that is in force.
func (d *driven) cnmi() string {
	d.t.Helper()
	s, err := d.m.Status(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return s.CNMI
}

// happened waits for an event of a type, in the time of the test.
func happened[E driver.Event](d *driven) (E, bool) {
	for range 100 {
		synctest.Wait()
		d.mu.Lock()
		for _, e := range d.events {
			if e, ok := e.(E); ok {
				d.mu.Unlock()
				return e, true
			}
		}
		d.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	var none E
	return none, false
}

// refused reports whether an error is a refusal with a number.
func refused(err error, code int) bool {
	var r *driver.RefusedError
	return errors.As(err, &r) && r.Code == code
}
