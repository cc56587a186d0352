package bus

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Policy returns the policy in force; where there is none, an empty one.
func (b *Bus) Policy(ctx context.Context) (*policy.Policy, error) {
	var found *policy.Policy
	err := b.withBucket(ctx, b.space.BucketConfig(), "reading the policy", func(ctx context.Context, kv jetstream.KeyValue) error {
		parts := newPolicyParts()
		watch, err := kv.WatchAll(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = watch.Stop() }()
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case entry, open := <-watch.Updates():
				switch {
				case !open:
					return context.DeadlineExceeded // another try
				case entry != nil:
					if err := parts.take(ctx, kv, entry); err != nil {
						return err
					}
				default:
					found = parts.policy()
					return nil
				}
			}
		}
	})
	return found, err
}

// WatchPolicy hands the policy to use, whole, at first as it is and then with every
// change, until ctx ends. An entry that cannot be read changes nothing but the list
// of problems; the broker may come and go meanwhile. The error says that there is no
// policy to begin with that can be read.
func (b *Bus) WatchPolicy(ctx context.Context, use func(*policy.Policy)) error {
	parts := newPolicyParts()
	for ctx.Err() == nil {
		err := b.withBucket(ctx, b.space.BucketConfig(), "watching the policy", func(try context.Context, kv jetstream.KeyValue) error {
			return b.watchPolicy(ctx, try, kv, parts, use)
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		if !pause(ctx) {
			break
		}
	}
	return nil
}

// watchPolicy watches until the watch ends, the connection is a new one, or ctx ends;
// try bounds the opening of it. (A watch finds out by itself, but much later.)
func (b *Bus) watchPolicy(ctx, try context.Context, kv jetstream.KeyValue, parts *policyParts, use func(*policy.Policy)) error {
	reconnected := b.nc.StatusChanged(nats.CONNECTED)
	defer b.nc.RemoveStatusListener(reconnected)
	watch, err := kv.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = watch.Stop() }()
	begun, seen := false, map[string]bool{}
	for opening := try.Done(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-reconnected:
			return nil
		case <-opening:
			return try.Err()
		case entry, open := <-watch.Updates():
			switch {
			case !open:
				return nil
			case entry == nil:
				begun, opening = true, nil
				parts.keep(seen)
			default:
				seen[entry.Key()] = true
				if err := parts.take(ctx, kv, entry); err != nil {
					return err
				}
			}
			if begun {
				use(parts.policy())
			}
		}
	}
}

// policyParts are the entries of the bucket as they were read last.
type policyParts struct {
	shared  *policy.Policy
	clients map[string]*accounts.Account
	broken  map[string]error
	version uint64
}

func newPolicyParts() *policyParts {
	return &policyParts{shared: &policy.Policy{}, clients: map[string]*accounts.Account{}, broken: map[string]error{}}
}

// historyPatience is how long the history of a key may take before the watch begins
// anew.
const historyPatience = 5 * time.Second

// errNoPolicy says that the shared rules cannot be read, and never could be.
var errNoPolicy = errors.New("the entry cannot be read, and no earlier one can: apply a policy anew")

// take takes one entry over. One that cannot be read leaves in force what was
// before it; where this process has not seen that, the history of the key has.
func (p *policyParts) take(ctx context.Context, kv jetstream.KeyValue, entry jetstream.KeyValueEntry) error {
	key := entry.Key()
	if key != subject.KeyPolicy && !strings.HasPrefix(key, subject.AccountKeys) {
		return nil
	}
	p.version = max(p.version, entry.Revision())
	err := p.set(entry)
	if err == nil {
		delete(p.broken, key)
		return nil
	}
	known := p.broken[key] != nil || p.clients[key] != nil || key == subject.KeyPolicy && p.shared.Version != 0
	p.broken[key] = fmt.Errorf("entry %s of bucket %s: %w", key, kv.Bucket(), err)
	if known {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	history, histErr := kv.History(ctx, key)
	if histErr != nil {
		return histErr
	}
	slices.Reverse(history)
	for _, earlier := range history {
		if earlier.Revision() < entry.Revision() && p.set(earlier) == nil {
			return nil
		}
	}
	if key == subject.KeyPolicy {
		return fmt.Errorf("%w: %w", p.broken[key], errNoPolicy)
	}
	return nil
}

// set takes an entry that can be read.
func (p *policyParts) set(entry jetstream.KeyValueEntry) error {
	gone := entry.Operation() != jetstream.KeyValuePut
	if entry.Key() == subject.KeyPolicy {
		next := &policy.Policy{}
		if !gone {
			var err error
			if next, err = wire.DecodePolicy(entry.Value()); err != nil {
				return err
			}
		}
		next.Version = entry.Revision()
		p.shared = next
		return nil
	}
	if gone {
		delete(p.clients, entry.Key())
		return nil
	}
	a, err := wire.DecodeAccount(entry.Value())
	if err != nil {
		return err
	}
	if err := policy.ValidateAccount(a); err != nil {
		return err
	}
	if subject.AccountKey(a.Name) != entry.Key() {
		return fmt.Errorf("%w: it is the account %q", accounts.ErrInvalid, a.Name)
	}
	p.clients[entry.Key()] = a
	return nil
}

// keep leaves only the entries that a new watch has seen: the others are gone with
// their history.
func (p *policyParts) keep(seen map[string]bool) {
	if !seen[subject.KeyPolicy] {
		p.shared = &policy.Policy{}
	}
	for key := range p.clients {
		if !seen[key] {
			delete(p.clients, key)
		}
	}
	for key := range p.broken {
		if !seen[key] {
			delete(p.broken, key)
		}
	}
}

// policy puts the parts together; what it returns shares nothing that changes.
func (p *policyParts) policy() *policy.Policy {
	whole := *p.shared
	whole.Version = p.version
	for _, a := range p.clients {
		whole.Accounts = append(whole.Accounts, a)
	}
	slices.SortFunc(whole.Accounts, func(a, b *accounts.Account) int { return strings.Compare(a.Name, b.Name) })
	for _, err := range p.broken {
		whole.Problems = append(whole.Problems, err)
	}
	slices.SortFunc(whole.Problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return &whole
}

func digest(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}
