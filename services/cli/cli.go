// Package cli is the command line: an ingress for people and scripts, and the
// operator's tool. It talks to the broker alone, so that it works from any host
// that may use it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// env is what a command works with.
type env struct {
	target bus.Target
	state  string
	prefix string
	stdin  io.Reader
	stdout io.Writer
	now    func() time.Time
	// refused ends the command with what the broker did not permit.
	refused context.CancelCauseFunc
}

// Command returns the command line tool, with the commands of others that belong to it.
func Command(version string, stdin io.Reader, stdout io.Writer, others ...*cobra.Command) *cobra.Command {
	e := &env{stdin: stdin, stdout: stdout, now: time.Now, refused: func(error) {}}
	root := &cobra.Command{
		Use: "viesti", Short: "send messages through Viesti and look after it", Version: version,
		SilenceUsage: true, SilenceErrors: true,
		Long: "viesti sends messages through Viesti and looks after it.\n\n" +
			"It finds the viestid of this machine by itself; --nats, --creds and --context point it elsewhere.",
	}
	root.SetOut(stdout)
	f := root.PersistentFlags()
	f.StringVar(&e.target.URL, "nats", "", "address of the broker, for example nats://gateway:4222")
	f.StringVar(&e.target.Creds, "creds", "", "credentials file for the broker")
	f.StringVar(&e.target.NKey, "nkey", "", "file with an nkey seed for the broker")
	f.StringVar(&e.target.Context, "context", "", "NATS context, by name or by absolute path")
	f.StringVar(&e.state, "state", "", "state directory of the viestid to use, when several run here")
	f.StringVar(&e.prefix, "prefix", "", "prefix of all subjects, when it is not the usual one")
	root.AddCommand(e.send(), e.message(), e.why(), e.cancel(), e.replace(), e.tail(), e.status(), e.top(), e.modem(), e.job(), e.pdu(), e.account(), e.policy(), e.route(), e.sessions(), e.audit(), e.scan(), e.doctor(), e.firewall())
	root.AddCommand(others...)
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(groupUsage(root))
	sayUsage(root)
	e.endWhenRefused(root)
	e.complete(root)
	return root
}

// withBus calls f with the broker, within limit.
func (e *env) withBus(ctx context.Context, limit time.Duration, f func(context.Context, *bus.Bus) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	b, closeBus, err := e.connect()
	if err != nil {
		return err
	}
	defer closeBus()
	return f(ctx, b)
}

// connect opens the broker; close must be called.
func (e *env) connect() (b *bus.Bus, closeBus func(), err error) {
	target := e.target
	if target.IsZero() {
		if target.Context, err = bus.FindEndpoint(e.state); err != nil {
			return nil, nil, err
		}
	}
	space, err := subject.New(e.prefix)
	if err != nil {
		return nil, nil, err
	}
	nc, err := bus.Dial(target, bus.ConnectOptions("viesti@"+host(), e.notify)...)
	if err != nil {
		return nil, nil, connectHint(err)
	}
	b, err = bus.New(nc, bus.Options{Space: space})
	if err != nil {
		nc.Close()
		return nil, nil, err
	}
	return b, func() { _ = nc.Drain(); nc.Close() }, nil
}

// errRefused says that the user of the broker may not do what a command does.
var errRefused = errors.New("the broker does not permit this user to do that")

// notify is told what becomes of the connection. What the broker refuses it does not
// answer: without this a command waits in vain, and then says that nobody answers.
func (e *env) notify(_ bool, err error) {
	if bus.Refused(err) {
		e.refused(fmt.Errorf("%w: %w; give the key of one who may, with --context, --creds or --nkey, "+
			"or run it on the host that the permissions of this one name", errRefused, err))
	}
}

// endWhenRefused makes cmd and the commands below it end when the broker refuses what
// they do, and say so.
func (e *env) endWhenRefused(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithCancelCause(cmd.Context())
			defer cancel(nil)
			e.refused = cancel
			cmd.SetContext(ctx)
			err := run(cmd, args)
			if cause := context.Cause(ctx); errors.Is(cause, errRefused) {
				return cause
			}
			return err
		}
	}
	for _, c := range cmd.Commands() {
		e.endWhenRefused(c)
	}
}

// connectHint adds to an error what to do about it.
func connectHint(err error) error {
	switch {
	case errors.Is(err, bus.ErrSilent):
		return fmt.Errorf("%w; is viestid running?", err)
	case errors.Is(err, bus.ErrDenied):
		return fmt.Errorf("%w; give the key of one of its users, with --context, --creds or --nkey", err)
	default:
		return err
	}
}

// host is the name of this host up to the first dot.
func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	name, _, _ = strings.Cut(name, ".")
	return name
}

// patience bounds commands that only ask something.
const patience = 20 * time.Second
