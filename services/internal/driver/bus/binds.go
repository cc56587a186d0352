package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ErrTooMany says that an account has as many binds, on all instances together, as
// it may have.
var ErrTooMany = errors.New("the account has as many binds as it may have")

// Binds are limited for all instances together. Each instance has one lease, which
// it renews and which ends by itself bindTTL after the instance has died; each account
// has one entry that counts its binds by instance, and those of an instance without
// a lease do not count. So a bind costs one write when it begins and one when it
// ends, and ten thousand idle ones cost no more than one does.
const (
	bindTTL = 20 * time.Second
	// renewals are how many fit into the time that a lease lasts.
	renewals = 4
)

// BindRenewal is how often BindLease.Renew must be called. The binds of an instance
// that dies are free again 20 seconds after its last renewal.
const BindRenewal = bindTTL / renewals

// bindLeases are what this process has.
type bindLeases struct {
	// turn is held by whoever changes any of it; a channel, so that waiting ends with
	// a context.
	turn chan struct{}
	ttl  time.Duration
	// instance names the lease of this process; a new one when the old one has ended.
	instance string
	seq      uint64
	renewed  time.Time
	// held are the binds by account, and owed those whose entry must still be written.
	held map[string]uint32
	owed map[string]bool
	// rates are what this process uses of the rates of accounts.
	rates map[string]float64
}

func newBindLeases(ttl time.Duration) *bindLeases {
	return &bindLeases{turn: make(chan struct{}, 1), ttl: ttl, held: map[string]uint32{}, owed: map[string]bool{}}
}

func (l *bindLeases) take(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *bindLeases) give() { <-l.turn }

// BindLease is the right to one bind of an account.
type BindLease struct {
	bus             *Bus
	account, holder string
	most            int

	mu       sync.Mutex
	instance string
	released bool
}

// AcquireBind takes one of the most binds that an account may have on all instances
// together, or says ErrTooMany. holder names this instance for people. The lease must
// be renewed every BindRenewal and released in the end; renewing many costs no more
// than renewing one.
func (b *Bus) AcquireBind(ctx context.Context, account string, most int, holder string) (*BindLease, error) {
	lease := &BindLease{bus: b, account: account, holder: holder, most: most}
	if err := lease.acquire(ctx); err != nil {
		return nil, err
	}
	return lease, nil
}

// acquire counts the lease under the lease of this instance.
func (l *BindLease) acquire(ctx context.Context) error {
	all := l.bus.binds
	if err := all.take(ctx); err != nil {
		return err
	}
	defer all.give()
	if err := l.bus.renewInstance(ctx, l.holder); err != nil {
		return err
	}
	if err := l.bus.writeBinds(ctx, l.account, all.held[l.account]+1, l.most); err != nil {
		all.owed[l.account] = !errors.Is(err, ErrTooMany) // it may have been written
		return err
	}
	all.held[l.account]++
	l.mu.Lock()
	defer l.mu.Unlock()
	l.instance = all.instance
	return nil
}

// Renew keeps the lease. One that has ended meanwhile, because the broker could not
// be reached for so long, is taken anew: ErrTooMany says that others have what there
// is, and the bind must end. Any other error is worth trying again.
func (l *BindLease) Renew(ctx context.Context) error {
	all := l.bus.binds
	if err := all.take(ctx); err != nil {
		return err
	}
	err := l.bus.renewInstance(ctx, l.holder)
	instance := all.instance
	all.give()
	if err != nil {
		return err
	}
	l.mu.Lock()
	same := l.instance == instance || l.released
	l.mu.Unlock()
	if same {
		return nil
	}
	return l.acquire(ctx)
}

// Release gives the lease back. When that fails, it counts until the next renewal of
// another lease of this process, or until this process has none any more.
func (l *BindLease) Release(ctx context.Context) error {
	l.mu.Lock()
	before, instance := l.released, l.instance
	l.released = true
	l.mu.Unlock()
	if before {
		return nil
	}
	all := l.bus.binds
	// What is counted here must be right even if the broker hears of it later.
	_ = all.take(context.WithoutCancel(ctx))
	defer all.give()
	if instance != all.instance || all.held[l.account] == 0 {
		return nil // it ended with the instance's lease
	}
	all.held[l.account]--
	if err := l.bus.writeBinds(ctx, l.account, all.held[l.account], 0); err != nil {
		all.owed[l.account] = true
		return err
	}
	if all.held[l.account] == 0 {
		delete(all.held, l.account)
	}
	return nil
}

// renewInstance renews the lease of this process unless that was done a moment ago,
// or takes a new one: then nothing is held any more. It is for who has the turn.
func (b *Bus) renewInstance(ctx context.Context, holder string) error {
	l := b.binds
	if l.instance != "" && time.Since(l.renewed) < l.ttl/renewals {
		return nil
	}
	begun := time.Now()
	if l.instance != "" {
		seq, err := b.writeInstance(ctx, holder, l.instance, l.seq)
		if err == nil {
			l.seq, l.renewed = seq, begun
			return b.settleBinds(ctx)
		}
		if !errors.Is(err, ErrConflict) {
			return err
		}
		l.instance = "" // it has ended
	}
	instance := strings.ToLower(rand.Text())
	seq, err := b.writeInstance(ctx, holder, instance, 0)
	if err != nil {
		return err
	}
	l.instance, l.seq, l.renewed = instance, seq, begun
	clear(l.held)
	clear(l.owed)
	return nil
}

// settleBinds writes the entries that could not be written when a lease was given back.
func (b *Bus) settleBinds(ctx context.Context) error {
	for account, owed := range b.binds.owed {
		if !owed {
			delete(b.binds.owed, account)
			continue
		}
		if err := b.writeBinds(ctx, account, b.binds.held[account], 0); err != nil {
			return err
		}
		delete(b.binds.owed, account)
	}
	return nil
}

