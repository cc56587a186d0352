package modem

import (
	"context"
	"fmt"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// lookAgain bounds how long a message rests in its queue while nobody has moved it to
// where deferred ones wait: a scheduler does so within moments, if there is one.
const lookAgain = time.Minute

// quiet ends the turn of a message that is not to be sent at this hour: nil when it may
// be sent. One that was begun before goes on, so that nobody gets half of it now.
//
// A worker may not defer messages itself (see SECURITY.md); it tells the schedulers
// by the event, and gives the message back.
func (d *delivery) quiet(ctx context.Context) error {
	until, name := d.policy.silence(ctx).Until(d.sub, d.now())
	if until.IsZero() {
		return ctx.Err()
	}
	if begun, err := d.begun(ctx); begun || err != nil {
		return err
	}
	if err := d.bus.Publish(ctx, d.event(life.Postponed{Until: until, Quiet: name, Revision: d.sub.Revision})); err != nil {
		return err
	}
	return &ending{
		cause: fmt.Errorf("quiet hours %s: it waits until %s", name, until.Format(time.RFC3339)),
		pause: min(until.Sub(d.now()), lookAgain),
	}
}

// begun reports whether the recipient may have some of the message already, or of the one
// that it is a part of; or it has ended, which its records will say.
func (d *delivery) begun(ctx context.Context) (bool, error) {
	known, err := d.bus.Progress(ctx, d.sub)
	if err != nil || !known.Untouched() {
		return true, err
	}
	parts, ok := message.PartsOf(d.sub)
	if !ok {
		return false, nil
	}
	return d.bus.PartsBegun(ctx, parts)
}
