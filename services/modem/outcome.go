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

// ending is what becomes of a message that is not sent; it is an error so that it
// passes up from where it was found out.
type ending struct {
	// final is the event that ends the message; nil when it goes back.
	final life.Kind
	// pause is how long it stays in the queue before another try.
	pause time.Duration
	// cause is what the log says.
	cause error
	// trouble says that the modem, or its network, is to blame.
	trouble bool
	// doubt says that it may be the message after all.
	doubt bool
}

func (e *ending) Error() string { return e.cause.Error() }

// accepted records that the network took a part: for status reports, for the
// next worker if this one dies, and, with the last part, for the submitter.
func (d *delivery) accepted(ctx context.Context, part, reference int) error {
	done := life.PartDone{Part: part, Total: len(d.msg.Parts), Reference: reference, PDU: d.msg.Parts[part-1].Hex()}
	d.done = append(d.done, done)
	d.log.Info("part sent", zap.Int("part", part), zap.Int("of", done.Total), zap.Int("reference", reference), d.smsdSent(done))
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
		d.finish(ctx, append(records, r)...)
		d.status.count(1, 0, 0)
	} else if err := d.bus.Write(ctx, records...); err != nil {
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
	r, err := d.bus.EventRecord(d.event(d.sent()))
	if err != nil {
		return err
	}
	d.finish(ctx, r)
	return nil
}

func (d *delivery) sent() life.Sent {
	s := life.Sent{
		Parts: d.done, Notices: d.msg.Notices, Alphabet: airAlphabet(d.msg), MaybeDuplicated: d.unsure(), Report: d.msg.Report,
	}
	if !d.started.IsZero() {
		s.SendingTime = d.now().Sub(d.started)
	}
	return s
}

// notAccepted decides what a failed attempt means. nil: try again.
func (d *delivery) notAccepted(ctx context.Context, part int, last bool, cause error) error {
	var unknown *driver.UnknownError
	if errors.As(cause, &unknown) {
		return d.unknown(ctx, part, unknown)
	}
	var refused *driver.RefusedError
	if !errors.As(cause, &refused) {
		return cause
	}
	before := d.known.Attempts[part]
	if err := errors.Join(d.recordRefusal(ctx, part), d.giveBack(ctx)); err != nil {
		return err
	}
	d.tellTrouble(fmt.Errorf("part %d of message %s: %w", part, d.sub.ID, refused))
	d.log.Warn("refused", zap.Int("part", part), zap.String("answer", refused.Text), zap.Stringer("class", refused.Class), zap.Error(refused.Err),
		log.Smsd(log.Error, "The modem answer was not OK: %s", refused.Text))
	if refused.Class == atline.Recipient {
		last = last || before.Number > d.retries() // it may have given way since the first attempt
	}
	switch {
	case errors.Is(refused, driver.ErrGone) || ctx.Err() != nil:
		return cause
	case errors.Is(refused, driver.ErrBusy):
		return &ending{cause: cause}
	case refused.Err != nil || refused.Class == atline.SIM || refused.Class == atline.Modem && before.Number < d.dev.MaxAttempts:
		return &ending{cause: cause, trouble: true, pause: d.backOff(before.Number)}
	case !last && refused.Class == atline.Recipient && d.mayGiveWay(part):
		return d.giveWay(cause)
	case !last:
		return nil
	case refused.Class == atline.Recipient:
		return &ending{final: life.Failed{Reason: refused.Text, Class: life.FailureRecipient, Parts: d.done}, cause: cause}
	case before.Number >= d.attempts():
		return &ending{final: life.Failed{Reason: refused.Text, Class: life.FailureTemporary, Parts: d.done}, cause: cause, trouble: true, doubt: refused.OfService()}
	default:
		return &ending{cause: cause, trouble: true, doubt: refused.OfService(), pause: d.backOff(before.Number)}
	}
}

// attempts is how often a part is attempted in all, by whichever modems, before
// what looks temporary counts as final.
func (d *delivery) attempts() int {
	if d.sub.Options.Retries != nil {
		return *d.sub.Options.Retries + 1
	}
	return max(d.dev.MaxAttempts, d.dev.SendRetries+1)
}

