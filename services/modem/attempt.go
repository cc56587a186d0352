package modem

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/compose"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// mostLooks bounds how often one turn of a message reads its records. A record that has
// changed since need not be another worker's: whoever replaces a message stores it before
// its record, so that a quick worker may take it in between.
const mostLooks = 10

// errNotHeld says that the broker may have given the message to another worker.
var errNotHeld = errors.New("the broker may have given the message to another worker")

// intend writes the record that this worker is about to hand a part to its modem.
// It is the check for everything that may have happened before: the record can
// only be written over the last one that is known. A part that turns out to be
// accepted already is in known.Accepted then.
func (d *delivery) intend(ctx context.Context, part int) error {
	if _, ok := d.known.Accepted[part]; ok {
		return nil
	}
	if !d.work.Held() {
		return errNotHeld
	}
	if d.started.IsZero() {
		d.started = d.now()
	}
	err := d.record(ctx, part, d.known.Attempts[part].Number+1, life.Attempting)
	if !errors.Is(err, bus.ErrConflict) {
		return err
	}
	if d.looks == mostLooks {
		return &ending{cause: errors.New("its records change all the time"), pause: time.Second}
	}
	if err := d.look(ctx); err != nil {
		return err
	}
	return d.intend(ctx, part)
}

// record writes the attempt record of a part by compare-and-set.
func (d *delivery) record(ctx context.Context, part, number int, state life.AttemptState) error {
	before := d.known.Attempts[part]
	a := life.Attempt{
		Part: part, Total: len(d.msg.Parts), Number: number, State: state, Revision: d.sub.Revision,
		MaybeSent: before.MaybeSent || number > before.Number && before.Uncertain(),
	}
	if part == 1 && a.Total > 1 {
		for _, p := range d.msg.Parts {
			a.PDUs = append(a.PDUs, p.Hex())
		}
	}
	seq, err := d.bus.Attempt(ctx, d.event(a), before.Seq)
	if err != nil {
		return err
	}
	if d.known.Attempts == nil {
		d.known.Attempts = map[int]bus.AttemptRecord{}
	}
	d.known.Attempts[part] = bus.AttemptRecord{Attempt: a, Seq: seq, Modem: d.status.modem(), Time: d.now()}
	return nil
}

// recordRefusal says that the last attempt of a part certainly failed, so that
// whoever comes next does not take it for unknown.
func (d *delivery) recordRefusal(ctx context.Context, part int) error {
	return d.record(ctx, part, d.known.Attempts[part].Number, life.Refused)
}

// look reads what earlier workers recorded, and ends the message if that is what
// the records say.
func (d *delivery) look(ctx context.Context) error {
	known, err := d.bus.Progress(ctx, d.sub)
	if err != nil {
		return err
	}
	d.known, d.looks = known, d.looks+1
	switch {
	case known.Final != nil:
		return &ending{final: known.Final.Kind, cause: errors.New("it was ended before")}
	case known.Attempts[1].State == life.Withdrawn:
		return &ending{final: d.withdrawn(), cause: errors.New("it was withdrawn")}
	case known.Attempts[1].Revision > d.sub.Revision:
		// What takes its place is in the queue; this one is not there any more.
		return &ending{cause: errors.New("its submitter replaced it"), pause: time.Second}
	}
	d.adopt(known)
	for part, a := range known.Attempts {
		if _, accepted := known.Accepted[part]; accepted || a.State != life.Attempting && a.State != life.Unanswered {
			continue
		}
		if err := d.doubtful(part, a); err != nil {
			return err
		}
	}
	return nil
}

// withdrawn is how a message ends that somebody took back who did not say so yet.
func (d *delivery) withdrawn() life.Kind {
	if !d.sub.ExpiresAt.IsZero() && !d.now().Before(d.sub.ExpiresAt) {
		return life.Expired{ExpiresAt: d.sub.ExpiresAt}
	}
	return life.Cancelled{}
}

