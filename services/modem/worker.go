package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/driver/serial"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// worker serves one modem.
type worker struct {
	dev      Device
	settings *compose.Settings
	bus      *bus.Bus
	log      *zap.Logger
	status   *status
	now      func() time.Time
	control  control

	// pinRefused remembers, over sessions, that the SIM did not take the PIN.
	pinRefused bool
	// pin remembers the same over processes; pinGiven tells that the PIN was given
	// in this session.
	pin      pinNote
	pinGiven bool
	// troubles counts the failures of the modem itself since the last success.
	troubles int
	// blamed is the message of the last one of them that may be the message's own.
	blamed string
	// lateAnswers has the reference of a part that was accepted after its Send had
	// given up.
	lateAnswers chan int
	// tried is since when messages are tried that gave way to others; it belongs to the
	// sending goroutine.
	tried map[string]time.Time
	// info tells what the end of the process waits for.
	info   *infoFile
	ladder ladder
	// before is the message that was sent last; it belongs to the sending goroutine.
	before *finishing
	// indicates says that the modem tells of new messages, and stored how many the
	// last look found in its memory.
	indicates atomic.Bool
	stored    int
	// calling is about the call that comes in.
	calling calling
	// policy says who gets what arrives; nil: the inbox.
	policy *sharedPolicy
	// unmatched tells since when reports in the modem are looked up in vain, parts
	// wait for the first one, and messages come cut off. It belongs to whoever
	// collects what the modem stores.
	unmatched map[string]time.Time
	// kept are the messages that stay in the modem although they were delivered.
	kept map[slot]string
	// alarmed are the memories whose alarm was raised.
	alarmed map[string]bool
	// detailed tells that what the modem says of itself was logged.
	detailed bool
	// chatter is when lines of a name were last logged.
	chatter map[string]time.Time
	// places are those of all modems of the host, and place that of this one, where its
	// configuration does not say it.
	places *places
	place  atomic.Pointer[string]
	// crew are the modems of the service.
	crew *crew
	// regular is where the regular run is.
	regular regular
	// recorder keeps what is said for the case of trouble.
	recorder recorder
	// messages counts what was sent, where that is not kept with the broker; limited
	// is the limit that an alarm was raised for. Both belong to the sending goroutine.
	messages allowance.Tally
	limited  string
	// unregistered counts sessions, one after the other, that found no network.
	unregistered int
	// unopened counts attempts, one after the other, to open the device in vain.
	unopened int
}

func newWorker(host string, d Device, b *bus.Bus, logger *zap.Logger) *worker {
	return &worker{
		dev: d, settings: d.settings(), bus: b, log: logger.With(log.Modem(d.Name)), now: time.Now, control: control{ready: make(chan struct{})},
		status: newStatus(b, life.ModemStatus{
			Device: d.Device, Queues: d.serves(), Registration: -1, BitErrors: -1,
			Identity: life.Modem{Host: host, Name: d.Name, Number: string(d.Number), Description: d.Description},
		}),
		lateAnswers: make(chan int, 1), unmatched: map[string]time.Time{},
		recorder: recorder{path: d.TroubleAT}, info: newInfoFile("", logger), crew: newCrew([]Device{d}), kept: map[slot]string{}, alarmed: map[string]bool{}, ladder: newLadder(d.Profile),
	}
}

// errBlocked ends a session after too many troubles.
var errBlocked = errors.New("too many troubles one after the other")

// run serves the modem until ctx ends, over as many sessions as it takes.
func (w *worker) run(ctx context.Context) {
	defer w.listen()()
	w.recall(ctx)
	var tasks sync.WaitGroup
	defer tasks.Wait()
	if w.dev.SuspendFile != "" {
		f := &suspendFile{path: w.dev.SuspendFile}
		w.obeyFile(f)
		tasks.Go(func() { w.watchFile(ctx, f) })
	}
	pause := firstPause
	for ctx.Err() == nil {
		round, done := w.control.begin(ctx)
		pause = w.round(round, pause)
		done()
	}
	w.status.set(context.WithoutCancel(ctx), life.ModemStopped, "the worker has stopped")
}

