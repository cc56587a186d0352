package modem

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// send takes messages and sends them, one at a time, until ctx ends or the modem
// is in trouble.
func (w *worker) send(ctx context.Context, m *driver.Modem) error {
	taker, err := w.bus.Taker(ctx, w.dev.queues())
	if err != nil {
		return err
	}
	defer w.wait() // what was sent is recorded, whatever comes
	for {
		if err := w.awaitAllowance(ctx, m); err != nil {
			return err
		}
		work, err := taker.Take(ctx)
		if err != nil {
			return err
		}
		w.status.soon(life.ModemSending, work.Submission.ID)
		err = w.handle(ctx, m, work)
		w.status.soon(life.ModemIdle, "")
		if errors.Is(err, driver.ErrBusy) {
			// Others may be free: nothing is taken that would have to wait here.
			err = m.Ready(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// delivery is one message on its way through one modem.
type delivery struct {
	*worker
	modem *driver.Modem
	work  *bus.Work
	sub   *message.Submission
	msg   *compose.Message
	log   *zap.Logger

	// known is what is recorded; looks counts how often earlier workers' records were
	// asked for.
	known bus.Progress
	looks int
	// current is the part that is being sent, and total how many there are.
	current, total atomic.Int32
	// reserved is when the part was counted that is being sent.
	reserved time.Time
	// started is when the first part was attempted, by this worker.
	started time.Time
	done    []life.PartDone
}

// handle sends one message. It returns an error only when the modem or the worker
// cannot go on; the message is accounted for in any case.
func (w *worker) handle(ctx context.Context, m *driver.Modem, work *bus.Work) error {
	d := &delivery{
		worker: w, modem: m, work: work, sub: work.Submission,
		log: w.log.With(log.Message(work.Submission.ID)),
	}
	d.goOn()
	defer w.crew.hold(w.dev.Name, d.sub.ID)()
	defer w.info.hold(w.dev.Name, d.inHand)()
	ctx, stop := graceful(ctx)
	defer stop()
	err := d.run(ctx)
	var end *ending
	switch {
	case err == nil:
		w.troubles = 0
		return w.countMessage(ctx)
	case errors.As(err, &end):
		return d.end(ctx, end)
	default:
		// The broker does not take records, or the device is gone: the message
		// goes to whoever is free.
		_ = work.Return(0)
		return err
	}
}

// run sends all parts that are not sent yet.
func (d *delivery) run(ctx context.Context) error {
	if err := d.expire(ctx); err != nil {
		return err
	}
	if err := d.quiet(ctx); err != nil {
		return err
	}
	if err := d.claimParts(ctx); err != nil {
		return err
	}
	if d.sub.Kind == message.Voicecall {
		return d.voiceCall(ctx)
	}
	msg, err := compose.Compose(d.sub, d.settingsNow())
	if err != nil {
		return &ending{final: notComposed(err), cause: err}
	}
	d.msg = msg
	d.total.Store(int32(len(msg.Parts)))
	restore, err := d.useCentre(ctx)
	if err != nil {
		return err
	}
	defer restore()
	for part := 1; part <= len(d.msg.Parts); part++ {
		if part > 1 && draining(ctx) {
			return leftOver(ctx)
		}
		d.current.Store(int32(part))
		if err := d.part(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// settingsNow are the settings of the modem with what is left of the message's validity:
// nobody wants yesterday's code.
func (d *delivery) settingsNow() *compose.Settings {
	if d.sub.ExpiresAt.IsZero() {
		return d.settings
	}
	set := *d.settings
	set.Remaining = max(d.sub.ExpiresAt.Sub(d.now()), 1)
	return &set
}

// leftOver ends a message that is not finished when the worker stops. The pause makes
// the broker write down that it was given back: otherwise one that is restarted at
// the same time would keep it for the worker until AckWait has passed.
func leftOver(ctx context.Context) error {
	if !draining(ctx) {
		return ctx.Err()
	}
	return &ending{cause: errors.New("the worker stops; what remains goes to another one"), pause: time.Millisecond}
}

// inHand says what is being sent.
func (d *delivery) inHand() string { return sending(int(d.current.Load()), int(d.total.Load())) }

// notComposed is what the submitter is told of a message that cannot be composed.
func notComposed(err error) life.Failed {
	failed := life.Failed{Reason: err.Error(), Class: life.FailureMessage}
	var r *compose.Rejection
	if errors.As(err, &r) {
		failed.Reason, failed.Notices = r.Reason, r.Notices
	}
	return failed
}

// expire ends a message whose validity ended while it waited. One that was begun
// before goes on: nil.
func (d *delivery) expire(ctx context.Context) error {
	if d.sub.ExpiresAt.IsZero() || d.now().Before(d.sub.ExpiresAt) {
		return nil
	}
	err := d.bus.ClaimWithdrawal(ctx, d.sub, d.event(life.Expired{ExpiresAt: d.sub.ExpiresAt}))
	switch {
	case errors.Is(err, bus.ErrConflict):
		return d.look(ctx)
	case err != nil:
		return err
	}
	return &ending{final: life.Expired{ExpiresAt: d.sub.ExpiresAt}, cause: errors.New("its validity has ended")}
}

// errClaimed says that the parts of a message are another modem's.
var errClaimed = errors.New("another modem sends the parts of this message")

// claimParts leaves a part of a message that its client has cut to the modem that sent
// the others: a phone does not put together what comes from several numbers.
func (d *delivery) claimParts(ctx context.Context) error {
	const again = 200 * time.Millisecond // until that modem may have asked for it
	parts, ok := message.PartsOf(d.sub)
	if !ok {
		return nil
	}
	own := d.status.modem()
	granted, err := d.bus.ClaimParts(ctx, parts, own.Host, own.Name, d.now())
	if err != nil || granted {
		return err
	}
	return &ending{pause: again, cause: errClaimed}
}

// part sends one part, again if need be, and records what came of it.
func (d *delivery) part(ctx context.Context, part int) error {
	for try := 0; ; try++ {
		err := d.intend(ctx, part)
		if err != nil {
			return err
		}
		if accepted, ok := d.known.Accepted[part]; ok {
			d.done = append(d.done, accepted)
			return d.closeIfLast(ctx, part)
		}
		if err := d.mayBegin(ctx, part); err != nil {
			return err
		}
		d.forgetLate()
		mr, err := d.hand(ctx, part)
		if err == nil {
			return d.accepted(ctx, part, mr)
		}
		if late, ok := d.late(ctx, err); ok {
			return d.accepted(ctx, part, late)
		}
		if err := d.notAccepted(ctx, part, try >= d.retries(), err); err != nil {
			return err
		}
		if !rest(ctx, time.Duration(d.dev.ErrorSleep)) {
			return leftOver(ctx)
		}
	}
}

// mayBegin makes sure, after the intent was recorded, that the message is still
// this worker's, and that nothing else of it is open. Otherwise it records that the
// part was not begun.
func (d *delivery) mayBegin(ctx context.Context, part int) error {
	err := errNotHeld
	if d.work.Held() {
		err = d.settle(ctx)
	}
	if err == nil {
		err = d.reserve(ctx)
	}
	if err == nil {
		return nil
	}
	return errors.Join(d.recordRefusal(ctx, part), err)
}

// moreFollows reports whether another part or message will be sent at once, so
// that the radio link is worth keeping.
func (d *delivery) moreFollows(ctx context.Context, part int) bool {
	return !draining(ctx) && d.dev.SentSleep == 0 && (part < len(d.msg.Parts) || d.work.More())
}

// retries is how often this modem tries a part again.
func (d *delivery) retries() int {
	if d.sub.Options.Retries != nil {
		return *d.sub.Options.Retries
	}
	return d.dev.SendRetries
}

func (d *delivery) event(k life.Kind) *life.Event {
	return &life.Event{
		ID: d.sub.ID, Account: d.sub.Account, Time: d.now(), Subject: life.SubjectOf(d.sub), Modem: d.status.modem(), Kind: k,
	}
}
