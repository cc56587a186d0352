package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/services/internal/core/message"
)

// ErrUnavailable says that there is no connection to the broker at the moment.
var ErrUnavailable = errors.New("the broker cannot be reached")

// Pending is a submission on its way to the broker. It is for one goroutine.
type Pending struct {
	bus        *Bus
	submission *message.Submission
	msgs       []*nats.Msg
	futures    []jetstream.PubAckFuture
}

// Start sends a submission on its way, for callers that have many under way at
// once: it is accepted when Wait says so, not before. Unlike Submit, Start does
// not wait for better times: ErrUnavailable and ErrFull tell at once that now is
// none, and nothing was sent then. It blocks while too many are under way.
//
// Its timers go first, and all must be acknowledged.
func (b *Bus) Start(ctx context.Context, s *message.Submission) (*Pending, error) {
	if !b.nc.IsConnected() {
		return nil, ErrUnavailable // or it would be sent, late, when the connection is back
	}
	if _, err := b.EnsureQueue(ctx, s.Queue); err != nil {
		return nil, err
	}
	if err := b.checkRoom(ctx); err != nil {
		return nil, err
	}
	p := &Pending{bus: b, submission: s}
	for _, build := range b.builders() {
		m, err := build(s)
		if err != nil {
			return nil, err
		}
		if m != nil {
			p.msgs = append(p.msgs, m)
		}
	}
	p.futures = b.send(p.msgs)
	return p, nil
}

// Wait returns nil when the submission is durable. It tries again what failed,
// until ctx ends; then the outcome is unknown, and the submission may be made
// again with the same id. ErrFull says that the broker answered, last, that it has no room.
func (p *Pending) Wait(ctx context.Context) error {
	err := p.bus.await(ctx, p.msgs, p.futures)
	if full(err) {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	if err != nil {
		return fmt.Errorf("message %s: %w", p.submission.ID, err)
	}
	p.bus.announce(p.submission)
	return nil
}

// Done reports, without waiting, whether the submission is durable already.
func (p *Pending) Done() bool {
	for len(p.futures) > 0 {
		if p.futures[0] == nil {
			return false
		}
		select {
		case <-p.futures[0].Ok(): // says so once
			p.msgs, p.futures = p.msgs[1:], p.futures[1:]
		default:
			return false
		}
	}
	p.bus.announce(p.submission)
	return true
}
