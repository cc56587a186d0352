package modem

import (
	"context"
	"time"
)

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

// prolong returns a context that is graceful like ctx, for what goes on after ctx.
func prolong(ctx context.Context) (context.Context, func()) {
	if outer, ok := ctx.Value(stopping{}).(context.Context); ok {
		return graceful(outer)
	}
	return graceful(ctx)
}

func draining(ctx context.Context) bool {
	outer, ok := ctx.Value(stopping{}).(context.Context)
	return ok && outer.Err() != nil
}

// rest is sleep that ends early, and reports false, when the end of a graceful ctx is
// asked for: nothing is in hand meanwhile.
func rest(ctx context.Context, d time.Duration) bool {
	outer, ok := ctx.Value(stopping{}).(context.Context)
	if !ok {
		return sleep(ctx, d)
	}
	early, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(outer, cancel)()
	return sleep(early, d)
}

// sleep waits, and reports whether ctx is still going on.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