// backOff is how long a message rests after so many attempts: the first time not
// at all, so that another modem has it at once, and then longer and longer.
func (d *delivery) backOff(attempts int) time.Duration {
	const longest = 5 * time.Minute
	rounds := attempts / (d.dev.SendRetries + 1)
	if rounds <= 1 {
		return 0
	}
	return min(time.Duration(d.dev.ErrorSleep)<<min(rounds-2, 16), longest)
}

// unknown decides about a part that may have been sent. That nobody is at it any
// more is recorded, so that another modem can have it at once; this one begins anew.
func (d *delivery) unknown(ctx context.Context, part int, cause *driver.UnknownError) error {
	number := d.known.Attempts[part].Number
	if err := d.record(ctx, part, number, life.Unanswered); err != nil {
		return err
	}
	if d.onUnknown() == message.Hold || number >= d.attempts() {
		held := d.held()
		held.trouble = true
		return held
	}
	d.log.Warn("no answer to a part; it may have been sent, and is sent again", zap.Int("part", part), zap.Error(cause))
	return &ending{cause: cause, trouble: true, pause: d.backOff(number)}
}

// lateness is how much longer than its time an answer may take: what is slow is not
// sent twice, and what is dead does not keep its message.
const lateness = 500 * time.Millisecond

// late reports whether a part without an answer was accepted after all: it brings
// the modem back into step, which shows an answer that was only slow.
func (d *delivery) late(ctx context.Context, cause error) (reference int, ok bool) {
	var unknown *driver.UnknownError
	if !errors.As(cause, &unknown) || errors.Is(cause, driver.ErrGone) {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, lateness)
	defer cancel()
	_, _ = d.modem.Command(ctx, "AT", time.Duration(d.dev.ReadTimeout))
	select {
	case reference = <-d.lateAnswers:
		return reference, true
	case <-d.modem.Done():
	case <-ctx.Done():
	}
	return 0, false
}

// forgetLate drops an answer that came too late for everybody.
func (d *delivery) forgetLate() {
	select {
	case <-d.lateAnswers:
	default:
	}
}

// end accounts for a message that was not sent: its final event and then its
// removal, or its return to the queue.
func (d *delivery) end(ctx context.Context, end *ending) error {
	level := zap.InfoLevel
	if errors.Is(end.cause, errClaimed) || errors.Is(end.cause, errElsewhere) && d.work.Deliveries() > 2 {
		level = zap.DebugLevel // it may come by often
	}
	d.log.Log(level, "not sent", zap.Error(end.cause), zap.Bool("final", end.final != nil), zap.Duration("pause", end.pause))
	if end.final == nil {
		if err := d.work.Return(end.pause); err != nil {
			return err
		}
		return d.trouble(end)
	}
	if _, err := d.bus.Conclude(ctx, d.event(d.complete(end.final))); err != nil {
		_ = d.work.Return(0) // or it would be held for as long as the process lives
		return err
	}
	if _, failed := end.final.(life.Failed); failed {
		d.status.count(0, 1, 0)
		d.log.Warn("failed", d.smsdFailed())
	}
	if err := d.work.Done(ctx); err != nil {
		return err
	}
	return d.trouble(end)
}

// trouble counts what is the modem's fault, and ends the session over it: the
// next one begins with the initialisation.
func (d *delivery) trouble(end *ending) error {
	if !end.trouble && errors.Is(end.cause, driver.ErrBusy) {
		return end.cause
	}
	if !end.trouble {
		return nil
	}
	if end.doubt && d.blamed == d.sub.ID {
		return end.cause // one message alone does not block a modem
	}
	if end.doubt {
		d.blamed = d.sub.ID
	}
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
	failed.Unknown = failed.Unknown || d.uncertain()
	failed.Notices, failed.Alphabet = d.msg.Notices, airAlphabet(d.msg)
	for _, p := range d.msg.Parts[:min(len(d.done)+1, len(d.msg.Parts))] {
		failed.PDUs = append(failed.PDUs, p.Hex())
	}
	return failed
}

// airAlphabet names the alphabet of a composed message for its record. The two
// enumerations list the same things in the same order.
func airAlphabet(m *compose.Message) life.AirAlphabet {
	return life.AirAlphabet(m.Alphabet) + life.AirGSM7
}
