package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Progress is what earlier workers recorded about a message.
type Progress struct {
	// Attempts are the attempt records by part, with their sequences.
	Attempts map[int]AttemptRecord
	// Accepted are the parts that the network accepted.
	Accepted map[int]life.PartDone
	// Final is the event that ended the message; nil when none did.
	Final *life.Event
}

// AttemptRecord is an attempt with the sequence to compare-and-set it by.
type AttemptRecord struct {
	life.Attempt
	Seq uint64
	// Modem is whose attempt it was, and Time when the broker got the record.
	Modem *life.Modem
	Time  time.Time
}

// Untouched reports whether certainly no part is with the network or on its way
// there: nothing was accepted, and every attempt was refused, or is none.
func (p *Progress) Untouched() bool {
	for _, a := range p.Attempts {
		if a.State != life.Refused && a.State != life.Replaced || a.MaybeSent {
			return false
		}
	}
	return len(p.Accepted) == 0 && p.Final == nil
}

// Progress reads the records of a message.
func (b *Bus) Progress(ctx context.Context, s *message.Submission) (Progress, error) {
	p := Progress{Attempts: map[int]AttemptRecord{}, Accepted: map[int]life.PartDone{}}
	subjects := []string{
		b.space.Attempts(s.Account, s.ID),
		b.space.PartsOfMessage(s.Recipient.Reveal(), s.Account, s.ID),
		b.space.EventsOfMessage(s.Account, s.ID),
	}
	err := b.retry(ctx, func(ctx context.Context) error {
		found, err := jetstreamext.GetLastMsgsFor(ctx, b.js, b.space.StreamEvents(), subjects)
		if err != nil {
			return err
		}
		for raw, err := range found {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := p.add(raw); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

func (p *Progress) add(raw *jetstream.RawStreamMsg) error {
	e, err := wire.DecodeEvent(raw.Data)
	if err != nil {
		return err
	}
	switch k := e.Kind.(type) {
	case life.Attempt:
		p.Attempts[k.Part] = AttemptRecord{Attempt: k, Seq: raw.Sequence, Modem: e.Modem, Time: raw.Time}
	case life.PartDone:
		p.Accepted[k.Part] = k
	case life.Sent, life.Failed, life.Expired, life.Cancelled:
		p.Final = e
	}
	return nil
}
