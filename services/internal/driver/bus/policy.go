package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Errors of the shared policy.
var (
	// ErrNoAccount says that there is no account of that name.
	ErrNoAccount = errors.New("no such account")
	// ErrAccountExists says that the name of a new account is taken.
	ErrAccountExists = errors.New("an account of that name exists")
	// ErrChanged says that the policy is not the one any more that was to be changed.
	ErrChanged = errors.New("the policy was changed meanwhile")
)

// SetPolicy makes p the policy of all services, but for its accounts, which
// ChangeAccount changes one by one. What is in force already is not written again.
// A p.Version that is not 0 must still be that of the policy in force: otherwise
// ErrChanged. It reports whether anything was changed.
func (b *Bus) SetPolicy(ctx context.Context, p *policy.Policy) (changed bool, err error) {
	if err := p.Validate(); err != nil {
		return false, err
	}
	data, err := wire.EncodePolicy(p)
	if err != nil {
		return false, err
	}
	if p.Version != 0 {
		now, err := b.Policy(ctx)
		if err != nil {
			return false, err
		}
		if now.Version != p.Version {
			return false, fmt.Errorf("%w: it is version %d, not %d", ErrChanged, now.Version, p.Version)
		}
	}
	err = b.changeKey(ctx, subject.KeyPolicy, "writing the policy", func(before []byte, _ bool) ([]byte, error) {
		changed = !bytes.Equal(before, data)
		if !changed {
			return nil, errUnchanged
		}
		return data, nil
	})
	return changed, err
}

// ApplyPolicy is SetPolicy, and puts the accounts of p into place too. Those that p does
// not name are left alone; the secret of an account that has one stays where p gives
// none. It reports whether anything was changed.
func (b *Bus) ApplyPolicy(ctx context.Context, p *policy.Policy) (changed bool, err error) {
	if changed, err = b.SetPolicy(ctx, p); err != nil {
		return changed, err
	}
	for _, a := range p.Accounts {
		put := false
		err := b.ChangeAccount(ctx, a.Name, func(before *accounts.Account) (*accounts.Account, error) {
			after := *a
			if before != nil && after.SecretHash == "" {
				after.SecretHash = before.SecretHash
			}
			put = before == nil || !reflect.DeepEqual(before, &after)
			return &after, nil
		})
		if err != nil {
			return changed, err
		}
		changed = changed || put
	}
	return changed, nil
}

// ApplyFile makes the policy that the configuration file of a host gives the policy
// of all services: once, when it is new or was edited. What people change by the
// command line stays until then. A change is recorded for the audit.
func (b *Bus) ApplyFile(ctx context.Context, host string, p *policy.Policy) error {
	mark, err := b.fileMark(p)
	if err != nil {
		return err
	}
	applied := false
	err = b.changeKey(ctx, subject.FileKey(host), "reading what the file gave before", func(before []byte, _ bool) ([]byte, error) {
		applied = bytes.Equal(before, mark)
		return nil, errUnchanged
	})
	if err != nil || applied {
		return err
	}
	given := *p
	given.Version = 0
	changed, err := b.ApplyPolicy(ctx, &given)
	if err != nil {
		return err
	}
	if changed {
		if err := b.auditFile(ctx, host); err != nil {
			return err
		}
	}
	// The mark comes last: a start that ended in between begins anew.
	return b.changeKey(ctx, subject.FileKey(host), "recording what the file gives", func([]byte, bool) ([]byte, error) { return mark, nil })
}

// auditFile records that the file of a host has changed the policy.
func (b *Bus) auditFile(ctx context.Context, host string) error {
	now, err := b.Policy(ctx)
	if err != nil {
		return err
	}
	return b.Audit(ctx, &audit.Event{
		Time: time.Now().UTC(), Kind: audit.Policy, Host: host, Service: "viestid", Detail: "the configuration file was applied", Version: now.Version,
	})
}

