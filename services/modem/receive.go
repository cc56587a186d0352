package modem

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/atline"
	"github.com/viesti-sms/viesti/services/internal/codec/gsm7"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// receive brings what arrives to the broker: at once when the modem says that
// something came, and every now and then in case it did not say.
func (w *worker) receive(ctx context.Context, m *driver.Modem, direct chan<- driver.Direct) error {
	pause := newPolling(time.Duration(w.dev.Poll))
	poll := time.NewTimer(pause.next)
	defer poll.Stop()
	look := w.dev.Incoming
	if err := w.missedCalls(ctx, m); err != nil {
		return err
	}
	for {
		if look {
			if err := w.collect(ctx, m); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
			look = w.dev.Incoming
			poll.Reset(pause.after(w.stored > 0 || w.dev.PhoneCalls == callsYes, w.indicates.Load()))
			if err := w.missedCalls(ctx, m); err != nil {
				return err
			}
		case <-w.again():
			look = true
		case e, open := <-m.Events():
			if !open {
				return m.Err()
			}
			if e, ok := e.(driver.Direct); ok {
				// A report may wait for its match; nothing else has to wait for that.
				select {
				case direct <- e:
					look = false
					continue
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			var err error
			if look, err = w.event(ctx, m, e); err != nil {
				return err
			}
		}
	}
}

// event handles what the modem said of its own accord, and reports whether the
// memory should be looked at.
func (w *worker) event(ctx context.Context, m *driver.Modem, e driver.Event) (look bool, err error) {
	switch e := e.(type) {
	case driver.NewMessage:
		return w.dev.Incoming, nil
	case driver.Ready:
		// It has started anew by itself, and has forgotten what it was told.
		_, err := m.Init(ctx)
		return w.dev.Incoming, err
	case driver.Registration:
		w.cell(e)
	case driver.Ring:
		w.ring(ctx, m)
	case driver.CallerID:
		return false, w.caller(ctx, m, e)
	case driver.CallEnd:
		w.callEnded()
	case driver.USSD:
		w.log.Info("the network says something unasked; viesti modem ussd is not waiting for it", zap.Int("octets", len(e.Text.Reveal())))
	case driver.Noise:
		w.unexpected(e.Line)
	case driver.Late:
		w.log.Warn("a part whose outcome was unknown was accepted after all", zap.Int("reference", e.Reference))
		select {
		case w.lateAnswers <- e.Reference:
		default:
		}
	}
	return false, nil
}

// directBacklog is how many messages that the modem did not store may wait. The network
// sends one at a time; some modems acknowledge them by themselves, and send on.
const directBacklog = 64

// receiveDirect handles the messages that the modem does not store, in their order.
func (w *worker) receiveDirect(ctx context.Context, m *driver.Modem, direct <-chan driver.Direct) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-direct:
			if err := w.direct(ctx, m, e); err != nil {
				return err
			}
		}
	}
}

// direct handles a message that the modem did not store. It is acknowledged to
// the network only when it is durable.
func (w *worker) direct(ctx context.Context, m *driver.Modem, e driver.Direct) error {
	if e.Kind == atline.DirectBroadcast {
		return nil
	}
	if _, err := w.arrived(ctx, string(e.PDU), true); err != nil {
		return err
	}
	if err := m.AckDirect(ctx); err != nil && !errors.Is(err, driver.ErrGone) {
		// Some modems acknowledge by themselves, whatever they were told.
		w.log.Debug("acknowledging a message to the network", zap.Error(err))
	}
	return nil
}

