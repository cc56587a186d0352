package smpp

import (
	"context"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/account"
	"github.com/viesti-sms/viesti/services/internal/core/audit"
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
	Binds
	Records
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
	Replace(ctx context.Context, account, id string, change func(*message.Submission) error) error
	// Retract takes back what Start sent and Wait did not find durable.
	Retract(ctx context.Context, s *message.Submission) error
	Find(ctx context.Context, account, id string) (*bus.Waiting, error)
	// Waiting finds messages by what they are like.
	Waiting(ctx context.Context, account string, most int, match func(*message.Submission) bool) (found []*message.Submission, complete bool, err error)
	// Remember keeps a value unless there is one, and returns the one that there is.
	Remember(ctx context.Context, account, what, key, value string, keep time.Duration) (string, error)
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

// Binds counts what accounts use on all instances together.
type Binds interface {
	// AcquireBind takes one of most binds; bus.ErrTooMany: there is none.
	AcquireBind(ctx context.Context, account string, most int, holder string) (Lease, error)
	// ShareRates tells other instances what this one uses of the rates of accounts, in
	// messages a second, and returns what they use. holder names this one for people.
	ShareRates(ctx context.Context, holder string, own map[string]float64) (map[string]account.Elsewhere, error)
	// Count adds to a counter of an account.
	Count(ctx context.Context, account, period string, n int64) (total uint64, err error)
}

// Records tells operators what goes on.
type Records interface {
	Audit(ctx context.Context, e *audit.Event) error
	ShowSession(ctx context.Context, s *account.Session) error
	HideSession(ctx context.Context, host, account, id string) error
}

// idsKey is the key under which blocks of message ids are drawn.
const idsKey = "smpp"

// pause is how long a failed watch or follow waits before it is begun again.
const pause = time.Second
