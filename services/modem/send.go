package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/codec/atline"
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
	for {
		work, err := taker.Take(ctx)
		if err != nil {
			return err
		}
		w.status.soon(life.ModemSending, work.Submission.ID)
		err = w.handle(ctx, m, work)
		w.status.soon(life.ModemIdle, "")
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

	// known is what earlier workers recorded; looked says whether it was asked for.
	known  bus.Progress
	looked bool
	// started is when the first part was attempted, by this worker.
	started time.Time
	done    []life.PartDone
	// unsure says that a part was attempted again after an unknown outcome.
	unsure bool
}

// ending is what becomes of a message that is not sent; it is an error so that it
// passes up from where it was found out.
type ending struct {
	// final is the event that ends the message; nil when it goes back.
	final life.Kind
	// pause is how long it stays in the queue before another try.
	pause time.Duration
	// cause is what the log says.
	cause error
	// trouble says that the modem is to blame.
	trouble bool
}

func (e *ending) Error() string { return e.cause.Error() }

// handle sends one message. It returns an error only when the modem or the worker
// cannot go on; the message is accounted for in any case.
func (w *worker) handle(ctx context.Context, m *driver.Modem, work *bus.Work) error {
	d := &delivery{
		worker: w, modem: m, work: work, sub: work.Submission,
		log: w.log.With(log.Message(work.Submission.ID)),
	}
	ctx, stop := graceful(ctx)
	defer stop()
	err := d.run(ctx)
	var end *ending
	switch {
	case err == nil:
		w.troubles = 0
		return nil
	case errors.As(err, &end):
		return d.end(ctx, end)
	default:
		// The broker does not take records, or the device is gone: the message
		// goes to whoever is free.
		_ = work.Return(0)
		return err
	}
}

// grace is how long what is in hand may still take when the worker is to stop.
const grace = 90 * time.Second

// stopping is the key of the context that tells a graceful one that its end is asked for.
type stopping struct{}

// graceful returns a context that lasts grace longer than ctx, so that a part
// that a modem has is finished and recorded. draining tells whether ctx has ended.
func graceful(ctx context.Context) (context.Context, func()) {
	out, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), stopping{}, ctx))
	unhook := context.AfterFunc(ctx, func() {
		if sleep(out, grace) {
			cancel()
		}
	})
	return out, func() {
		unhook()
		cancel()
	}
}

func draining(ctx context.Context) bool {
	outer, ok := ctx.Value(stopping{}).(context.Context)
	return ok && outer.Err() != nil
}

// run sends all parts that are not sent yet.
func (d *delivery) run(ctx context.Context) error {
	if d.expired() {
		if err := d.expire(ctx); err != nil {
			return err
		}
	}
	msg, err := compose.Compose(d.sub, d.settings)
	if err != nil {
		return &ending{final: life.Failed{Reason: reason(err), Class: life.FailureMessage}, cause: err}
	}
	d.msg = msg
	for part := 1; part <= len(msg.Parts); part++ {
		if part > 1 && draining(ctx) {
			return &ending{cause: errors.New("the worker stops; the remaining parts go to another one")}
		}
		if err := d.part(ctx, part); err != nil {
			return err
		}
	}
	return d.work.Done(ctx)
}

// reason is what the submitter is told of a message that cannot be composed.
func reason(err error) string {
	var r *compose.Rejection
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}

func (d *delivery) expired() bool {
	return !d.sub.ExpiresAt.IsZero() && !d.now().Before(d.sub.ExpiresAt)
}

// expire ends a message whose validity ended while it waited. One that was begun
// before goes on: nil.
func (d *delivery) expire(ctx context.Context) error {
	_, err := d.bus.Attempt(ctx, d.event(life.Attempt{Part: 1, Total: 1, State: life.Withdrawn}), 0)
	switch {
	case errors.Is(err, bus.ErrConflict):
		return d.look(ctx)
	case err != nil:
		return err
	}
	return &ending{final: life.Expired{ExpiresAt: d.sub.ExpiresAt}, cause: errors.New("its validity has ended")}
}

// part sends one part, again if need be, and records what came of it.
func (d *delivery) part(ctx context.Context, part int) error {
	if _, ok := d.known.Accepted[part]; ok {
		d.done = append(d.done, d.known.Accepted[part])
		return d.closeIfLast(ctx, part)
	}
	retries := d.dev.SendRetries
	if d.sub.Options.Retries != nil {
		retries = *d.sub.Options.Retries
	}
	for try := 0; ; try++ {
		seq, err := d.intend(ctx, part)
		if err != nil {
			return err
		}
		if accepted, ok := d.known.Accepted[part]; ok { // found out while recording the intent
			d.done = append(d.done, accepted)
			return d.closeIfLast(ctx, part)
		}
		mr, err := d.modem.Send(ctx, d.msg.Parts[part-1].Hex(), d.msg.Parts[part-1].Length())
		if err == nil {
			return d.accepted(ctx, part, mr)
		}
		if err := d.notAccepted(ctx, part, seq, try >= retries, err); err != nil {
			return err
		}
		if !sleep(ctx, time.Duration(d.dev.ErrorSleep)) {
			return ctx.Err()
		}
	}
}

