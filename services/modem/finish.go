package modem

import (
	"context"

	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// finishing is what remains of a message whose last part the network has taken:
// its outcome is recorded, and then it is removed from the queue, while the worker
// already asks for the next one.
type finishing struct {
	// recorded is closed when the outcome is durable, or err says why it is not;
	// removed when nothing is left to do.
	recorded, removed chan struct{}
	err               error
}

// finish records the outcome of the message and removes it. The modem gets nothing
// before the outcome is durable (see settle).
func (d *delivery) finish(ctx context.Context, records ...bus.Record) {
	f := &finishing{recorded: make(chan struct{}), removed: make(chan struct{})}
	d.wait() // for the removal of the message before this one
	d.before = f
	ctx, stop := prolong(ctx)
	release := d.crew.hold(d.dev.Name, d.sub.ID)
	go func() {
		defer stop()
		defer release()
		defer close(f.removed)
		f.err = d.bus.Write(ctx, records...)
		close(f.recorded)
		if f.err != nil {
			_ = d.work.Return(0)
			return
		}
		// One that is not removed comes again, and its records say that it was sent.
		_ = d.work.Settle()
	}()
}

// settle waits until the outcome of the message before is durable: a worker that
// dies leaves at most one that is not known.
func (w *worker) settle(ctx context.Context) error {
	if w.before == nil {
		return nil
	}
	select {
	case <-w.before.recorded:
		return w.before.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait waits until nothing is left to do about the message before.
func (w *worker) wait() {
	if w.before != nil {
		<-w.before.removed
		w.before = nil
	}
}
