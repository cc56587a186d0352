package smpp

import (
	"context"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// onBus is the bus as a Broker.
type onBus struct{ *bus.Bus }

// OnBus makes a Broker of the bus.
func OnBus(b *bus.Bus) Broker { return onBus{b} }

// Start sends a submission on its way.
func (b onBus) Start(ctx context.Context, s *message.Submission) (Pending, error) {
	p, err := b.Bus.Start(ctx, s)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Follow follows the events of an account; those of a message come in their order.
func (b onBus) Follow(ctx context.Context, account string, handle func(context.Context, *bus.Stored) error) error {
	return b.FollowStored(ctx, account, func(e *life.Event) string { return e.ID }, handle)
}

// Before returns the events of a message that are stored before seq.
func (b onBus) Before(ctx context.Context, account, id string, seq uint64) ([]life.Event, error) {
	return b.EventsBefore(ctx, account, id, seq)
}

// AcquireBind takes the right to one bind.
func (b onBus) AcquireBind(ctx context.Context, account string, most int, holder string) (Lease, error) {
	lease, err := b.Bus.AcquireBind(ctx, account, most, holder)
	if err != nil {
		return nil, err
	}
	return lease, nil
}

// WatchPolicy hands the policy to use, in the terms of this service.
func (b onBus) WatchPolicy(ctx context.Context, use func(*Policy)) error {
	return b.Bus.WatchPolicy(ctx, func(p *policy.Policy) { use(policyOf(p)) })
}
