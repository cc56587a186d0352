package bus

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

// Taker takes messages from queues for one modem, one at a time. It is for one
// goroutine. Takers of a Bus that serve the same queues are served together.
type Taker struct {
	bus        *Bus
	dispatcher *dispatcher
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

// Taker returns a Taker for queues, most preferred first: urgent messages of all
// queues come first, then the others; within a priority in the order of the queues.
func (b *Bus) Taker(ctx context.Context, queues []string) (*Taker, error) {
	if _, err := b.queueConsumers(ctx, queues); err != nil {
		return nil, err
	}
	return &Taker{bus: b, dispatcher: b.dispatchers.of(b, queues, false)}, nil
}

// UrgentTaker returns a Taker that takes the messages of high priority alone.
func (b *Bus) UrgentTaker(ctx context.Context, queues []string) (*Taker, error) {
	if _, err := b.queueConsumers(ctx, queues); err != nil {
		return nil, err
	}
	return &Taker{bus: b, dispatcher: b.dispatchers.of(b, queues, true)}, nil
}

// queueConsumers finds the names of the consumers of queues, or makes them, in the
// order in which they are to be asked.
func (b *Bus) queueConsumers(ctx context.Context, queues []string) ([]string, error) {
	byPriority := make([][]string, len(subject.Priorities()))
	for _, q := range queues {
		if _, err := b.EnsureQueue(ctx, q); err != nil {
			return nil, err
		}
		for i, p := range subject.Priorities() {
			byPriority[i] = append(byPriority[i], subject.ConsumerQueue(q, p))
		}
	}
	return slices.Concat(byPriority...), nil
}

// Take waits for the next message. It returns the context's error when ctx ends,
// and no message is held then.
func (t *Taker) Take(ctx context.Context) (*Work, error) {
	for {
		msg, err := t.dispatcher.take(ctx)
		if err != nil {
			return nil, err
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

// refusedPause is how long a message rests that this version cannot read. A newer
// one may know it: nothing is thrown away.
const refusedPause = time.Minute

// refuse leaves in the queue what cannot be read, and raises an alarm.
func (b *Bus) refuse(ctx context.Context, msg *delivered, cause error) error {
	e := &life.Event{
		ID: "unreadable", Account: subject.System, Time: time.Now(),
		Kind: life.Alarm{Severity: 3, Code: "unreadable", Text: "a queued message cannot be read, and waits for a version that can: " + cause.Error()},
	}
	if q, ok := b.space.ParseOut(msg.Subject); ok {
		e.ID = q.ID
	}
	if _, err := b.PublishOnce(ctx, e); err != nil {
		return err
	}
	return msg.giveBack(refusedPause)
}

// errMismatch says that a submission is not whose its subject says.
var errMismatch = errors.New("its subject names another message or account")

// Work is one message in the hands of one worker, until Done or Return.
type Work struct {
	Submission *message.Submission
	bus        *Bus
	msg        *delivered

	mu      sync.Mutex
	renewed time.Time
	timer   *time.Timer
	// lost is for ever: what the broker may have given to another worker is not
	// this one's again because a late request was answered.
	lost   bool
	closed bool
}

func (b *Bus) work(msg *delivered) (*Work, error) {
	s, err := wire.DecodeSubmission(msg.Data)
	if err != nil {
		return nil, err
	}
	if q, ok := b.space.ParseOut(msg.Subject); !ok || q.ID != s.ID || q.Account != s.Account {
		return nil, errMismatch
	}
	w := &Work{Submission: s, bus: b, msg: msg, renewed: msg.arrived}
	w.timer = time.AfterFunc(b.opts.AckWait/4, w.renew)
	return w, nil
}

// renew tells the broker that the message is still being worked on.
func (w *Work) renew() {
	reply, err := w.bus.nc.Request(w.msg.Reply, []byte("+WPI"), w.bus.opts.AckWait/4)
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
	return w.bus.retry(ctx, w.msg.confirm)
}

// Settle is Done without waiting for the broker's word. It is for a message whose
// final event is recorded: should it come again, because the broker did not hear,
// that event tells that nothing is left to do.
func (w *Work) Settle() error {
	w.close()
	return w.msg.settle()
}

// Return gives the message back to the queue, for whoever is free after delay. A
// message that may be another worker's already is left alone.
func (w *Work) Return(delay time.Duration) error {
	if !w.Held() {
		w.close()
		return nil
	}
	w.close()
	return w.msg.giveBack(delay)
}

func (w *Work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.timer.Stop()
}

// Deliveries returns how often the broker says that it gave the message out. It
// forgets the number when it crashes; decide nothing by it.
func (w *Work) Deliveries() uint64 { return w.msg.deliveries }

// More reports whether other messages waited in the same queue, with the same
// priority, when this one was given out, or wait here. It costs nothing, and
// decides nothing.
func (w *Work) More() bool { return w.msg.pending > 0 || w.msg.from.hasSpare() }