// intend writes the record that this worker is about to hand a part to its modem,
// and returns its sequence. It is the check for everything that may have happened
// before: the record can only be written over the last one that is known.
func (d *delivery) intend(ctx context.Context, part int) (uint64, error) {
	if !d.work.Held() {
		return 0, errors.New("the broker may have given the message to another worker")
	}
	if d.started.IsZero() {
		d.started = d.now()
	}
	last := d.known.Attempts[part]
	e := d.event(life.Attempt{Part: part, Total: len(d.msg.Parts), Number: last.Number + 1, State: life.Attempting})
	seq, err := d.bus.Attempt(ctx, e, last.Seq)
	if errors.Is(err, bus.ErrConflict) {
		if d.looked {
			return 0, &ending{cause: errors.New("another worker is sending it"), pause: time.Minute}
		}
		if err := d.look(ctx); err != nil {
			return 0, err
		}
		if _, ok := d.known.Accepted[part]; ok {
			return 0, nil
		}
		return d.intend(ctx, part)
	}
	if err != nil {
		return 0, err
	}
	d.remember(part, seq, last.Number+1, life.Attempting)
	return seq, nil
}

func (d *delivery) remember(part int, seq uint64, number int, state life.AttemptState) {
	if d.known.Attempts == nil {
		d.known.Attempts = map[int]bus.AttemptRecord{}
	}
	d.known.Attempts[part] = bus.AttemptRecord{
		Attempt: life.Attempt{Part: part, Total: len(d.msg.Parts), Number: number, State: state}, Seq: seq,
	}
}

// look reads what earlier workers recorded, and ends the message if that is what
// the records say.
func (d *delivery) look(ctx context.Context) error {
	known, err := d.bus.Progress(ctx, d.sub)
	if err != nil {
		return err
	}
	d.known, d.looked = known, true
	switch {
	case known.Final != nil:
		return &ending{final: known.Final.Kind, cause: errors.New("it was ended before")}
	case known.Attempts[1].State == life.Withdrawn:
		return d.withdrawn()
	}
	for part, a := range known.Attempts {
		_, accepted := known.Accepted[part]
		if accepted || a.State != life.Attempting {
			continue
		}
		if d.onUnknown() == message.Hold {
			return d.held()
		}
		d.log.Warn("the outcome of an earlier attempt is unknown; it is sent again", zap.Int("part", part))
		d.unsure = true
	}
	return nil
}

// withdrawn ends a message that was taken back by somebody who did not come to
// saying so. The record does not tell why; a validity that has ended does.
func (d *delivery) withdrawn() error {
	end := &ending{final: life.Cancelled{}, cause: errors.New("it was withdrawn")}
	if d.expired() {
		end.final = life.Expired{ExpiresAt: d.sub.ExpiresAt}
	}
	return end
}

func (d *delivery) onUnknown() message.OnUnknown {
	if d.sub.OnUnknown != message.OnUnknownDefault {
		return d.sub.OnUnknown
	}
	return policies[d.dev.OnUnknown]
}

func (d *delivery) held() error {
	const text = "Outcome unknown: it may have been sent, and is not sent again"
	return &ending{
		final: life.Failed{Reason: text, Class: life.FailureUnknown, Unknown: true, Parts: d.done},
		cause: errors.New("the outcome of an attempt is unknown, and the policy is to hold"),
	}
}

// accepted records that the network took a part: for status reports, for the
// next worker if this one dies, and, with the last part, for the submitter.
func (d *delivery) accepted(ctx context.Context, part, reference int) error {
	done := life.PartDone{Part: part, Total: len(d.msg.Parts), Reference: reference, PDU: d.msg.Parts[part-1].Hex()}
	d.done = append(d.done, done)
	d.log.Info("part sent", zap.Int("part", part), zap.Int("of", done.Total), zap.Int("reference", reference))
	var records []bus.Record
	if done.Total > 1 || d.msg.Report {
		r, err := d.bus.PartRecord(d.event(done))
		if err != nil {
			return err
		}
		records = append(records, r)
	}
	if part == done.Total {
		r, err := d.bus.EventRecord(d.event(d.sent()))
		if err != nil {
			return err
		}
		records = append(records, r)
		d.status.count(1, 0, 0)
	}
	if err := d.bus.Write(ctx, records...); err != nil {
		return err
	}
	sleep(ctx, time.Duration(d.dev.SentSleep))
	return nil
}

// closeIfLast writes the final event of a message whose last part an earlier
// worker sent.
func (d *delivery) closeIfLast(ctx context.Context, part int) error {
	if part < len(d.msg.Parts) {
		return nil
	}
	return d.bus.Publish(ctx, d.event(d.sent()))
}

