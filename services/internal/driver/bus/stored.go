package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// eachStored calls f with every stored event whose subject matches filter, in order.
//
// The broker finds by its index which subjects match, and what is on one of them. Asked
// for all messages that match a wildcard it would go through everything that is stored
// behind the first of them, for each one: reading a message's few events would take as
// long as there are events of others.
func (b *Bus) eachStored(ctx context.Context, filter string, f func(*jetstream.RawStreamMsg, *life.Event)) error {
	lasts, err := collect(jetstreamext.GetLastMsgsFor(ctx, b.js, b.space.StreamEvents(), []string{filter}))
	if err != nil {
		return err
	}
	var all []*jetstream.RawStreamMsg
	for _, last := range lasts {
		if all, err = b.appendUpTo(ctx, all, last); err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(x, y *jetstream.RawStreamMsg) int { return cmp.Compare(x.Sequence, y.Sequence) })
	for _, raw := range all {
		e, err := wire.DecodeEvent(raw.Data)
		if err != nil {
			return err
		}
		if e.Kind != nil {
			f(raw, e)
		}
	}
	return nil
}

// errStale says that a replica does not know yet what another one has told; it is asked
// again.
var errStale = fmt.Errorf("a server of the broker is behind the others: %w", nats.ErrTimeout)

// appendUpTo adds what is stored on the subject of a message, that message included,
// and nothing that came after it. What has ended before it was asked for is left out.
func (b *Bus) appendUpTo(ctx context.Context, all []*jetstream.RawStreamMsg, last *jetstream.RawStreamMsg) ([]*jetstream.RawStreamMsg, error) {
	const page = 1000
	for from := uint64(1); from < last.Sequence; {
		stored, err := collect(jetstreamext.GetBatch(ctx, b.js, b.space.StreamEvents(), page,
			jetstreamext.GetBatchSubject(last.Subject), jetstreamext.GetBatchSeq(from)))
		if err != nil {
			return nil, err
		}
		if len(stored) == 0 {
			return nil, errStale
		}
		for _, raw := range stored {
			from = raw.Sequence + 1
			if raw.Sequence < last.Sequence {
				all = append(all, raw)
			}
		}
	}
	return append(all, last), nil
}

// collect returns all messages of an answer; there may be none.
func collect(answer iter.Seq2[*jetstream.RawStreamMsg, error], err error) ([]*jetstream.RawStreamMsg, error) {
	if err != nil {
		return nil, err
	}
	var all []*jetstream.RawStreamMsg
	for raw, err := range answer {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}
