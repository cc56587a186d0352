package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Taker takes messages from queues for one modem, one at a time. It is for one
// goroutine.
type Taker struct {
	bus    *Bus
	queues []string
	// consumers in the order in which they are asked: urgent messages of all
	// queues first, then the others; within a priority in the order of the queues.
	consumers []jetstream.Consumer
	// last is the consumer that gave the last message.
	last int
}

// pullExpiry is how long a waiting pull lasts, and pullHeartbeat how soon a lost
// one is noticed: a leader that went away takes the pull with it, silently.
const (
	pullExpiry    = 5 * time.Second
	pullHeartbeat = time.Second
)

// farewell is how long a pull that ends may take to hand out its last message:
// while the broker is away nothing comes, and nothing need be waited for.
const farewell = 2 * time.Second

// Taker returns a Taker for queues, most preferred first.
func (b *Bus) Taker(ctx context.Context, queues []string) (*Taker, error) {
	t := &Taker{bus: b, queues: queues}
	return t, t.open(ctx)
}

// open finds the consumers of the queues, or makes them.
func (t *Taker) open(ctx context.Context) error {
	byPriority := map[int][]jetstream.Consumer{}
	for _, q := range t.queues {
		cs, err := t.bus.EnsureQueue(ctx, q)
		if err != nil {
			return err
		}
		for p, c := range cs {
			byPriority[p] = append(byPriority[p], c)
		}
	}
	t.consumers, t.last = nil, 0
	for p := range len(byPriority) {
		t.consumers = append(t.consumers, byPriority[p]...)
	}
	return nil
}

// reopen is for consumers that nobody serves: they were removed, or the broker
// has been restored to a time before them, or it is still starting.
func (t *Taker) reopen(ctx context.Context) error {
	const pause = 100 * time.Millisecond
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
	}
	t.bus.queues.forget(t.queues)
	return t.open(ctx)
}

// Take waits for the next message. It returns the context's error when ctx ends,
// and no message is held then.
func (t *Taker) Take(ctx context.Context) (*Work, error) {
	for {
		msg, err := t.next(ctx)
		switch {
		case ctx.Err() != nil:
			if msg != nil {
				_ = msg.Nak()
			}
			return nil, ctx.Err()
		case errors.Is(err, nats.ErrNoResponders):
			if err := t.reopen(ctx); err != nil && ctx.Err() == nil {
				return nil, fmt.Errorf("asking for work: %w", err)
			}
			continue
		case err != nil && !transient(err) && !errors.Is(err, errPullEnded):
			return nil, fmt.Errorf("asking for work: %w", err)
		case msg == nil:
			continue
		}
		work, err := t.bus.work(msg)
		if err == nil {
			return work, nil
		}
		if err := t.bus.refuse(ctx, msg, err); err != nil {
			return nil, err
		}
	}
}

// next returns a message, or none when the wait was in vain. A busy queue is
// asked strictly by priority; when all are empty, all are waited for at once and
// what is not wanted goes back.
func (t *Taker) next(ctx context.Context) (jetstream.Msg, error) {
	// Those before the one that gave the last message had none then: they are asked
	// together with it, which saves the time of asking them first.
	for from, to := 0, t.last+1; from < len(t.consumers); from, to = to, to+1 {
		msg, err := t.fetch(from, to)
		if msg != nil || err != nil {
			return msg, err
		}
	}
	return t.await(ctx)
}

// fetch asks consumers for a message that is there, and returns that of the first
// one that has any.
func (t *Taker) fetch(from, to int) (first jetstream.Msg, err error) {
	batches := make([]jetstream.MessageBatch, to-from)
	for i := range batches {
		if batches[i], err = t.consumers[from+i].FetchNoWait(1); err != nil {
			batches = batches[:i]
			break
		}
	}
	for i, batch := range batches {
		for m := range batch.Messages() {
			if first != nil {
				_ = m.Nak()
				continue
			}
			first, t.last = m, from+i
		}
		err = errors.Join(err, batch.Error())
	}
	if first != nil {
		return first, nil
	}
	return nil, err
}

// errPullEnded says that a waiting pull ended without a message.
var errPullEnded = errors.New("pull ended")

// await opens a pull of one on every consumer and takes the first message. The
// other pulls are drained, so that nothing is delivered to nobody.
func (t *Taker) await(ctx context.Context) (jetstream.Msg, error) {
	type answer struct {
		from int
		msg  jetstream.Msg
	}
	answers := make(chan answer, len(t.consumers))
	pulls := make([]jetstream.MessagesContext, 0, len(t.consumers))
	for i, c := range t.consumers {
		expiry, heartbeat := t.bus.pullTimes()
		pull, err := c.Messages(jetstream.PullMaxMessages(1), jetstream.StopAfter(1),
			jetstream.PullExpiry(expiry), jetstream.PullHeartbeat(heartbeat))
		if err != nil {
			stopAll(pulls)
			return nil, err
		}
		pulls = append(pulls, pull)
		go func() { answers <- answer{i, nextOf(ctx, pull)} }()
	}
	first := <-answers
	for i, pull := range pulls {
		if i != first.from || first.msg == nil {
			pull.Drain()
		}
	}
	for range len(pulls) - 1 {
		if late := <-answers; late.msg != nil {
			if first.msg == nil {
				first = late
				continue
			}
			_ = late.msg.Nak()
		}
	}
	stopAll(pulls)
	if first.msg == nil {
		return nil, errPullEnded
	}
	return first.msg, nil
}