// writeInstance writes the lease of this process over the one with a sequence.
func (b *Bus) writeInstance(ctx context.Context, holder, instance string, last uint64) (seq uint64, err error) {
	data, err := wire.EncodeInstance(holder, b.binds.rates)
	if err != nil {
		return 0, err
	}
	m := &nats.Msg{Subject: subject.BucketKey(b.space.BucketLeases(), subject.InstanceKey(instance)), Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderTTL, b.binds.ttl.String())
	seq, err = b.compareAndSet(ctx, subject.StreamOfBucket(b.space.BucketLeases()), m, last)
	if err != nil && !errors.Is(err, ErrConflict) {
		return 0, fmt.Errorf("renewing the lease of this instance: %w", err)
	}
	return seq, err
}

// writeBinds sets how many binds of an account this instance has. With most, the sum
// of all instances that live must not be above it: ErrTooMany.
func (b *Bus) writeBinds(ctx context.Context, account string, own uint32, most int) error {
	key := subject.BucketKey(b.space.BucketLeases(), subject.BindsKey(account))
	for {
		all, seq, err := b.liveBinds(ctx, key)
		if err != nil {
			return fmt.Errorf("counting the binds of %s: %w", account, err)
		}
		sum := own
		for _, h := range all {
			sum += h.Count
		}
		if most > 0 && sum > uint32(most) {
			return ErrTooMany
		}
		if own > 0 {
			all = append(all, accounts.Holding{Instance: b.binds.instance, Count: own})
		}
		data, err := wire.EncodeBinds(all)
		if err != nil {
			return err
		}
		_, err = b.compareAndSet(ctx, subject.StreamOfBucket(b.space.BucketLeases()), &nats.Msg{Subject: key, Data: data, Header: nats.Header{}}, seq)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		if !pause(ctx) {
			return ctx.Err()
		}
	}
}

// liveBinds returns the binds of other instances that live, and the sequence of the
// entry. Entry and leases are read in one request, which one server answers: what
// the entry names was there before it.
func (b *Bus) liveBinds(ctx context.Context, key string) (others []accounts.Holding, seq uint64, err error) {
	bucket := b.space.BucketLeases()
	err = b.retry(ctx, func(ctx context.Context) error {
		others, seq = nil, 0
		alive := map[string]bool{}
		var all []accounts.Holding
		found, err := jetstreamext.GetLastMsgsFor(ctx, b.js, subject.StreamOfBucket(bucket), []string{key, subject.BucketKey(bucket, subject.InstancesFilter)})
		if err != nil {
			return err
		}
		for raw, err := range found {
			switch {
			case errors.Is(err, jetstreamext.ErrNoMessages):
			case err != nil:
				return err
			case raw.Subject == key:
				seq = raw.Sequence
				if all, err = wire.DecodeBinds(raw.Data); err != nil {
					all = nil // it counts as nothing: it must not lock an account out for ever
				}
			default:
				alive[raw.Subject] = raw.Header.Get(jetstream.MarkerReasonHeader) == ""
			}
		}
		for _, h := range all {
			if h.Instance != b.binds.instance && alive[subject.BucketKey(bucket, subject.InstanceKey(h.Instance))] {
				others = append(others, h)
			}
		}
		return nil
	})
	return others, seq, err
}

// ShareRates tells other instances how many messages a second go through this one for
// accounts whose rate is limited, with the next renewal of its lease, and returns what
// the others told. It is to be called every BindRenewal.
func (b *Bus) ShareRates(ctx context.Context, holder string, own map[string]float64) (map[string]accounts.Elsewhere, error) {
	l := b.binds
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	l.rates = own
	err := b.renewInstance(ctx, holder)
	instance := l.instance
	l.give()
	if err != nil {
		return nil, err
	}
	return b.ratesElsewhere(ctx, instance)
}

// ratesElsewhere adds up what all living instances but one use.
func (b *Bus) ratesElsewhere(ctx context.Context, but string) (sums map[string]accounts.Elsewhere, err error) {
	bucket := b.space.BucketLeases()
	own := subject.BucketKey(bucket, subject.InstanceKey(but))
	err = b.retry(ctx, func(ctx context.Context) error {
		sums = map[string]accounts.Elsewhere{}
		found, err := jetstreamext.GetLastMsgsFor(ctx, b.js, subject.StreamOfBucket(bucket), []string{subject.BucketKey(bucket, subject.InstancesFilter)})
		if err != nil {
			return err
		}
		for raw, err := range found {
			switch {
			case errors.Is(err, jetstreamext.ErrNoMessages):
				continue
			case err != nil:
				return err
			case raw.Subject == own, raw.Header.Get(jetstream.MarkerReasonHeader) != "":
				continue
			}
			_, rates, err := wire.DecodeInstance(raw.Data)
			if err != nil {
				continue // it uses none that this version knows of
			}
			for account, rate := range rates {
				sum := sums[account]
				sums[account] = accounts.Elsewhere{Rate: sum.Rate + rate, Instances: sum.Instances + 1}
			}
		}
		return nil
	})
	return sums, err
}

// compareAndSet publishes a message whose subject must have a sequence as its last
// one, 0 for none, and returns the new one. ErrConflict: somebody else was first.
func (b *Bus) compareAndSet(ctx context.Context, stream string, m *nats.Msg, last uint64) (seq uint64, err error) {
	m.Header.Set(subject.HeaderExpectedSubjectSeq, strconv.FormatUint(last, 10))
	err = b.retry(ctx, func(ctx context.Context) error {
		seq, err = b.store(ctx, m)
		return err
	})
	if conflict(err) {
		return b.own(ctx, stream, m)
	}
	return seq, err
}
