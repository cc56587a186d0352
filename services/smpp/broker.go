package smpp

import (
	"context"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// Broker is what the server needs of the bus; OnBus makes one. Its errors are those
// of package bus. It may be used from several goroutines.
type Broker interface {
	Submitter
	Messages
	Feed
	Policies
}

// Submitter makes messages durable.
type Submitter interface {
	// Start sends a submission on its way and does not wait for it.
	Start(ctx context.Context, s *message.Submission) (Pending, error)
	// Ticket returns a number that is given out once.
	Ticket(ctx context.Context, key string) (uint64, error)
}

// Pending is a submission on its way. It is for one goroutine.
type Pending interface {
	// Done reports, without waiting, whether it is durable already.
	Done() bool
	// Wait returns nil when it is durable. Otherwise that is unknown.
	Wait(ctx context.Context) error
}

// Messages knows what became of messages.
type Messages interface {
	Query(ctx context.Context, account, id string) (*bus.Standing, error)
	Cancel(ctx context.Context, account, id, by string) error
}

// Feed brings the events of accounts.
type Feed interface {
	// Follow hands the events of an account to handle, until ctx ends.
	Follow(ctx context.Context, account string, handle func(context.Context, *bus.Stored) error) error
	// Before returns the events of a message that are stored before seq.
	Before(ctx context.Context, account, id string, seq uint64) ([]life.Event, error)
}

// Policies is the shared policy.
type Policies interface {
	// WatchPolicy hands the policy, and every change of it, to use, until ctx ends.
	WatchPolicy(ctx context.Context, use func(*Policy)) error
}

// idsKey is the key under which blocks of message ids are drawn.
const idsKey = "smpp"

// pause is how long a failed watch or follow waits before it is begun again.
const pause = time.Second
