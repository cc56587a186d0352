package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/allowance"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	driver "github.com/viesti-sms/viesti/services/internal/driver/modem"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// Limits are how much a modem and its SIM may send; 0 is no limit.
type Limits struct {
	// MessageLimit is how many messages the modem sends before it takes no more, and
	// MessageCountClear how long their count lasts; 0: as long as the worker
	// (smstools spec §6.3).
	MessageLimit      int             `yaml:"message_limit"`
	MessageCountClear config.Duration `yaml:"message_count_clear"`
	// SIMPerMinute and SIMPerDay are how many parts the SIM sends, through whichever modem.
	SIMPerMinute int `yaml:"sim_parts_per_minute"`
	SIMPerDay    int `yaml:"sim_parts_per_day"`
}

func (l *Limits) problems() []string {
	var bad []string
	for name, n := range map[string]int{
		"message_limit": l.MessageLimit, "sim_parts_per_minute": l.SIMPerMinute, "sim_parts_per_day": l.SIMPerDay,
		"message_count_clear": int(l.MessageCountClear),
	} {
		if n < 0 {
			bad = append(bad, name+" is negative; 0 is no limit")
		}
	}
	return bad
}

// errLimit says that nothing more may be sent for a time.
var errLimit = errors.New("not sent yet")

// meter is a limit and where its count is kept.
type meter struct {
	allowance.Limit
	// what is for people.
	what string
	// key is the count's in the broker's bucket; empty: the worker keeps it.
	key string
}

// messageMeter is about messages of the modem.
func (w *worker) messageMeter() meter {
	m := meter{
		Limit: allowance.Limit{Count: w.dev.MessageLimit, Span: time.Duration(w.dev.MessageCountClear)},
		what:  fmt.Sprintf("message limit %d is reached", w.dev.MessageLimit),
	}
	if m.Span > 0 {
		m.key = subject.ModemTallyKey(w.host(), w.dev.Name, "messages")
	}
	return m
}

// simMeters are about parts of the SIM that is in the modem. What a card without a
// known identity sends is counted for the modem.
func (w *worker) simMeters() []meter {
	var all []meter
	add := func(span string, n int, l allowance.Limit) {
		if n <= 0 {
			return
		}
		l.Count = n
		id := w.status.modem()
		key := subject.ModemTallyKey(id.Host, id.Name, span)
		if id.IMSI != "" {
			key = subject.SIMTallyKey(id.IMSI, span)
		}
		all = append(all, meter{l, fmt.Sprintf("limit of %d parts of the SIM in a %s is reached", n, span), key})
	}
	add("minute", w.dev.SIMPerMinute, allowance.Limit{Span: time.Minute})
	add("day", w.dev.SIMPerDay, allowance.Limit{Daily: true})
	return all
}

// tally changes the count of a meter.
func (w *worker) tally(ctx context.Context, m meter, change func(allowance.Tally) (allowance.Tally, bool)) error {
	if m.key != "" {
		return w.bus.Tally(ctx, m.key, change)
	}
	if next, write := change(w.messages); write {
		w.messages = next
	}
	return nil
}

// awaitAllowance waits until the modem may send something. It receives meanwhile.
func (w *worker) awaitAllowance(ctx context.Context, m *driver.Modem) error {
	if w.dev.Limits == (Limits{}) {
		return nil
	}
	for {
		reached, until, err := w.reached(ctx)
		if err != nil {
			return err
		}
		if reached == "" {
			if w.limited != "" {
				w.limited = ""
				w.log.Info("the modem sends again")
				w.status.set(ctx, life.ModemIdle, "")
			}
			return nil
		}
		w.status.setUntil(ctx, life.ModemBlocked, until, reached)
		if w.limited != reached && w.alarm(ctx, "limit", w.dev.Name+": "+reached) {
			w.limited = reached
			if reached == w.messageMeter().what {
				if err := w.sendAlarms(ctx, m); err != nil {
					return err
				}
				w.status.setUntil(ctx, life.ModemBlocked, until, reached)
			}
		}
		pause := bus.StatusInterval
		if !until.IsZero() {
			pause = min(pause, max(until.Sub(w.now()), time.Second))
		}
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
	}
}

// reached returns the first limit that is reached; "" for none.
func (w *worker) reached(ctx context.Context) (what string, until time.Time, err error) {
	for _, m := range append(w.simMeters(), w.messageMeter()) {
		if m.Count <= 0 {
			continue
		}
		var exhausted bool
		err := w.tally(ctx, m, func(t allowance.Tally) (allowance.Tally, bool) {
			until, exhausted = m.Exhausted(t, w.now())
			return t, false
		})
		if err != nil || exhausted {
			return m.what, until, err
		}
	}
	return "", time.Time{}, nil
}

// countMessage counts a message that was sent.
func (w *worker) countMessage(ctx context.Context) error {
	m := w.messageMeter()
	if m.Count <= 0 {
		return nil
	}
	ctx, stop := prolong(ctx)
	defer stop()
	return w.tally(ctx, m, func(t allowance.Tally) (allowance.Tally, bool) { return m.Take(t, w.now()) })
}

// reserve counts the part that is about to be sent, durably, before the modem gets it. The
// message goes back when the SIM may send no more.
func (d *delivery) reserve(ctx context.Context) error {
	now := d.now()
	meters := d.simMeters()
	for i, m := range meters {
		taken := false
		err := d.tally(ctx, m, func(t allowance.Tally) (next allowance.Tally, write bool) {
			next, taken = m.Take(t, now)
			return next, taken
		})
		if err == nil && taken {
			continue
		}
		if undo := d.undo(ctx, meters[:i], now); undo != nil {
			d.log.Warn("a part that was not sent stays counted", zap.Error(undo))
		}
		if err != nil {
			return err
		}
		return &ending{cause: fmt.Errorf("%w: the %s", errLimit, m.what)}
	}
	d.reserved = now
	return nil
}

// giveBack takes back what reserve counted, for a part that the network refused.
func (d *delivery) giveBack(ctx context.Context) error {
	return d.undo(ctx, d.simMeters(), d.reserved)
}

func (d *delivery) undo(ctx context.Context, meters []meter, taken time.Time) error {
	for _, m := range meters {
		err := d.tally(ctx, m, func(t allowance.Tally) (allowance.Tally, bool) { return m.GiveBack(t, taken), true })
		if err != nil {
			return err
		}
	}
	return nil
}