// fileMark are the octets of everything that a file gives.
func (b *Bus) fileMark(p *policy.Policy) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	mark, err := wire.EncodePolicy(p)
	if err != nil {
		return nil, err
	}
	for _, a := range p.Accounts {
		data, err := wire.EncodeAccount(a)
		if err != nil {
			return nil, err
		}
		mark = append(mark, data...)
	}
	return digest(mark), nil
}

// ChangeAccount changes the account of a name by compare-and-set: change gets what
// there is, nil for none, and returns what it becomes, nil to remove it. It is called
// again when somebody else was faster. An error of change leaves all as it is. When
// ChangeAccount returns, the change is durable.
func (b *Bus) ChangeAccount(ctx context.Context, name string, change func(*accounts.Account) (*accounts.Account, error)) error {
	return b.changeKey(ctx, subject.AccountKey(name), "changing account "+name, func(before []byte, exists bool) ([]byte, error) {
		var now *accounts.Account
		if exists {
			// What cannot be read can be replaced or removed.
			now, _ = wire.DecodeAccount(before)
		}
		next, err := change(now)
		switch {
		case err != nil:
			return nil, err
		case next == nil:
			return nil, nil
		case next.Name != name:
			return nil, fmt.Errorf("%w: name: an account keeps its name", accounts.ErrInvalid)
		}
		if err := policy.ValidateAccount(next); err != nil {
			return nil, err
		}
		data, err := wire.EncodeAccount(next)
		if err == nil && exists && bytes.Equal(data, before) {
			return nil, errUnchanged
		}
		return data, err
	})
}

// PutAccount makes a new account; ErrAccountExists: there is one of that name.
func (b *Bus) PutAccount(ctx context.Context, a *accounts.Account) error {
	return b.ChangeAccount(ctx, a.Name, func(before *accounts.Account) (*accounts.Account, error) {
		if before != nil {
			return nil, ErrAccountExists
		}
		return a, nil
	})
}

// UpdateAccount is ChangeAccount of an account that there must be: ErrNoAccount.
func (b *Bus) UpdateAccount(ctx context.Context, name string, change func(*accounts.Account) error) error {
	return b.ChangeAccount(ctx, name, func(before *accounts.Account) (*accounts.Account, error) {
		if before == nil {
			return nil, ErrNoAccount
		}
		return before, change(before)
	})
}

// DeleteAccount removes an account; ErrNoAccount: there is none. One whose entry
// cannot be read is removed too.
func (b *Bus) DeleteAccount(ctx context.Context, name string) error {
	return b.changeKey(ctx, subject.AccountKey(name), "removing account "+name, func(_ []byte, exists bool) ([]byte, error) {
		if !exists {
			return nil, ErrNoAccount
		}
		return nil, nil
	})
}

// errUnchanged says that a key is left as it is.
var errUnchanged = errors.New("unchanged")

// changeKey changes a key of the bucket of the configuration by compare-and-set:
// change gets its value, and returns the next one; nil removes it.
func (b *Bus) changeKey(ctx context.Context, key, doing string, change func(before []byte, exists bool) ([]byte, error)) error {
	for {
		err := b.withBucket(ctx, b.space.BucketConfig(), doing, func(ctx context.Context, kv jetstream.KeyValue) error {
			return changeValue(ctx, kv, key, change)
		})
		switch {
		case errors.Is(err, errUnchanged):
			return nil
		case !conflict(err) && !errors.Is(err, jetstream.ErrKeyExists):
			return err
		case !pause(ctx):
			return ctx.Err()
		}
	}
}

func changeValue(ctx context.Context, kv jetstream.KeyValue, key string, change func([]byte, bool) ([]byte, error)) error {
	var before []byte
	var revision uint64
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
	case err != nil:
		return err
	default:
		before, revision = entry.Value(), entry.Revision()
	}
	next, err := change(before, revision != 0)
	switch {
	case err != nil:
		return err
	case next == nil && revision == 0:
		return nil
	case next == nil:
		return kv.Delete(ctx, key, jetstream.LastRevision(revision))
	case revision == 0:
		_, err = kv.Create(ctx, key, next)
	default:
		_, err = kv.Update(ctx, key, next, revision)
	}
	return err
}