func (d *delivery) sent() life.Sent {
	return life.Sent{
		Parts: d.done, SendingTime: d.now().Sub(d.started), Notices: d.msg.Notices, Alphabet: airAlphabet(d.msg),
		MaybeDuplicated: d.unsure, Report: d.msg.Report,
	}
}

// notAccepted decides what a failed attempt means. nil: try again.
func (d *delivery) notAccepted(ctx context.Context, part int, seq uint64, last bool, cause error) error {
	var unknown *driver.UnknownError
	if errors.As(cause, &unknown) {
		return d.unknown(part, last, unknown)
	}
	var refused *driver.RefusedError
	if !errors.As(cause, &refused) {
		return cause
	}
	if err := d.recordRefusal(ctx, part, seq); err != nil {
		return err
	}
	d.log.Warn("refused", zap.Int("part", part), zap.String("answer", refused.Text), zap.Stringer("class", refused.Class), zap.Error(refused.Err))
	switch {
	case errors.Is(refused, driver.ErrGone) || ctx.Err() != nil:
		return cause
	case modemToBlame(refused):
		return &ending{cause: cause, trouble: true}
	case !last:
		return nil
	}
	class := life.FailureTemporary
	if refused.Class == atline.Recipient {
		class = life.FailureRecipient
	}
	return &ending{final: life.Failed{Reason: refused.Text, Class: class, Parts: d.done}, cause: cause}
}

// modemToBlame reports whether another modem may well succeed.
func modemToBlame(e *driver.RefusedError) bool {
	return e.Err != nil || e.Class == atline.Modem || e.Class == atline.SIM
}

// unknown decides about a part that may have been sent. The intent record stays
// as it is: that is what says so.
func (d *delivery) unknown(part int, last bool, cause *driver.UnknownError) error {
	if d.onUnknown() == message.Hold {
		return d.held()
	}
	d.unsure = true
	d.log.Warn("no answer to a part; it may have been sent, and is sent again", zap.Int("part", part), zap.Error(cause))
	if last || errors.Is(cause, driver.ErrGone) {
		return &ending{cause: cause, trouble: true}
	}
	return nil
}

// recordRefusal says that the attempt certainly failed, so that whoever comes
// next does not take it for unknown.
func (d *delivery) recordRefusal(ctx context.Context, part int, seq uint64) error {
	number := d.known.Attempts[part].Number
	e := d.event(life.Attempt{Part: part, Total: len(d.msg.Parts), Number: number, State: life.Refused})
	next, err := d.bus.Attempt(ctx, e, seq)
	if err != nil {
		return err
	}
	d.remember(part, next, number, life.Refused)
	return nil
}

// end accounts for a message that was not sent: its final event and then its
// removal, or its return to the queue.
func (d *delivery) end(ctx context.Context, end *ending) error {
	d.log.Info("not sent", zap.Error(end.cause), zap.Bool("final", end.final != nil))
	if end.final == nil {
		if err := d.work.Return(end.pause); err != nil {
			return err
		}
		return d.trouble(end)
	}
	if _, err := d.bus.PublishOnce(ctx, d.event(d.complete(end.final))); err != nil {
		return err
	}
	if _, failed := end.final.(life.Failed); failed {
		d.status.count(0, 1, 0)
	}
	return d.work.Done(ctx)
}

// trouble counts what is the modem's fault, and ends the session over it: the
// next one begins with the initialisation.
func (d *delivery) trouble(end *ending) error {
	if !end.trouble {
		return nil
	}
	d.status.count(0, 1, 0)
	d.troubles++
	if d.dev.BlockAfter > 0 && d.troubles >= d.dev.BlockAfter {
		return fmt.Errorf("%w: %w", errBlocked, end.cause)
	}
	return end.cause
}

// complete adds to a failure what the file of it shows.
func (d *delivery) complete(k life.Kind) life.Kind {
	failed, ok := k.(life.Failed)
	if !ok || d.msg == nil {
		return k
	}
	failed.Notices, failed.Alphabet = d.msg.Notices, airAlphabet(d.msg)
	for _, p := range d.msg.Parts[:min(len(d.done)+1, len(d.msg.Parts))] {
		failed.PDUs = append(failed.PDUs, p.Hex())
	}
	return failed
}

func (d *delivery) event(k life.Kind) *life.Event {
	return &life.Event{
		ID: d.sub.ID, Account: d.sub.Account, Time: d.now(), Subject: life.SubjectOf(d.sub), Modem: d.status.modem(), Kind: k,
	}
}

// airAlphabet names the alphabet of a composed message for its record. The two
// enumerations list the same things in the same order.
func airAlphabet(m *compose.Message) life.AirAlphabet {
	return life.AirAlphabet(m.Alphabet) + life.AirGSM7
}
