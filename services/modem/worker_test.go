package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
	"github.com/viesti-sms/viesti/services/internal/natsd"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait.
const patience = time.Minute

// rig is a broker with its submitter's view of it.
type rig struct {
	t        *testing.T
	bus      *bus.Bus
	dir      string
	closeBus func()
	// log, when not nil, is that of workers.
	log *zap.Logger
	// places, when not nil, is told of the service's.
	places func(*places)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	server, err := natsd.Start(natsd.Config{Dir: filepath.Join(t.TempDir(), "nats"), Name: "test", SyncInterval: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := bus.New(nc, bus.Options{AckWait: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &rig{t: t, bus: b, dir: t.TempDir(), closeBus: nc.Close}
}

// worker runs a worker with a simulated modem until the test ends or stop is called.
func (r *rig) worker(name string, cfg sim.Config, change func(*Device)) (m *sim.Modem, stop func()) {
	r.t.Helper()
	m, d := r.device(name, cfg, change)
	return m, r.run("host-"+name, d)
}

// device plugs a simulated modem in, and says how to use it.
func (r *rig) device(name string, cfg sim.Config, change func(*Device)) (m *sim.Modem, d Device) {
	r.t.Helper()
	cfg.Name = name
	if cfg.Network == nil {
		cfg.Network = sim.NewNetwork(sim.NetworkConfig{Fates: []sim.Fate{{Never: true}}})
	}
	m = sim.New(cfg)
	path := filepath.Join(r.dir, name)
	l, err := m.ListenPTY(path)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = l.Close() })
	d = DefaultDevice()
	d.Name, d.Device = name, path
	d.ErrorSleep, d.OpenSleep = config.Duration(5*time.Millisecond), config.Duration(100*time.Millisecond)
	d.BlockTime, d.ReadTimeout = config.Duration(200*time.Millisecond), config.Duration(answerTime)
	if change != nil {
		change(&d)
	}
	return m, d
}

// run runs the service of a host until the test ends or stop is called.
func (r *rig) run(host string, modems ...Device) (stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	s := New(Config{Host: host, Modems: modems}, r.bus, cmp.Or(r.log, zap.NewNop()), nil)
	if r.places != nil {
		r.places(s.places)
	}
	go func() {
		defer close(done)
		_ = s.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	r.t.Cleanup(stop)
	return stop
}

// answerTime is how long a simulated modem may take to answer: a machine that has much
// else to do must not make it look dead.
const answerTime = 2 * time.Second

// impatient shortens the wait for the network's answer, which will not come.
func impatient(d *Device) { d.ReadTimeouts = map[string]int{"pdu": 1} }

func (r *rig) submit(id, text string, change func(*message.Submission)) {
	r.t.Helper()
	s := &message.Submission{
		ID: id, Account: "test", Queue: message.DefaultQueue, Recipient: message.NewAddress("358401234567"),
		Alphabet: message.UTF8, Body: message.NewBody([]byte(text)), AcceptedAt: time.Now(),
	}
	if change != nil {
		change(s)
	}
	if err := r.bus.Submit(r.t.Context(), s); err != nil {
		r.t.Fatal(err)
	}
}

// often is how soon a test looks again for what it waits for, and rarer how soon the next
// time: asking the broker costs what others could use.
const often = 5 * time.Millisecond

func rarer(pause time.Duration) time.Duration { return min(pause*5/4, 50*time.Millisecond) }

// final waits for the event that ends a message.
func (r *rig) final(id string) life.Kind {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for pause := often; ; pause = rarer(pause) {
		events, err := r.bus.History(ctx, id)
		for _, e := range events {
			switch e.Kind.(type) {
			case life.Sent, life.Failed, life.Expired, life.Cancelled:
				return e.Kind
			}
		}
		select {
		case <-ctx.Done():
			r.t.Fatalf("%s does not end: %v, %+v", id, err, events)
		case <-time.After(pause):
		}
	}
}

// sent is final for messages that must be sent.
func (r *rig) sent(id string) life.Sent {
	r.t.Helper()
	k := r.final(id)
	s, ok := k.(life.Sent)
	if !ok {
		r.t.Fatalf("%s: %T %+v, want sent", id, k, k)
	}
	return s
}

func rules(t *testing.T, json string) []sim.Rule {
	t.Helper()
	r, err := sim.ParseRules([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// parts tells which part of which reference each record is.
func parts(t *testing.T, records []sim.Record) (found []tpdu.Part) {
	t.Helper()
	for _, rec := range records {
		d, err := tpdu.DecodeSubmit(rec.TPDU)
		if err != nil {
			t.Fatal(err)
		}
		part, ok := tpdu.Concatenation(d.UDH)
		if !ok {
			part = tpdu.Part{Total: 1, Seq: 1}
		}
		found = append(found, part)
	}
	return found
}

const threeParts = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
	"012345678901234567890123456789"

// TestAnotherModemContinues lets a modem vanish before the third part of three:
// another one sends that part, and that part alone, under the same reference.
func TestAnotherModemContinues(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"command","match":"CMGS","action":"drop","delay":"1h","skip":2}]`)}, nil)
	r.submit("m1", threeParts, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := first.Wait(ctx, 2); err != nil {
		t.Fatal(err)
	}
	second, _ := r.worker("B", sim.Config{}, nil)
	s := r.sent("m1")
	if len(s.Parts) != 3 || s.MaybeDuplicated {
		t.Errorf("sent event: %+v", s)
	}
	a, b := parts(t, first.Records()), parts(t, second.Records())
	if len(a) != 2 || len(b) != 1 || b[0].Seq != 3 || b[0].Reference != a[0].Reference || a[1].Reference != a[0].Reference {
		t.Errorf("parts on the air: %+v, then %+v", a, b)
	}
}

// TestUnknownOutcome has no answer to a PDU. The policy decides: send again and
// say so, or hold.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	silent := `[{"stage":"accepted","match":".","action":"silence","times":1}]`
	t.Run("resend", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		m, _ := r.worker("A", sim.Config{Rules: rules(t, silent)}, impatient)
		r.submit("m1", "hello", nil)
		if s := r.sent("m1"); !s.MaybeDuplicated {
			t.Errorf("a message that may be doubled does not say so: %+v", s)
		}
		if n := len(m.Records()); n != 2 {
			t.Errorf("%d transmissions, want 2", n)
		}
	})
	t.Run("hold", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		m, _ := r.worker("A", sim.Config{Rules: rules(t, silent)}, impatient)
		r.submit("m1", "hello", func(s *message.Submission) { s.OnUnknown = message.Hold })
		r.submit("m2", "next", nil)
		f, ok := r.final("m1").(life.Failed)
		if !ok || !f.Unknown || f.Class != life.FailureUnknown {
			t.Errorf("final event: %+v", f)
		}
		r.sent("m2")
		if n := len(m.Records()); n != 2 {
			t.Errorf("%d transmissions, want one of each message", n)
		}
	})
}

// TestBadRecipientBlocksNothing has the network refuse one number: that message
// fails with the network's reason, and the next one goes out.
func TestBadRecipientBlocksNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"pdu","match":"5348103254","action":"reply","reply":"+CMS ERROR: 1"}]`)}, nil)
	r.submit("bad", "hello", nil)
	r.submit("good", "hello", func(s *message.Submission) { s.Recipient = message.NewAddress("491701234567") })
	f, ok := r.final("bad").(life.Failed)
	if !ok || f.Class != life.FailureRecipient || f.Reason == "" || len(f.PDUs) != 1 {
		t.Errorf("final event: %+v", f)
	}
	r.sent("good")
	if n := len(m.Records()); n != DefaultDevice().SendRetries+1+1 {
		t.Errorf("%d transmissions, want three attempts and one success", n)
	}
}

// TestBadRecipientGivesWay: between the attempts of a refused number the modem sends what
// else there is, however long the pause is.
func TestBadRecipientGivesWay(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m, _ := r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"pdu","match":"5348103254","action":"reply","reply":"+CMS ERROR: 1"}]`)},
		func(d *Device) { d.ErrorSleep = config.Duration(time.Hour) })
	r.submit("bad", "hello", nil)
	r.submit("badparts", threeParts, nil)
	r.submit("good", "hello", func(s *message.Submission) { s.Recipient = message.NewAddress("491701234567") })
	r.sent("good")
	if n := len(m.Records()); n != 3 {
		t.Errorf("%d transmissions, want one of each message", n)
	}
}

// TestGaveWay: the attempts of a message that gave way are counted over all its turns, and
// since when it is tried stays known.
func TestGaveWay(t *testing.T) {
	t.Parallel()
	began, errRefusal := time.Now(), errors.New("refused")
	w := &worker{dev: Device{SendRetries: 2, ErrorSleep: config.Duration(time.Minute)}}
	d := &delivery{worker: w, sub: &message.Submission{ID: "m"}, started: began}
	if end := d.giveWay(errRefusal); end.pause != time.Minute || end.final != nil || end.trouble {
		t.Errorf("it ends as %+v", end)
	}
	again := &delivery{worker: w, sub: &message.Submission{ID: "m"}}
	again.goOn()
	if !again.started.Equal(began) || len(w.tried) != 0 {
		t.Errorf("tried since %v, remembered: %v", again.started, w.tried)
	}
	for n := range mostTried + 1 {
		(&delivery{worker: w, sub: &message.Submission{ID: fmt.Sprint(n)}}).giveWay(errRefusal)
	}
	if len(w.tried) > mostTried {
		t.Errorf("%d are remembered", len(w.tried))
	}
	if again.mayGiveWay(2) {
		t.Error("a message whose first part was sent gives way")
	}
	w.dev.ErrorSleep = 0
	if again.mayGiveWay(1) {
		t.Error("it gives way for no time at all")
	}
}

// TestOneMessageBlocksNoModem: what the network refuses without saying why may be the
// message's fault. Several messages in a row that are refused so are the modem's.
func TestOneMessageBlocksNoModem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.worker("A", sim.Config{Rules: rules(t, `[{"stage":"pdu","match":"5348103254","action":"reply","reply":"+CMS ERROR: 500"}]`)}, func(d *Device) {
		d.SendRetries, d.MaxAttempts, d.BlockAfter, d.BlockTime = 0, 4, 3, config.Duration(time.Hour)
	})
	r.submit("bad", "hello", nil)
	if f, ok := r.final("bad").(life.Failed); !ok || f.Class != life.FailureTemporary {
		t.Errorf("final event: %+v", f)
	}
	r.submit("good", "hello", func(s *message.Submission) { s.Recipient = message.NewAddress("491701234567") })
	r.sent("good")
	for _, id := range []string{"one", "two", "three"} {
		r.submit(id, "hello", nil)
	}
	r.state("A", life.ModemBlocked)
}

// TestStopFinishesThePart stops a worker while a part is with the network: that
// part is finished and recorded, the others are left to another worker.
func TestStopFinishesThePart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reached := make(chan struct{}, 16)
	first, stop := r.worker("A", sim.Config{
		Latency: sim.Latency{Accept: 300 * time.Millisecond},
		OnCommand: func(line string) {
			if len(line) > 7 && line[:7] == "AT+CMGS" {
				reached <- struct{}{}
			}
		},
	}, nil)
	r.submit("m1", threeParts, nil)
	<-reached
	stop()
	if n := len(first.Records()); n != 1 {
		t.Fatalf("%d parts reached the first modem, want the one that was under way", n)
	}
	second, _ := r.worker("B", sim.Config{}, nil)
	if s := r.sent("m1"); s.MaybeDuplicated || len(s.Parts) != 3 {
		t.Errorf("sent event: %+v", s)
	}
	if got := parts(t, second.Records()); len(got) != 2 || got[0].Seq != 2 || got[1].Seq != 3 {
		t.Errorf("the second modem sent %+v, want parts 2 and 3", got)
	}
}

// TestReceivedStaysUntilDurable has the broker away when a worker finds a message
// in its modem: the message stays there. A worker with a broker delivers it, once,
// and then removes it.
func TestReceivedStaysUntilDurable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	deaf := newRig(t)
	m, stop := deaf.worker("A", sim.Config{}, func(d *Device) { d.Outgoing = false; d.Poll = config.Duration(time.Second) })
	deaf.closeBus()
	const pdu = "07915348010000F0040C91534810325476000062110102030400050AC8329BFD6681"
	if _, err := m.Store("SM", 0, pdu); err != nil {
		t.Fatal(err)
	}
	m.URC(`+CMTI: "SM",1`)
	stop()
	if _, err := m.Store("SM", 0, pdu); err != nil {
		t.Fatal(err)
	}

	events := make(chan *life.Event, 4)
	ctx, cancel := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		_ = r.bus.FollowAccount(ctx, subject.Inbox, func(_ context.Context, e *life.Event) error { events <- e; return nil })
	}()
	t.Cleanup(func() { cancel(); <-followed })
	s := New(Config{Host: "h", Modems: []Device{{Name: "A", Device: filepath.Join(deaf.dir, "A"), Incoming: true, Report: "no", PDUMode: true}}}, r.bus, zap.NewNop(), nil)
	run, stopRun := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Run(run) }()
	t.Cleanup(func() { stopRun(); <-done })
	select {
	case e := <-events:
		if k, ok := e.Kind.(life.Received); !ok || len(k.PDU) == 0 || k.Originator.Reveal() != "358401234567" {
			t.Errorf("event: %+v", e)
		}
	case <-time.After(patience):
		t.Fatal("the message did not arrive")
	}
	if len(events) > 0 {
		t.Error("the same message, read twice, arrived twice")
	}
}
