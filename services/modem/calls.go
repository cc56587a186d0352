package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/log"
)

// Calls says what becomes of incoming calls. The names and meanings are those of
// smsd.conf (smstools spec §7.10).
type Calls struct {
	// PhoneCalls is no; yes, to tell of the calls in the modem's list of missed
	// ones; or clip, to hang up and tell of each call that shows its number.
	PhoneCalls string `yaml:"phonecalls"`
	// PhoneCallsPurge is how the list is emptied: no, entry by entry; command, with
	// AT^SPBD; yes, with that where the modem knows it.
	PhoneCallsPurge string `yaml:"phonecalls_purge"`
	// PhoneCallsErrorMax errors one after the other, the list is left alone; 0: never.
	PhoneCallsErrorMax int `yaml:"phonecalls_error_max"`
	// HangUp refuses every call. OldHangUp does so with ATH instead of AT+CHUP.
	HangUp    bool `yaml:"hangup_incoming_call"`
	OldHangUp bool `yaml:"voicecall_hangup_ath"`
}

// Values of Calls.PhoneCalls and, but for clip, of Calls.PhoneCallsPurge.
const (
	callsNo      = "no"
	callsYes     = "yes"
	callsClip    = "clip"
	callsCommand = "command"
)

func defaultCalls() Calls {
	return Calls{PhoneCalls: callsNo, PhoneCallsPurge: callsNo, PhoneCallsErrorMax: 3}
}

// problems tells what is wrong.
func (c *Calls) problems() (problems []string) {
	if !slices.Contains([]string{callsNo, callsYes, callsClip}, c.PhoneCalls) {
		problems = append(problems, fmt.Sprintf("phonecalls is %q, want no, yes or clip", c.PhoneCalls))
	}
	if !slices.Contains([]string{callsNo, callsYes, callsCommand}, c.PhoneCallsPurge) {
		problems = append(problems, fmt.Sprintf("phonecalls_purge is %q, want no, yes or command", c.PhoneCallsPurge))
	}
	if c.PhoneCallsErrorMax < 0 {
		problems = append(problems, fmt.Sprintf("phonecalls_error_max is %d, want at least 0", c.PhoneCallsErrorMax))
	}
	return problems
}

// calling is the call that comes in. It belongs to the receiving goroutine.
type calling struct {
	// told is whose call was told of, and until when a ring is the same call's.
	told  string
	until time.Time
	// errors are those of the list of missed calls, one after the other.
	errors int
}

// sameCall is how long after a ring the next one may come.
const sameCall = 15 * time.Second

// ring refuses a call, if that is what is wanted of one that need not show its number.
func (w *worker) ring(ctx context.Context, m *driver.Modem) {
	if w.dev.HangUp && w.dev.PhoneCalls != callsClip {
		w.hangUp(ctx, m)
	}
}

// caller tells of a call, once, and refuses it.
func (w *worker) caller(ctx context.Context, m *driver.Modem, e driver.CallerID) error {
	if w.dev.PhoneCalls != callsClip {
		return nil
	}
	number, now := e.Number.Reveal(), w.now()
	again := w.calling.told == number && now.Before(w.calling.until)
	w.calling.told, w.calling.until = number, now.Add(sameCall)
	if !again {
		if err := w.called(ctx, e.Number, e.International, ""); err != nil {
			return err
		}
	}
	w.hangUp(ctx, m)
	return nil
}

// callEnded makes the next ring another call's.
func (w *worker) callEnded() { w.calling.until = time.Time{} }

func (w *worker) hangUp(ctx context.Context, m *driver.Modem) {
	if err := m.HangUp(ctx, w.dev.OldHangUp); err != nil {
		w.log.Warn("hanging up", zap.Error(err))
	}
}

// called makes durable that somebody called.
func (w *worker) called(ctx context.Context, number message.Address, international bool, name string) error {
	e := &life.Event{
		ID: strings.ToLower(ulid.Make().String()), Account: subject.Inbox, Time: w.now(), Modem: w.status.modem(),
		Kind: life.Call{Caller: number, TypeOfAddress: typeOfAddress(number, international), Name: name},
	}
	if err := w.bus.Publish(ctx, e); err != nil {
		return err
	}
	w.log.Info("somebody called", log.Message(e.ID), zap.Stringer("from", number))
	return nil
}

// typeOfAddress is that of 3GPP TS 24.008 §10.5.4.7; 0 for a number that is withheld.
func typeOfAddress(number message.Address, international bool) uint8 {
	switch {
	case number.IsZero():
		return 0
	case international:
		return tpdu.TOAInternational
	default:
		return tpdu.TOAUnknown
	}
}

// missedCalls tells of the calls in the modem's list, and removes them from it.
func (w *worker) missedCalls(ctx context.Context, m *driver.Modem) error {
	if w.dev.PhoneCalls != callsYes || w.givenUp() {
		return nil
	}
	calls, err := m.MissedCalls(ctx)
	if err == nil {
		for _, c := range calls {
			if err := w.called(ctx, c.Number, c.International, c.Name); err != nil {
				return err
			}
		}
		err = w.forget(ctx, m, calls)
	}
	switch {
	case err == nil:
		w.calling.errors = 0
	case ctx.Err() != nil || errors.Is(err, driver.ErrGone):
		return err
	default:
		w.calling.errors++
		w.log.Warn("reading the list of missed calls", zap.Error(err), zap.Bool("given up", w.givenUp()))
	}
	return nil
}

func (w *worker) givenUp() bool {
	return w.dev.PhoneCallsErrorMax > 0 && w.calling.errors >= w.dev.PhoneCallsErrorMax
}

func (w *worker) forget(ctx context.Context, m *driver.Modem, calls []driver.Missed) error {
	if len(calls) == 0 {
		return nil
	}
	err := m.ForgetCalls(ctx, calls, w.dev.PhoneCallsPurge != callsNo)
	var refused *driver.RefusedError
	if w.dev.PhoneCallsPurge == callsYes && errors.As(err, &refused) {
		return m.ForgetCalls(ctx, calls, false)
	}
	return err
}
