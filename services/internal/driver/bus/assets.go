package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
)

// AssetVersion counts the definitions of streams and buckets. A binary updates
// what an older one made, and leaves alone what a newer one made.
const AssetVersion = 2

// Retention of what is kept for a time.
const (
	eventAge        = 72 * time.Hour
	counterAge      = 40 * 24 * time.Hour
	auditAge        = 400 * 24 * time.Hour
	auditPerSubject = 100_000
	auditMessage    = 16 << 10
	duplicateTime   = 10 * time.Minute
	maxMessage      = 64 << 10
	statusTTL       = 150 * time.Second
	markerTTL       = time.Minute
)

// Ensure creates the streams, buckets and the scheduler's consumers that are
// missing, and updates those of an older version. Every service calls it when it
// starts; which one comes first does not matter.
func (b *Bus) Ensure(ctx context.Context) error {
	for _, cfg := range b.streams() {
		if err := b.retry(ctx, func(ctx context.Context) error { return b.ensureStream(ctx, cfg) }); err != nil {
			return fmt.Errorf("setting up stream %s: %w", cfg.Name, err)
		}
	}
	if err := b.retry(ctx, b.ensureBuckets); err != nil {
		return err
	}
	return b.retry(ctx, b.ensureJobConsumers)
}

// streams is the table of streams. Its reasons are in services/doc/adr/0002.
func (b *Bus) streams() []jetstream.StreamConfig {
	s := b.space
	table := []jetstream.StreamConfig{
		{
			Name: s.StreamOut(), Subjects: s.OutSubjects(), Retention: jetstream.WorkQueuePolicy, MaxMsgsPerSubject: 1,
			AllowMsgSchedules: true, MaxMsgSize: maxMessage, Description: "messages to send, now or later",
		},
		{
			Name: s.StreamEvents(), Subjects: s.EventSubjects(), MaxAge: eventAge,
			Description: "what happened, and what the next worker must know",
		},
		{
			Name: s.StreamJobs(), Subjects: s.JobSubjects(), Retention: jetstream.WorkQueuePolicy, MaxMsgsPerSubject: 1,
			AllowMsgSchedules: true, Description: "timers and what they made due",
		},
		{
			Name: s.StreamCounters(), Subjects: s.CounterSubjects(), MaxAge: counterAge, MaxMsgsPerSubject: 1,
			AllowMsgCounter: true, Description: "usage of accounts",
		},
		{
			Name: s.StreamAudit(), Subjects: s.AuditSubjects(), MaxAge: auditAge, MaxMsgsPerSubject: auditPerSubject, MaxMsgSize: auditMessage,
			DenyDelete: true, DenyPurge: true, Description: "who got in, who did not, and who changed what",
		},
	}
	for i := range table {
		c := &table[i]
		c.Replicas, c.AllowDirect, c.Storage = b.opts.Replicas, true, jetstream.FileStorage
		c.Metadata = map[string]string{subject.MetadataVersion: strconv.Itoa(AssetVersion)}
		c.MaxConsumers = -1
		if !c.AllowMsgCounter {
			c.Duplicates = duplicateTime
			c.AllowMsgTTL = !c.DenyDelete // no entry of the audit ends before the others
		}
	}
	return table
}

func (b *Bus) buckets() []jetstream.KeyValueConfig {
	s := b.space
	return []jetstream.KeyValueConfig{
		{Bucket: s.BucketConfig(), History: 20, Replicas: b.opts.Replicas, Description: "shared policy"},
		{Bucket: s.BucketModems(), Storage: jetstream.MemoryStorage, LimitMarkerTTL: markerTTL, Replicas: 1, Description: "state of modems"},
		{Bucket: s.BucketSessions(), Storage: jetstream.MemoryStorage, LimitMarkerTTL: markerTTL, Replicas: 1, Description: "SMPP sessions"},
		{Bucket: s.BucketLeases(), LimitMarkerTTL: markerTTL, Replicas: b.opts.Replicas, Description: "roles that one process may have"},
		{Bucket: s.BucketJoin(), LimitMarkerTTL: markerTTL, Replicas: b.opts.Replicas, Description: "parts that wait for the others"},
		{Bucket: s.BucketState(), LimitMarkerTTL: markerTTL, Replicas: b.opts.Replicas, Description: "suspended modems, and what was sent where that is limited"},
	}
}

func (b *Bus) ensureStream(ctx context.Context, want jetstream.StreamConfig) error {
	stream, err := b.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = b.js.CreateOrUpdateStream(ctx, want)
		return err
	}
	if err != nil {
		return err
	}
	have := stream.CachedInfo().Config
	version, err := strconv.Atoi(have.Metadata[subject.MetadataVersion])
	switch {
	case err != nil:
		return fmt.Errorf("it exists, but is not Viesti's: it has no %s; choose another subject prefix", subject.MetadataVersion)
	case version > AssetVersion && have.Retention != want.Retention:
		return fmt.Errorf("%w: version %d", ErrNewer, version)
	case version >= AssetVersion:
		return nil
	}
	_, err = b.js.UpdateStream(ctx, want)
	return err
}