// adopt goes on with the parts that an earlier worker made: its modem may be set
// up differently, and the recipient must be able to join them.
func (d *delivery) adopt(known bus.Progress) {
	if d.msg == nil || known.Attempts[1].Revision != d.sub.Revision && len(known.Accepted) == 0 {
		return // there are none, or they are those of a text that was replaced
	}
	if one, ok := known.Accepted[1]; ok && one.Total == 1 {
		d.msg.Parts = d.msg.Parts[:1]
		return
	}
	var parts []compose.Part
	for _, pdu := range known.Attempts[1].PDUs {
		octets, err := hex.DecodeString(pdu)
		if err != nil || len(octets) == 0 || len(octets) <= int(octets[0]) {
			return // not what Hex gives; this worker's own parts are as good
		}
		smsc := 1 + int(octets[0])
		parts = append(parts, compose.Part{SMSC: octets[:smsc], TPDU: octets[smsc:]})
	}
	if len(parts) > 0 {
		d.msg.Parts = parts
	}
}

// lookAtOther bounds how long a message rests that another worker may still be sending:
// that one may be refused, or be gone, and has no way to give it back any more.
const lookAtOther = 5 * time.Second

// errElsewhere says that a message is another worker's.
var errElsewhere = errors.New("another worker may still be sending it")

// doubtful decides about an attempt without an outcome. Another modem's that is
// recent may still be going on, unless it was given up; otherwise its outcome is
// unknown, and the policy says what that means. There is a limit to sending again
// also for what ends the process, or the power, each time.
func (d *delivery) doubtful(part int, a bus.AttemptRecord) error {
	if left := d.mayGoOn(a); a.State == life.Attempting && left > 0 {
		return &ending{cause: errElsewhere, pause: min(left, lookAtOther)}
	}
	if d.onUnknown() == message.Hold || a.Number >= max(d.dev.MaxAttempts, d.dev.SendRetries+1) {
		return d.held()
	}
	d.log.Warn("the outcome of an earlier attempt is unknown; it is sent again", zap.Int("part", part))
	return nil
}

// unsure reports whether a part was attempted again, by whichever worker, after an
// attempt without an outcome: the recipient may have it twice.
func (d *delivery) unsure() bool {
	for _, a := range d.known.Attempts {
		if a.MaybeSent {
			return true
		}
	}
	return false
}

// uncertain reports whether a part that nobody saw accepted may be with the network.
func (d *delivery) uncertain() bool {
	for part, a := range d.known.Attempts {
		if _, accepted := d.known.Accepted[part]; !accepted && a.Uncertain() && !d.isDone(part) {
			return true
		}
	}
	return false
}

func (d *delivery) isDone(part int) bool {
	return slices.ContainsFunc(d.done, func(p life.PartDone) bool { return p.Part == part })
}

// mayGoOn is how long to wait for an attempt that may still be going on; 0: it is not.
// Of a modem of this process that is known; one whose device this process has not
// opened yet is asked about again soon.
func (d *delivery) mayGoOn(a bus.AttemptRecord) time.Duration {
	const soon = time.Second
	if d.own(a.Modem) {
		return 0
	}
	left := max(d.liveTime()-d.now().Sub(a.Time), 0)
	if a.Modem == nil || a.Modem.Host != d.host() {
		return left
	}
	switch d.crew.does(a.Modem.Name, d.sub.ID) {
	case doingNothing:
		return 0
	case doingElsewhere:
		return min(left, soon)
	case doingIt:
		return max(left, soon) // whatever clocks say: they may have jumped
	default:
		return left
	}
}

// own reports whether an attempt was this modem's: its device is locked, so that
// one that has begun before does not go on any more.
func (d *delivery) own(m *life.Modem) bool {
	me := d.status.modem()
	return m != nil && m.Host == me.Host && m.Name == me.Name
}

// liveTime is how long after its record an attempt of another worker may still be
// going on: that worker waits for the network, and has its message that long.
func (d *delivery) liveTime() time.Duration {
	return pduFactor*time.Duration(d.dev.ReadTimeout) + d.bus.AckWait()
}

func (d *delivery) onUnknown() message.OnUnknown {
	if d.sub.OnUnknown != message.OnUnknownDefault {
		return d.sub.OnUnknown
	}
	return policies[d.dev.OnUnknown]
}

func (d *delivery) held() *ending {
	const text = "Outcome unknown: it may have been sent, and is not sent again"
	return &ending{
		final: life.Failed{Reason: text, Class: life.FailureUnknown, Unknown: true, Parts: d.done},
		cause: errors.New("the outcome of an attempt is unknown, and it is not to be sent again"),
	}
}