// firstPause is how long the first pause after trouble is.
const firstPause = 500 * time.Millisecond

// round is one session with the pause after it, or one suspension. It returns the
// next pause.
func (w *worker) round(ctx context.Context, pause time.Duration) time.Duration {
	if w.suspended(ctx) {
		return firstPause
	}
	w.runPortless(ctx)
	started := w.now()
	err := w.session(ctx)
	switch {
	case errors.Is(err, errPortWanted):
		return firstPause
	case ctx.Err() != nil:
		w.troubles = 0
		return firstPause
	case errors.Is(err, errBlocked):
		pause = time.Duration(w.dev.BlockTime)
		w.troubles = 0
		w.tellTrouble(err)
		w.log.Error("modem blocked; its messages go to others", zap.Duration("for", pause))
		w.status.setUntil(ctx, life.ModemBlocked, w.now().Add(pause), err.Error())
	default:
		if w.now().Sub(started) > time.Duration(w.dev.OpenSleep) {
			pause = firstPause
		}
		w.tellTrouble(err)
		w.log.Log(w.severity(err), "modem trouble", zap.Error(err), zap.Duration("next attempt in", pause))
		w.status.setUntil(ctx, life.ModemTrouble, w.now().Add(pause), err.Error())
	}
	w.rest(ctx, pause)
	return min(2*pause, max(time.Duration(w.dev.OpenSleep), firstPause))
}

// session opens the device and works with it until it fails or ctx ends.
func (w *worker) session(ctx context.Context) (err error) {
	defer func() { w.failed(err) }()
	if step := w.control.takeStep(); step != rungReopen {
		w.ladder.asked = step
	}
	step := w.ladder.next()
	w.resetClosed(ctx, step)
	defer w.places.leave(w.dev.Name)
	device, err := w.openDevice(ctx)
	if err != nil {
		return fmt.Errorf("opening the device: %w", err)
	}
	defer w.crew.opened(w.dev.Name)()
	cfg := w.dev.driver()
	cfg.USB, cfg.Unregistered = usbIdentity(device, w.device()), w.unregisteredYet
	if err := w.guardPIN(&cfg); err != nil {
		_ = device.Close()
		return err
	}
	stopTrace, err := w.trace(&cfg)
	if err != nil {
		_ = device.Close()
		return err
	}
	defer func() {
		if err := stopTrace(); err != nil {
			w.log.Warn("writing the transcript", zap.Error(err))
		}
	}()
	m := driver.New(device, cfg)
	defer func() { _ = m.Close() }()
	if err := w.resetOpen(ctx, m, step); err != nil {
		return err
	}
	identity, err := m.Init(ctx)
	if identity.Manufacturer != "" {
		w.ladder.learn(m.Profile())
	}
	if err = w.notePIN(m, &cfg, err); err != nil {
		return fmt.Errorf("initialising: %w", err)
	}
	w.status.identify(identity.IMEI, identity.IMSI)
	w.status.set(ctx, life.ModemIdle, "")
	w.answered(m)
	if err := w.ladder.resume(); err != nil {
		return err
	}
	w.welcome(ctx, m, identity)
	err = w.serve(ctx, m)
	if w.dev.Stop != "" && m.Err() == nil {
		farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Duration(w.dev.ReadTimeout))
		defer cancel()
		if err := m.Stop(farewell); err != nil {
			w.log.Warn("giving the stop command", zap.Error(err))
		}
	}
	return err
}

// openDevice opens the device, and waits for one that is not plugged in.
func (w *worker) openDevice(ctx context.Context) (io.ReadWriteCloser, error) {
	w.status.set(ctx, life.ModemStarting, "opening the device")
	if w.dev.ModemDisabled {
		return noModem(), nil
	}
	device, err := w.openWhereItIs(ctx)
	w.countOpening(ctx, err)
	if !errors.Is(err, serial.ErrNoDevice) {
		return device, err
	}
	w.log.Error("the device is not there; it is waited for", zap.String("device", w.device()), zap.Error(err))
	w.status.set(ctx, life.ModemTrouble, err.Error()+"; it is waited for")
	if err := w.awaitDevice(ctx); err != nil {
		return nil, err
	}
	return w.openWhereItIs(ctx)
}