// ensureBuckets makes the buckets that are missing.
func (b *Bus) ensureBuckets(ctx context.Context) error {
	for _, cfg := range b.buckets() {
		if err := b.ensureBucket(ctx, cfg); err != nil {
			return fmt.Errorf("setting up bucket %s: %w", cfg.Bucket, err)
		}
	}
	return nil
}

func (b *Bus) ensureBucket(ctx context.Context, want jetstream.KeyValueConfig) error {
	_, err := b.js.KeyValue(ctx, want.Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		_, err = b.js.CreateOrUpdateKeyValue(ctx, want)
	}
	return err
}

func (b *Bus) ensureJobConsumers(ctx context.Context) error {
	const inHand = 1000 // with all schedulers together
	for _, c := range []struct{ name, filter string }{
		{subject.ConsumerAlternateDue, b.space.AlternateDueAll()},
		{subject.ConsumerExpiryDue, b.space.ExpiryDueAll()},
	} {
		_, err := b.js.CreateOrUpdateConsumer(ctx, b.space.StreamJobs(), jetstream.ConsumerConfig{
			Durable: c.name, FilterSubject: c.filter, AckPolicy: jetstream.AckExplicitPolicy, AckWait: eventAckWait, MaxDeliver: -1, MaxAckPending: inHand,
		})
		if err != nil {
			return fmt.Errorf("setting up consumer %s: %w", c.name, err)
		}
	}
	return b.ensureChainConsumer(ctx)
}

// ensureChainConsumer makes the consumer by which schedulers hear of messages that
// have alternates.
func (b *Bus) ensureChainConsumer(ctx context.Context) error {
	_, err := b.js.CreateOrUpdateConsumer(ctx, b.space.StreamEvents(), jetstream.ConsumerConfig{
		Durable: subject.ConsumerChain, FilterSubject: b.space.ChainAll(), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: eventAckWait, MaxDeliver: -1, MaxAckPending: maxEvents,
	})
	if err != nil {
		return fmt.Errorf("setting up consumer %s: %w", subject.ConsumerChain, err)
	}
	return nil
}

// queueSet remembers which queues have their consumers.
type queueSet struct {
	mu   sync.Mutex
	done map[string][]jetstream.Consumer
	// making are the queues whose consumers somebody makes right now; each is closed
	// when they are there, or will not be.
	making map[string]chan struct{}
}

func (q *queueSet) forget(names []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, name := range names {
		delete(q.done, name)
	}
}

// begin returns the consumers of a queue, or what to wait for while somebody else makes
// them; neither: it is the caller's to make them, and to call end.
func (q *queueSet) begin(name string) (done []jetstream.Consumer, others <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.done == nil {
		q.done, q.making = map[string][]jetstream.Consumer{}, map[string]chan struct{}{}
	}
	if q.done[name] == nil && q.making[name] == nil {
		q.making[name] = make(chan struct{})
		return nil, nil
	}
	return q.done[name], q.making[name]
}

// end says which consumers were made; none: it did not work out.
func (q *queueSet) end(name string, made []jetstream.Consumer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(made) > 0 {
		q.done[name] = made
	}
	close(q.making[name])
	delete(q.making, name)
}

// EnsureQueue creates the consumers of a queue, one for each priority, and
// returns them, most urgent first. Repeated calls cost nothing, and a queue that the
// broker does not set up delays nobody who uses another one.
func (b *Bus) EnsureQueue(ctx context.Context, queue string) ([]jetstream.Consumer, error) {
	for {
		done, others := b.queues.begin(queue)
		switch {
		case done != nil:
			return done, nil
		case others == nil:
			made, err := b.makeQueue(ctx, queue)
			b.queues.end(queue, made)
			return made, err
		}
		select {
		case <-others:
		case <-ctx.Done():
			return nil, fmt.Errorf("setting up queue %s: %w", queue, ctx.Err())
		}
	}
}

func (b *Bus) makeQueue(ctx context.Context, queue string) ([]jetstream.Consumer, error) {
	var cs []jetstream.Consumer
	for _, p := range subject.Priorities() {
		c, err := b.ensureQueueConsumer(ctx, queue, p)
		if err != nil {
			return nil, fmt.Errorf("setting up queue %s: %w", queue, err)
		}
		cs = append(cs, c)
	}
	return cs, nil
}

// metadataQueue is the key of the queue's name in the metadata of its consumers.
const metadataQueue = "viesti-queue"

func (b *Bus) ensureQueueConsumer(ctx context.Context, queue string, p subject.Priority) (c jetstream.Consumer, err error) {
	const maxWaiting = 8192 // pulls of waiting modems
	err = b.retry(ctx, func(ctx context.Context) error {
		c, err = b.js.CreateOrUpdateConsumer(ctx, b.space.StreamOut(), jetstream.ConsumerConfig{
			Durable: subject.ConsumerQueue(queue, p), FilterSubject: b.space.OutQueue(queue, p),
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: b.opts.AckWait,
			MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: maxWaiting, Metadata: map[string]string{metadataQueue: queue},
		})
		return err
	})
	return c, err
}