// collect brings everything in the modem's memory to the broker, and removes from
// the memory what is durable there.
func (w *worker) collect(ctx context.Context, m *driver.Modem) error {
	stored, err := m.List(ctx)
	w.stored = len(stored)
	if err != nil {
		if errors.Is(err, driver.ErrGone) || ctx.Err() != nil {
			return err
		}
		w.log.Warn("looking for received messages, will be tried again", zap.Error(err))
	}
	w.order(stored)
	round := &emptying{worker: w, modem: m, removed: map[string]int{}}
	defer round.end(ctx)
	seen := w.unmatched
	w.unmatched = map[string]time.Time{}
	for _, s := range stored {
		if !s.Received() {
			continue
		}
		if w.isKept(s) {
			round.durable(ctx, s)
			continue
		}
		s, ok := w.whole(ctx, m, s, seen)
		if !ok {
			continue
		}
		w.keepWaiting(string(s.PDU), seen)
		durable, err := w.arrived(ctx, string(s.PDU), false)
		if err != nil {
			return err
		}
		if durable {
			delete(w.unmatched, string(s.PDU))
			round.durable(ctx, s)
		}
	}
	return nil
}

// whole reads a message once more that a list shows without its PDU, or cut off. One
// that is not whole then either is left where it is, false, and looked at again: what
// it lacks may have been lost on the line, and would be lost for good with the message
// in the modem. It is taken as it is when two readings agree, or it stays so for long.
func (w *worker) whole(ctx context.Context, m *driver.Modem, s driver.Stored, seen map[string]time.Time) (driver.Stored, bool) {
	if !isCut(s) {
		return s, true
	}
	first := s.PDU
	again, err := m.Read(ctx, s.Memory, s.Index)
	if err == nil && len(again.PDU) > len(s.PDU) {
		again.Memory, again.Index = s.Memory, s.Index
		s = again
	}
	if s.PDU == "" {
		w.log.Warn("a message in the modem cannot be read, and is left there", zap.Int("index", s.Index), zap.Error(err))
		return s, false
	}
	if !isCut(s) || err == nil && again.PDU == first {
		return s, true
	}
	place := fmt.Sprintf("%s %d", s.Memory, s.Index)
	w.keepWaiting(place, seen)
	if w.postpone(place, cutPatience) {
		w.log.Warn("a message in the modem came cut off, and is read again", zap.Int("index", s.Index), zap.Error(err))
		return s, false
	}
	return s, true
}

// isCut reports whether a message is shorter than the modem says that it is.
func isCut(s driver.Stored) bool {
	const hexDigits = 2
	return s.PDU == "" || len(s.PDU) < hexDigits*s.Length
}

// arrived makes a received PDU durable on the broker; notation is what the modem
// gave. durable is false for a status report that matches nothing yet and may do
// so in a moment; unless it is wanted now.
func (w *worker) arrived(ctx context.Context, notation string, now bool) (durable bool, err error) {
	pdu, odd := tpdu.DecodeHex(notation)
	mt, err := tpdu.DecodeMT(pdu)
	if err == nil && mt.StatusReport != nil && !mt.StatusReport.Truncated {
		return w.reported(ctx, notation, pdu, mt, now)
	}
	what := received(pdu, mt, err)
	if len(odd) > 0 {
		what.Raw = notation
	}
	e := &life.Event{
		ID: receivedID(w.status.modem().SIM(), pdu), Account: subject.Inbox, Time: w.now(), Modem: w.status.modem(),
		Kind: what,
	}
	for wait := true; wait; {
		if e.Account, wait, err = w.receiver(ctx, e, mt, now); err != nil {
			return false, err
		}
		if wait && w.postpone(notation, partPatience) {
			return false, nil
		}
		now = true
	}
	first, err := w.bus.PublishOnce(ctx, e)
	if err != nil {
		return false, err
	}
	if first {
		w.status.count(0, 0, 1)
		w.log.Info("received", log.Message(e.ID), zap.Stringer("from", what.Originator), smsdReceived(what, mt))
	}
	return true, nil
}

func received(pdu []byte, mt tpdu.MT, err error) life.Received {
	r := life.Received{PDU: pdu}
	for _, warning := range mt.Warnings {
		r.Warnings = append(r.Warnings, warning.String())
	}
	if err != nil || mt.Deliver == nil {
		return r
	}
	r.ServiceCentreTime = mt.Deliver.SCTS.Time
	r.Originator = party(mt.Deliver.OA)
	return r
}