// openWhereItIs opens the device, and looks for the modem first where its
// configuration does not say where it is.
func (w *worker) openWhereItIs(ctx context.Context) (io.ReadWriteCloser, error) {
	if w.dev.Match.wanted() {
		place, err := w.places.find(ctx, &w.dev)
		if err != nil {
			return nil, err
		}
		w.place.Store(&place)
		w.status.moved(place)
	}
	d := w.dev
	d.Device = w.device()
	return w.places.open(ctx, d)
}

// device is where the modem is, as far as that is known.
func (w *worker) device() string {
	if place := w.place.Load(); place != nil {
		return *place
	}
	return w.dev.Device
}

// awaitDevice waits until the device is plugged in, or anything is that may be it.
func (w *worker) awaitDevice(ctx context.Context) error {
	if w.dev.Match.wanted() {
		return w.places.roots.AwaitPort(ctx, max(time.Duration(w.dev.OpenSleep), firstPause))
	}
	return serial.AwaitDevice(ctx, w.dev.Device)
}

// countOpening raises an alarm when the device could not be opened so often, one time
// after the other.
func (w *worker) countOpening(ctx context.Context, err error) {
	if err == nil {
		w.unopened = 0
		return
	}
	if w.unopened++; w.unopened == w.dev.OpenAlarm {
		w.alarm(ctx, "device", fmt.Sprintf("the device of modem %s could not be opened %d times: %v", w.dev.Name, w.unopened, err))
	}
}

// serve runs what a modem does at the same time. The driver carries out one
// command after the other.
func (w *worker) serve(ctx context.Context, m *driver.Modem) error {
	defer w.control.attach(m)()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.watchDevice(ctx, m) })
	group.Go(func() error { return w.refresh(ctx, m) })
	direct := make(chan driver.Direct, directBacklog)
	group.Go(func() error { return w.receive(ctx, m, direct) })
	group.Go(func() error { return w.receiveDirect(ctx, m, direct) })
	group.Go(func() error { return w.runRegularly(ctx, m) })
	if w.dev.Outgoing {
		group.Go(func() error { return w.send(ctx, m) })
	}
	return group.Wait()
}

func (w *worker) watchDevice(ctx context.Context, m *driver.Modem) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-m.Done():
		return m.Err()
	}
}

// refresh asks the modem how it is, now and then, and keeps its state visible.
func (w *worker) refresh(ctx context.Context, m *driver.Modem) error {
	for failures := 0; ; {
		st, err := m.Status(ctx)
		switch {
		case err == nil:
			failures = 0
			w.indicates.Store(st.CNMI != "")
			w.status.radio(ctx, st)
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			failures++
			w.log.Warn("asking the modem for its state", zap.Error(err))
			w.status.publish(ctx)
			if hung(err, failures) {
				return fmt.Errorf("asking for its state: %w", err)
			}
		}
		if !sleep(ctx, bus.StatusInterval) {
			return ctx.Err()
		}
	}
}

// hung reports whether a modem that fails to answer should be opened anew.
func hung(err error, failures int) bool {
	const patience = 3
	return failures >= patience || errors.Is(err, driver.ErrOutOfStep) || errors.Is(err, driver.ErrGone)
}

// answer carries out a command of an operator that is for the modem itself.
func (w *worker) answer(m *driver.Modem, c wire.Command) wire.Reply {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout+time.Second)
	defer cancel()
	if c.Verb == wire.VerbUSSD {
		return w.askNetwork(ctx, m, c)
	}
	w.log.Info("an operator gives an AT command")
	lines, err := m.Command(ctx, c.Argument, c.Timeout)
	if err != nil {
		return wire.Reply{Lines: lines, Error: err.Error()}
	}
	return wire.Reply{Lines: lines}
}
