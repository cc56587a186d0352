package bus

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	accounts "github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// ShowSession shows a live session to operators until it is hidden, or fades because
// it was not shown again within two and a half minutes: show it every StatusInterval.
// Nothing is promised about it.
func (b *Bus) ShowSession(ctx context.Context, s *accounts.Session) error {
	data, err := wire.EncodeSession(s)
	if err != nil {
		return err
	}
	return b.showState(ctx, b.space.BucketSessions(), subject.SessionKey(s.Host, s.Account, s.ID), data)
}

// HideSession removes a session that has ended.
func (b *Bus) HideSession(ctx context.Context, host, account, id string) error {
	return b.withBucket(ctx, b.space.BucketSessions(), "hiding a session", func(ctx context.Context, kv jetstream.KeyValue) error {
		return kv.Purge(ctx, subject.SessionKey(host, account, id), jetstream.PurgeTTL(markerTTL))
	})
}

// Sessions returns the live sessions of all hosts.
func (b *Bus) Sessions(ctx context.Context) ([]accounts.Session, error) {
	var all []accounts.Session
	err := b.states(ctx, b.space.BucketSessions(), "reading the sessions", func(data []byte) {
		if s, err := wire.DecodeSession(data); err == nil {
			all = append(all, *s)
		}
	})
	return all, err
}