// nextOf waits for the message of a pull. One that is given up is drained first:
// until the broker knows, it may deliver, and such a message must not get lost.
func nextOf(ctx context.Context, pull jetstream.MessagesContext) jetstream.Msg {
	msg, err := pull.Next(jetstream.NextContext(ctx))
	if err == nil {
		return msg
	}
	pull.Drain()
	if msg, err = pull.Next(jetstream.NextMaxWait(farewell)); err != nil {
		return nil
	}
	return msg
}

func stopAll(pulls []jetstream.MessagesContext) {
	for _, p := range pulls {
		p.Stop()
	}
}

// refusedPause is how long a message rests that this version cannot read. A newer
// one may know it: nothing is thrown away.
const refusedPause = time.Minute

// refuse leaves in the queue what cannot be read, and raises an alarm.
func (b *Bus) refuse(ctx context.Context, msg jetstream.Msg, cause error) error {
	e := &life.Event{
		ID: "unreadable", Account: subject.System, Time: time.Now(),
		Kind: life.Alarm{Severity: 3, Code: "unreadable", Text: "a queued message cannot be read, and waits for a version that can: " + cause.Error()},
	}
	if q, ok := b.space.ParseOut(msg.Subject()); ok {
		e.ID = q.ID
	}
	if _, err := b.PublishOnce(ctx, e); err != nil {
		return err
	}
	return msg.NakWithDelay(refusedPause)
}

// errMismatch says that a submission is not whose its subject says.
var errMismatch = errors.New("its subject names another message or account")

// Work is one message in the hands of one worker, until Done or Return.
type Work struct {
	Submission *message.Submission
	bus        *Bus
	msg        jetstream.Msg

	mu      sync.Mutex
	renewed time.Time
	timer   *time.Timer
	// lost is for ever: what the broker may have given to another worker is not
	// this one's again because a late request was answered.
	lost   bool
	closed bool
}

func (b *Bus) work(msg jetstream.Msg) (*Work, error) {
	s, err := wire.DecodeSubmission(msg.Data())
	if err != nil {
		return nil, err
	}
	if q, ok := b.space.ParseOut(msg.Subject()); !ok || q.ID != s.ID || q.Account != s.Account {
		return nil, errMismatch
	}
	w := &Work{Submission: s, bus: b, msg: msg, renewed: time.Now()}
	w.timer = time.AfterFunc(b.opts.AckWait/4, w.renew)
	return w, nil
}

// renew tells the broker that the message is still being worked on.
func (w *Work) renew() {
	reply, err := w.bus.nc.Request(w.msg.Reply(), []byte("+WPI"), w.bus.opts.AckWait/4)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held() || w.closed {
		return
	}
	if err == nil && reply != nil {
		w.renewed = time.Now()
	}
	w.timer.Reset(w.bus.opts.AckWait / 4)
}

// held is Held for who has the lock.
func (w *Work) held() bool {
	w.lost = w.lost || time.Since(w.renewed) >= w.bus.opts.AckWait/2
	return !w.lost
}

// Held reports whether the message is certainly still this worker's: the broker
// has confirmed it within half of the time after which it would give it to another.
func (w *Work) Held() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held() && !w.closed
}

// Done removes the message from the queue for good.
func (w *Work) Done(ctx context.Context) error {
	w.close()
	return w.bus.retry(ctx, w.msg.DoubleAck)
}

// Return gives the message back to the queue, for whoever is free after delay. A
// message that may be another worker's already is left alone.
func (w *Work) Return(delay time.Duration) error {
	if !w.Held() {
		w.close()
		return nil
	}
	w.close()
	if delay > 0 {
		return w.msg.NakWithDelay(delay)
	}
	return w.msg.Nak()
}

func (w *Work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.timer.Stop()
}

// Deliveries returns how often the broker says that it gave the message out. It
// forgets the number when it crashes; decide nothing by it.
func (w *Work) Deliveries() uint64 {
	md, err := w.msg.Metadata()
	if err != nil {
		return 0
	}
	return md.NumDelivered
}

// More reports whether other messages waited in the same queue, with the same
// priority, when this one was given out. It costs nothing, and decides nothing.
func (w *Work) More() bool {
	md, err := w.msg.Metadata()
	return err == nil && md.NumPending > 0
}
