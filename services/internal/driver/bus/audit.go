package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/services/internal/core/audit"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Audit records an event for ever, as far as that goes: entries are kept for 400 days,
// the last 100,000 of each account and kind, and nobody can remove one. When it
// returns nil, the event is durable. A service that is asked by strangers should not
// wait for it, and should sum up what they repeat: see audit.Event.Count.
func (b *Bus) Audit(ctx context.Context, e *audit.Event) error {
	data, err := wire.EncodeAudit(e)
	if err != nil {
		return err
	}
	m := &nats.Msg{Subject: b.space.Audit(e.Account, e.Kind.String()), Data: data}
	err = b.retry(ctx, func(ctx context.Context) error {
		_, err := b.js.PublishMsg(ctx, m)
		return err
	})
	if err != nil {
		return fmt.Errorf("recording for the audit: %w", err)
	}
	return nil
}

// AuditQuery says which events are wanted.
type AuditQuery struct {
	// Account is whose; empty: all.
	Account string
	// Since is from when on.
	Since time.Time
}

func (b *Bus) auditFilter(q AuditQuery) string {
	if q.Account == "" {
		return b.space.AllAudit()
	}
	return b.space.AuditOfAccount(q.Account)
}

// AuditTrail hands the recorded events to handle, oldest first, until handle fails
// or there are no more.
func (b *Bus) AuditTrail(ctx context.Context, q AuditQuery, handle func(*audit.Event) error) error {
	const page = 500
	from := jetstreamext.GetBatchStartTime(q.Since)
	if q.Since.IsZero() {
		from = jetstreamext.GetBatchSeq(1)
	}
	for {
		stored, err := jetstreamext.GetBatch(ctx, b.js, b.space.StreamAudit(), page, from, jetstreamext.GetBatchSubject(b.auditFilter(q)))
		if err != nil {
			return fmt.Errorf("reading the audit: %w", err)
		}
		n := 0
		for raw, err := range stored {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading the audit: %w", err)
			}
			if err := handAudit(raw.Data, handle); err != nil {
				return err
			}
			n, from = n+1, jetstreamext.GetBatchSeq(raw.Sequence+1)
		}
		if n < page {
			return nil
		}
	}
}

// FollowAudit is AuditTrail, and goes on with what happens until ctx ends.
func (b *Bus) FollowAudit(ctx context.Context, q AuditQuery, handle func(*audit.Event) error) error {
	cfg := jetstream.OrderedConsumerConfig{FilterSubjects: []string{b.auditFilter(q)}, DeliverPolicy: jetstream.DeliverAllPolicy}
	if !q.Since.IsZero() {
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &q.Since
	}
	c, err := b.js.OrderedConsumer(ctx, b.space.StreamAudit(), cfg)
	if err != nil {
		return fmt.Errorf("following the audit: %w", err)
	}
	it, err := c.Messages(jetstream.PullExpiry(pullExpiry), jetstream.PullHeartbeat(pullHeartbeat))
	if err != nil {
		return fmt.Errorf("following the audit: %w", err)
	}
	defer it.Stop()
	for {
		m, err := it.Next(jetstream.NextContext(ctx))
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, jetstream.ErrMsgIteratorClosed):
			return fmt.Errorf("following the audit: %w", err)
		case err != nil:
			continue // a missed heartbeat: the library pulls again
		}
		if err := handAudit(m.Data(), handle); err != nil {
			return err
		}
	}
}

// handAudit passes over what cannot be read: the others must be seen.
func handAudit(data []byte, handle func(*audit.Event) error) error {
	if e, err := wire.DecodeAudit(data); err == nil && e.Kind != 0 {
		return handle(e)
	}
	return nil
}
