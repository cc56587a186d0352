// Package bus is Viesti's view of NATS JetStream: submissions, work, events,
// records, timers and the state of modems, in the terms of package message and
// package life. What is promised about each is said in proto/README.md.
//
// A Bus may be used from several goroutines. Every call that waits for the broker
// goes on trying until its context ends: a broker that elects a new leader is
// silent for some seconds, and that is no reason to lose anything.
package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
)

// Errors of this package.
var (
	// ErrConflict says that somebody else wrote the record first.
	ErrConflict = errors.New("somebody else was first")
	// ErrNotFound says that there is no such message.
	ErrNotFound = errors.New("no such message")
	// ErrFull says that as many messages wait as the broker is meant to hold.
	ErrFull = errors.New("the broker has no room for more waiting messages")
	// ErrTooLong says that a submission has more octets than the broker takes of one
	// message. It will never take it.
	ErrTooLong = errors.New("the submission is longer than the broker takes")
	// ErrNewer says that the assets on the broker were made by a newer version
	// and cannot be used by this one.
	ErrNewer = errors.New("the broker was set up by a newer version")
)

// Bus is a connection to the broker.
type Bus struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	space  subject.Space
	opts   Options
	queues queueSet
	stalls stalls
	room   room
	// audience knows whether anybody listens to what is announced.
	audience audience
	// handles are those of streams by name.
	handles     sync.Map
	binds       *bindLeases
	dispatchers dispatchers
}

// Options say how to use the broker.
type Options struct {
	// Space names everything; the zero value means the default prefix.
	Space subject.Space
	// Replicas is the number of servers that keep each stream: 1, 3 or 5; 0 means 1.
	Replicas int
	// AckWait is how long a worker may be silent before its message goes to
	// another one; 0 means a minute.
	AckWait time.Duration
	// JobWait is how long a scheduler may be silent before the tick of a job goes to
	// another one; 0 means half a minute.
	JobWait time.Duration
	// MaxQueued bounds the octets of waiting messages: Submit waits while there are
	// more, so that there is room left to record what becomes of them. 0: no bound.
	MaxQueued uint64
	// Try is how long one request may take before it is repeated; 0 means 5 s.
	Try time.Duration
}

// asyncPending bounds the publishes that may be unacknowledged at once.
const asyncPending = 1024

// New makes a Bus of a connection, which stays the caller's to close.
func New(nc *nats.Conn, opts Options) (*Bus, error) {
	if opts.Space == (subject.Space{}) {
		opts.Space = subject.Default()
	}
	opts.Replicas = max(opts.Replicas, 1)
	if opts.AckWait == 0 {
		opts.AckWait = time.Minute
	}
	if opts.JobWait == 0 {
		opts.JobWait = 30 * time.Second
	}
	if opts.Try == 0 {
		opts.Try = 5 * time.Second
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(asyncPending), jetstream.WithDefaultTimeout(opts.Try),
		jetstream.WithPublishAsyncTimeout(opts.Try))
	if err != nil {
		return nil, fmt.Errorf("opening JetStream: %w", err)
	}
	return &Bus{nc: nc, js: js, space: opts.Space, opts: opts, binds: newBindLeases(bindTTL)}, nil
}

// AckWait is how long a worker may be silent before its message goes to another one.
func (b *Bus) AckWait() time.Duration { return b.opts.AckWait }

// Space returns the names in use.
func (b *Bus) Space() subject.Space { return b.space }

// retry calls f until it succeeds, fails for good, or ctx ends. Each call gets
// a context that ends after Options.Try.
func (b *Bus) retry(ctx context.Context, f func(context.Context) error) error {
	var failing stall
	defer b.stalls.end(&failing)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		try, cancel := context.WithTimeout(ctx, b.opts.Try)
		err := f(try)
		cancel()
		if err == nil || !transient(err) {
			return err
		}
		b.stalls.begin(&failing)
		select {
		case <-ctx.Done():
			return fmt.Errorf("the broker does not answer: %w", err)
		case <-time.After(wait):
		}
	}
}

// transient reports whether the same request may succeed a little later.
func transient(err error) bool {
	for _, e := range []error{
		nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting,
		nats.ErrNoServers, context.DeadlineExceeded, jetstream.ErrNoStreamResponse, jetstream.ErrTooManyStalledMsgs,
		jetstream.ErrAsyncPublishTimeout,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	var api *jetstream.APIError
	return errors.Is(err, ErrFull) || errors.As(err, &api) && (api.Code == 503 || slices.Contains(passing, api.ErrorCode))
}

// passing are answers that may be others a little later, beside those of a server that has
// no space (503).
var passing = []jetstream.ErrorCode{
	accountFull, noPeers, duplicateInProcess, jetstream.JSErrCodeStreamWrongLastSequenceConstant,
}

// duplicateInProcess is the answer of a cluster that has not agreed yet about a message of
// the same id; JSErrCodeStreamWrongLastSequenceConstant the one about a message on the same
// subject. That may be the very one whose answer nobody waited for any longer: it is neither
// stored nor lost, nor is somebody else first.
const duplicateInProcess jetstream.ErrorCode = 10158

// accountFull is the answer of a server whose account has used up its space; the
// space of the server itself is a 503.
const accountFull jetstream.ErrorCode = 10002

// outOfSpace are the answers of a server that has no room left, for the account or at all.
var outOfSpace = []jetstream.ErrorCode{accountFull, 10023, 10047}

// full reports whether an error is the answer of a server that has no room left.
func full(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && slices.Contains(outOfSpace, api.ErrorCode)
}

// noPeers is the answer of a cluster of which not enough servers are there yet.
const noPeers jetstream.ErrorCode = 10005

// conflict reports whether err says that a compare-and-set was lost.
func conflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}
