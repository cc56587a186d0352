package bus

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
)

// instance is a process of its own whose leases last so long.
func (b *broker) instance(t *testing.T, ttl time.Duration) *Bus {
	t.Helper()
	bus := b.bus(t, Options{})
	bus.binds.ttl = ttl
	return bus
}

func acquire(t *testing.T, b *Bus, most int) *BindLease {
	t.Helper()
	lease, err := b.AcquireBind(bounded(t), "acme", most, "test")
	must(t, err)
	return lease
}

func wantTooMany(t *testing.T, b *Bus, most int) {
	t.Helper()
	_, err := b.AcquireBind(bounded(t), "acme", most, "test")
	wantError(t, err, ErrTooMany)
}

func TestBindsAreLimitedTogether(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	one, two := broker.instance(t, time.Minute), broker.instance(t, time.Minute)
	first, second := acquire(t, one, 3), acquire(t, two, 3)
	third := acquire(t, one, 3)
	wantTooMany(t, one, 3)
	wantTooMany(t, two, 3)
	wantTooMany(t, two, 2) // the limit was lowered
	if _, err := two.AcquireBind(bounded(t), "other", 1, "test"); err != nil {
		t.Errorf("another account: %v", err)
	}
	for _, lease := range []*BindLease{first, second, third} {
		must(t, lease.Renew(bounded(t)))
		must(t, lease.Release(bounded(t)))
		must(t, lease.Release(bounded(t))) // again
	}
	for range 3 {
		acquire(t, two, 3)
	}
	wantTooMany(t, one, 3)
}

// TestBindsUnderARace: however many ask at once on several instances, so many get one.
func TestBindsUnderARace(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	var got, refused atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		b := broker.instance(t, time.Minute)
		for range 10 {
			all.Go(func() {
				switch _, err := b.AcquireBind(bounded(t), "acme", 7, "test"); {
				case err == nil:
					got.Add(1)
				case errors.Is(err, ErrTooMany):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if got.Load() != 7 || refused.Load() != 23 {
		t.Errorf("%d got one and %d were refused, want 7 and 23", got.Load(), refused.Load())
	}
}

// TestBindsOfACrashedInstance: they are free again when its lease has ended, and not
// before; who is alive keeps its own by renewing.
func TestBindsOfACrashedInstance(t *testing.T) {
	t.Parallel()
	const ttl = 2 * time.Second
	broker := newBroker(t)
	crashed, alive := broker.instance(t, ttl), broker.instance(t, time.Minute)
	begun := time.Now()
	acquire(t, crashed, 2)
	kept := acquire(t, alive, 2)
	eventually(t, "the end of the crashed instance's lease", func() bool {
		must(t, kept.Renew(bounded(t)))
		_, err := alive.AcquireBind(bounded(t), "acme", 2, "test")
		if err != nil && !errors.Is(err, ErrTooMany) {
			t.Fatal(err)
		}
		return err == nil
	})
	if took := time.Since(begun); took < ttl {
		t.Errorf("it was taken away after %v already", took)
	}
	wantTooMany(t, alive, 2)
}

// TestBindsOutliveASilence: an instance that could not renew takes its binds anew, as
// far as others have left some.
func TestBindsOutliveASilence(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	silent, other := broker.instance(t, time.Second), broker.instance(t, time.Minute)
	leases := []*BindLease{acquire(t, silent, 2), acquire(t, silent, 2)}
	eventually(t, "the end of the silent instance's lease", func() bool {
		_, err := other.AcquireBind(bounded(t), "acme", 2, "test")
		return err == nil
	})
	var lost int
	for _, lease := range leases {
		if err := lease.Renew(bounded(t)); errors.Is(err, ErrTooMany) {
			lost++
		} else {
			must(t, err)
		}
	}
	if lost != 1 {
		t.Errorf("%d binds were lost, want 1", lost)
	}
	wantTooMany(t, other, 2)
	for _, lease := range leases {
		must(t, lease.Release(bounded(t)))
	}
	acquire(t, other, 2)
}

// TestReleaseWithoutABroker: what could not be given back does not count for ever.
func TestReleaseWithoutABroker(t *testing.T) {
	t.Parallel()
	broker, b := restartable(t, func(bool) {})
	b.binds.ttl = time.Minute
	lease, kept := acquire(t, b, 2), acquire(t, b, 2)
	broker.Close()
	if err := lease.Release(within(t, 100*time.Millisecond)); err == nil {
		t.Error("it was given back to nobody")
	}
	broker.start(t)
	b.binds.renewed = time.Time{} // it is time for the next one
	must(t, kept.Renew(bounded(t)))
	other := broker.instance(t, time.Minute)
	acquire(t, other, 2)
	wantTooMany(t, other, 2)
}

// TestRenewingManyCostsOne: idle binds must not write all the time.
func TestRenewingManyCostsOne(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	var leases []*BindLease
	for range 20 {
		leases = append(leases, acquire(t, b, 100))
	}
	stream := subject.StreamOfBucket(b.space.BucketLeases())
	writes := func() uint64 {
		s, err := b.js.Stream(bounded(t), stream)
		must(t, err)
		return s.CachedInfo().State.LastSeq
	}
	before := writes()
	b.binds.renewed = b.binds.renewed.Add(-BindRenewal)
	for _, lease := range leases {
		must(t, lease.Renew(bounded(t)))
	}
	if n := writes() - before; n != 1 {
		t.Errorf("%d writes for 20 renewals, want 1", n)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	one, two := broker.bus(t, Options{}), broker.bus(t, Options{})
	add := func(b *Bus, n int64) uint64 {
		t.Helper()
		total, err := b.Count(bounded(t), "acme", "20260301", n)
		must(t, err)
		return total
	}
	if a, b, c := add(one, 5), add(two, 100), add(one, -2); a != 5 || b != 105 || c != 103 {
		t.Errorf("%d, %d, %d", a, b, c)
	}
	if total, err := one.Count(bounded(t), "acme", "20260302", 1); err != nil || total != 1 {
		t.Errorf("another day: %d, %v", total, err)
	}
	if got := add(two, -1000); got != 0 {
		t.Errorf("below nothing: %d", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := one.Count(ctx, "acme", "20260301", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestRatesAreShared: each instance learns what the others use, and what a dead one used
// is soon free again.
func TestRatesAreShared(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	const ttl = time.Second // the least that the broker takes
	one, two, three := broker.instance(t, ttl), broker.instance(t, time.Minute), broker.instance(t, time.Minute)
	share := func(b *Bus, own map[string]float64) map[string]accounts.Elsewhere {
		t.Helper()
		others, err := b.ShareRates(bounded(t), "test", own)
		must(t, err)
		return others
	}
	if others := share(one, map[string]float64{"acme": 12, "other": 3}); len(others) != 0 {
		t.Errorf("alone: %v", others)
	}
	if got, want := share(two, map[string]float64{"acme": 5}), (accounts.Elsewhere{Rate: 12, Instances: 1}); got["acme"] != want {
		t.Errorf("the second sees %v, want %v", got, want)
	}
	if got, want := share(three, nil), (accounts.Elsewhere{Rate: 17, Instances: 2}); got["acme"] != want || got["other"].Rate != 3 {
		t.Errorf("the third sees %v, want %v", got, want)
	}
	waitUntil(t, func() bool { return share(three, nil)["acme"] == accounts.Elsewhere{Rate: 5, Instances: 1} })
}