// party is the sender of a message or the recipient that a report names: a number or a name.
func party(a tpdu.Address) message.Address {
	if a.IsAlphanumeric() {
		return message.NewAddress(gsm7.Decode(a.Septets, gsm7.Tables{}))
	}
	return message.NewAddress(a.Digits)
}

// receivedID identifies a received PDU: what the same SIM gets twice octet for
// octet, time stamp included, is the same message read or delivered again.
func receivedID(sim string, pdu []byte) string {
	const characters = 26
	h := sha256.New()
	h.Write([]byte(sim + "/"))
	h.Write(pdu)
	return strings.ToLower(base32.HexEncoding.EncodeToString(h.Sum(nil)))[:characters]
}

// Reports may overtake the record of the part that they are about; they are
// looked up again after a pause, until they count as unmatched. The network waits
// for an answer to those that the modem does not keep.
const (
	matchPause     = 300 * time.Millisecond
	directPatience = 5 * matchPause
	storedPatience = 10 * matchPause
	// partPatience is for a part whose first one decides where it goes.
	partPatience = 20 * time.Second
	// cutPatience is for a message that comes cut off each time.
	cutPatience = time.Minute
)

// reported brings a status report to the submitter of its message. One that the
// modem keeps stays there while it matches nothing, and holds up nothing else.
func (w *worker) reported(ctx context.Context, notation string, pdu []byte, mt tpdu.MT, now bool) (durable bool, err error) {
	sr := mt.StatusReport
	recipient := party(sr.RA)
	e := &life.Event{Account: subject.Inbox, ID: receivedID(w.status.modem().SIM(), pdu)}
	var part life.PartDone
	for deadline := w.now().Add(directPatience); ; {
		match, err := w.bus.MatchReport(ctx, w.status.modem().SIM(), recipient, sr.MR)
		if err == nil {
			e.Account, e.ID, e.Subject = match.Account, match.ID, match.Subject
			part = match.Kind.(life.PartDone)
			break
		}
		if !errors.Is(err, bus.ErrNotFound) {
			return false, err
		}
		if !now && w.postpone(notation, storedPatience) {
			return false, nil
		}
		if !now || !w.now().Before(deadline) {
			break
		}
		if !sleep(ctx, matchPause) {
			return false, ctx.Err()
		}
	}
	e.Time, e.Modem = w.now(), w.status.modem()
	report := life.Report{
		Part: part.Part, Total: part.Total, Reference: sr.MR, Status: uint8(sr.ST), Outcome: outcome(sr.ST), Recipient: recipient,
		ServiceCentreTime: sr.SCTS.Time, DischargeTime: sr.DT.Time, PDU: pdu,
	}
	e.Kind = report
	if err := w.bus.Publish(ctx, e); err != nil {
		return false, err
	}
	w.log.Info("report", log.Message(e.ID), zap.Int("part", part.Part), zap.Uint8("status", uint8(sr.ST)), smsdReport(report))
	return true, nil
}

// postpone reports whether a report that matches nothing, or a part without the first
// one, should stay where it is for another look.
func (w *worker) postpone(notation string, patience time.Duration) bool {
	since, waits := w.unmatched[notation]
	if !waits {
		since = w.now()
	}
	w.unmatched[notation] = since
	if w.now().Sub(since) < patience {
		return true
	}
	delete(w.unmatched, notation)
	return false
}

// keepWaiting carries over since when a report in the modem waits for its match.
func (w *worker) keepWaiting(notation string, seen map[string]time.Time) {
	if since, waits := seen[notation]; waits {
		w.unmatched[notation] = since
	}
}

// again tells when to look at reports that matched nothing; never without any.
func (w *worker) again() <-chan time.Time {
	if len(w.unmatched) == 0 {
		return nil
	}
	return time.After(matchPause)
}

func outcome(st tpdu.Status) life.Outcome {
	switch st.Class() {
	case tpdu.StatusCompleted:
		return life.Delivered
	case tpdu.StatusTrying:
		return life.StillTrying
	default:
		return life.Undeliverable
	}
}
