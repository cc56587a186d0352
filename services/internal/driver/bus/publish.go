package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// publish makes messages durable, all at once, and waits for all
// acknowledgements. One that must be the first on its subject and is there
// already is good.
func (b *Bus) publish(ctx context.Context, msgs ...*nats.Msg) error {
	if len(msgs) == 1 {
		return b.publishOne(ctx, msgs[0])
	}
	return b.await(ctx, msgs, b.send(msgs))
}

// send sends messages on their way. A full window is waited for; what could not be
// sent has no future, and is published by await.
func (b *Bus) send(msgs []*nats.Msg) []jetstream.PubAckFuture {
	futures := make([]jetstream.PubAckFuture, len(msgs))
	for i, m := range msgs {
		futures[i], _ = b.js.PublishMsgAsync(m, jetstream.WithStallWait(b.opts.Try))
	}
	return futures
}

// await waits until messages are durable, and publishes again, one by one, those
// that are not.
func (b *Bus) await(ctx context.Context, msgs []*nats.Msg, futures []jetstream.PubAckFuture) error {
	for i, m := range msgs {
		if f := futures[i]; f != nil && b.acknowledged(ctx, f) {
			continue
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the broker did not acknowledge in time: %w", ctx.Err())
		}
		if err := b.publishOne(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) acknowledged(ctx context.Context, f jetstream.PubAckFuture) bool {
	select {
	case <-f.Ok():
		return true
	case err := <-f.Err():
		return conflict(err)
	case <-ctx.Done():
		return false
	}
}

func (b *Bus) publishOne(ctx context.Context, m *nats.Msg) error {
	return b.retry(ctx, func(ctx context.Context) error {
		_, err := b.store(ctx, m)
		if conflict(err) {
			return nil
		}
		return err
	})
}

// store has a message stored, once, and returns its sequence in the stream.
func (b *Bus) store(ctx context.Context, m *nats.Msg) (uint64, error) {
	reply, err := b.nc.RequestMsgWithContext(ctx, m)
	if err != nil {
		return 0, err
	}
	return storedAs(reply.Data)
}

// storedAs reads the broker's answer to a message that was to be stored. The usual one
// is read by hand, for it is the answer to every step of every message.
func storedAs(answer []byte) (uint64, error) {
	if seq, ok := plainAck(answer); ok {
		return seq, nil
	}
	var a struct {
		Error *jetstream.APIError `json:"error"`
		*jetstream.PubAck
	}
	err := json.Unmarshal(answer, &a)
	switch {
	case err == nil && a.Error != nil:
		return 0, a.Error
	case err != nil || a.PubAck == nil || a.Stream == "":
		return 0, jetstream.ErrInvalidJSAck
	default:
		return a.Sequence, nil
	}
}

// plainAck reads {"stream":"NAME","seq":NUMBER}, with whatever may come behind.
func plainAck(answer []byte) (seq uint64, ok bool) {
	rest, ok := bytes.CutPrefix(answer, []byte(`{"stream":"`))
	if !ok {
		return 0, false
	}
	_, rest, _ = bytes.Cut(rest, []byte(`"`))
	rest, ok = bytes.CutPrefix(rest, []byte(`,"seq":`))
	digits := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if !ok || digits < 0 {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(rest[:digits]), 10, 64)
	return seq, err == nil && seq > 0
}
