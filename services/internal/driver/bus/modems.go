package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// StatusInterval is how often a modem's state must be written again, though it
// did not change, so that it does not fade.
const StatusInterval = 60 * time.Second

// ModemState shows the state of a modem to everybody, until it fades or changes.
func (b *Bus) ModemState(ctx context.Context, s *life.ModemStatus) error {
	data, err := wire.EncodeModemStatus(s)
	if err != nil {
		return err
	}
	return b.showState(ctx, b.space.BucketModems(), subject.ModemKey(s.Identity.Host, s.Identity.Name), data)
}

// showState writes what fades unless it is written again.
func (b *Bus) showState(ctx context.Context, bucket, key string, data []byte) error {
	m := &nats.Msg{Subject: subject.BucketKey(bucket, key), Data: data, Header: nats.Header{}}
	m.Header.Set(subject.HeaderTTL, statusTTL.String())
	_, err := b.js.PublishMsg(ctx, m)
	if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrNoStreamResponse) {
		return err
	}
	// The bucket is in memory, and gone when the broker is restarted.
	if err := b.ensureBuckets(ctx); err != nil {
		return err
	}
	_, err = b.js.PublishMsg(ctx, m)
	return err
}

// Modems returns the state of all modems that are alive.
func (b *Bus) Modems(ctx context.Context) ([]life.ModemStatus, error) {
	var all []life.ModemStatus
	err := b.states(ctx, b.space.BucketModems(), "reading the state of modems", func(data []byte) {
		if s, err := wire.DecodeModemStatus(data); err == nil {
			all = append(all, *s)
		}
	})
	return all, err
}

// states hands everything that is in a bucket to use.
func (b *Bus) states(ctx context.Context, bucket, doing string, use func(data []byte)) error {
	kv, err := b.js.KeyValue(ctx, bucket)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, b.unprepared(err))
	}
	watch, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer func() { _ = watch.Stop() }()
	for entry := range watch.Updates() {
		if entry == nil {
			break
		}
		use(entry.Value())
	}
	return nil
}

// Queue is the state of a queue and priority.
type Queue struct {
	Name     string
	Priority subject.Priority
	// Waiting messages are in the queue, InHand ones with a modem.
	Waiting uint64
	InHand  int
}

// Queues returns the state of all queues.
func (b *Bus) Queues(ctx context.Context) ([]Queue, error) {
	stream, err := b.js.Stream(ctx, b.space.StreamOut())
	if err != nil {
		return nil, fmt.Errorf("reading the state of queues: %w", err)
	}
	list := stream.ListConsumers(ctx)
	var queues []Queue
	for c := range list.Info() {
		queues = append(queues, Queue{
			Name: c.Config.Metadata[metadataQueue], Priority: priorityOf(c.Name), Waiting: c.NumPending, InHand: c.NumAckPending,
		})
	}
	return queues, list.Err()
}

func priorityOf(consumer string) subject.Priority {
	return subject.Priority(consumer[len(consumer)-1:])
}

// Counts are how many messages are where.
type Counts struct {
	Deferred, Queued, Events uint64
}

// Counts returns how much there is.
func (b *Bus) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	pulse, _ := b.space.Pulses()
	out, err := b.streamOf(ctx, b.space.StreamOut())
	if err != nil {
		return c, fmt.Errorf("counting messages: %w", err)
	}
	stored, err := out.Info(ctx, jetstream.WithSubjectFilter(pulse))
	if err != nil {
		return c, fmt.Errorf("counting messages: %w", err)
	}
	events, err := b.js.Stream(ctx, b.space.StreamEvents())
	if err != nil {
		return c, fmt.Errorf("counting events: %w", err)
	}
	queues, err := b.Queues(ctx)
	if err != nil {
		return c, err
	}
	for _, q := range queues {
		c.Queued += q.Waiting + uint64(q.InHand)
	}
	none := c.Queued + uint64(len(stored.State.Subjects)) // the pulse is not deferred
	c.Deferred = stored.State.Msgs - min(none, stored.State.Msgs)
	c.Events = events.CachedInfo().State.Msgs
	return c, nil
}

// ErrNoModem says that no worker answers for a modem.
var ErrNoModem = errors.New("no worker has this modem")

// ErrFindModem says that a modem cannot be found by its name.
var ErrFindModem = errors.New("finding the modem")

// ModemHost returns the host that a modem is on.
func (b *Bus) ModemHost(ctx context.Context, name string) (string, error) {
	modems, err := b.Modems(ctx)
	if err != nil {
		return "", err
	}
	found := ""
	for _, m := range modems {
		if m.Identity.Name != name {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("%w: %s is on several hosts, %s and %s", ErrFindModem, name, found, m.Identity.Host)
		}
		found = m.Identity.Host
	}
	if found == "" {
		return "", fmt.Errorf("%w: no modem of the name %s is alive; viesti status lists them", ErrFindModem, name)
	}
	return found, nil
}

// Command asks the worker of a modem, and returns its answer.
func (b *Bus) Command(ctx context.Context, host, modem string, c wire.Command) (wire.Reply, error) {
	data, err := wire.EncodeCommand(c)
	if err != nil {
		return wire.Reply{}, err
	}
	m, err := b.nc.RequestWithContext(ctx, b.space.ModemCommand(host, modem, string(c.Verb)), data)
	if errors.Is(err, nats.ErrNoResponders) {
		return wire.Reply{}, ErrNoModem
	}
	if err != nil {
		return wire.Reply{}, fmt.Errorf("asking modem %s on %s: %w", modem, host, err)
	}
	return wire.DecodeReply(m.Data)
}

// AnswerCommands answers the commands for one modem with handle, one at a time,
// until the returned function is called.
func (b *Bus) AnswerCommands(host, modem string, handle func(wire.Command) wire.Reply) (stop func(), err error) {
	sub, err := b.nc.Subscribe(b.space.ModemCommands(host, modem), func(m *nats.Msg) {
		var reply wire.Reply
		if c, err := wire.DecodeCommand(m.Data); err != nil {
			reply.Error = err.Error()
		} else {
			reply = handle(c)
		}
		if data, err := wire.EncodeReply(reply); err == nil {
			_ = m.Respond(data)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("answering for modem %s: %w", modem, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil
}
