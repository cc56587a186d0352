package bus

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/natscontext"
)

// Target says where the broker is and how to prove who one is. Secrets are given
// as files.
type Target struct {
	// URL is one or several server addresses, separated by commas.
	URL string `yaml:"url"`
	// Creds is a credentials file, NKey a file with an nkey seed.
	Creds string `yaml:"creds"`
	NKey  string `yaml:"nkey"`
	// Context is a NATS context, by name or by absolute path; it stands for all of the above.
	Context string `yaml:"context"`
}

// IsZero reports whether no broker is named.
func (t Target) IsZero() bool { return t == Target{} }

var (
	// ErrTarget says that a broker is not named well.
	ErrTarget = errors.New("choosing the broker")
	// ErrSilent says that no broker answers at the address.
	ErrSilent = errors.New("nobody answers")
	// ErrDenied says that the broker does not let in who asks.
	ErrDenied = errors.New("it does not let this user in")
)

// answerRoom is how many messages of one answer may wait to be read. The largest answers
// have a page of 1000. Room is made for each answer, and the library's own, 65536, is
// half a megabyte.
const answerRoom = 4096

// ConnectOptions are the options of all connections of Viesti: they never give
// up, notice a silent server soon, and call notify when the connection is lost
// or back.
func ConnectOptions(name string, notify func(connected bool, err error)) []nats.Option {
	return []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond), nats.PingInterval(5 * time.Second),
		nats.IgnoreAuthErrorAbort(), nats.SyncQueueLen(answerRoom),
		nats.DisconnectErrHandler(func(nc *nats.Conn, err error) {
			if !nc.IsClosed() {
				notify(false, err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { notify(true, nil) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { notify(true, err) }),
	}
}

// Dial connects to the broker that t names.
func Dial(t Target, opts ...nats.Option) (*nats.Conn, error) {
	if t.Context != "" {
		if t.URL != "" || t.Creds != "" || t.NKey != "" {
			return nil, fmt.Errorf("%w: give a context, or an address with credentials, not both", ErrTarget)
		}
		nc, _, err := natscontext.Connect(t.Context, opts...)
		if err != nil {
			return nil, fmt.Errorf("connecting with the NATS context %s: %w", t.Context, refusal(err))
		}
		return nc, nil
	}
	if t.Creds != "" {
		opts = append(opts, nats.UserCredentials(t.Creds))
	}
	if t.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(t.NKey)
		if err != nil {
			return nil, fmt.Errorf("reading the nkey in %s: %w", t.NKey, err)
		}
		opts = append(opts, key)
	}
	nc, err := nats.Connect(t.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the broker at %s: %w", cmp.Or(t.URL, nats.DefaultURL), refusal(err))
	}
	return nc, nil
}

// Refused reports whether what the broker says of a connection, in notify of
// ConnectOptions, is that its user may not do something. What was asked for then is not
// answered.
func Refused(err error) bool { return errors.Is(err, nats.ErrPermissionViolation) }

// refusal adds to the error of a connection whose fault that is.
func refusal(err error) error {
	var network net.Error
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		return fmt.Errorf("%w: %w", ErrDenied, err)
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout), errors.As(err, &network):
		return fmt.Errorf("%w: %w", ErrSilent, err)
	default:
		return err
	}
}
