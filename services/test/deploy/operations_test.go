package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/core/join"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/internal/wire"
)

func newID() string { return strings.ToLower(ulid.Make().String()) }

func submission(account string) *message.Submission {
	return &message.Submission{
		ID: newID(), Account: account, Queue: message.DefaultQueue, Recipient: message.NewAddress("358401234567"),
		Body: message.NewBody([]byte("Hello")), AcceptedAt: time.Now(),
	}
}

func submitAs(account string) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error { return c.bus.Submit(ctx, submission(account)) }
}

func event(account string, k life.Kind) *life.Event {
	return &life.Event{ID: newID(), Account: account, Time: time.Now(), Kind: k}
}

func publishAs(account string, k life.Kind) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error { return c.bus.Publish(ctx, event(account, k)) }
}

func attempt(part int) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		_, err := c.bus.Attempt(ctx, event("spool-spool1", life.Attempt{Part: part, Total: 2, State: life.Attempting}), 0)
		return err
	}
}

// meetAttempt finds the record of somebody who was faster.
func meetAttempt(ctx context.Context, c *client) error {
	e := event("spool-spool1", life.Attempt{Part: 1, Total: 1, State: life.Attempting})
	if _, err := c.bus.Attempt(ctx, e, 0); err != nil {
		return err
	}
	e.Time = e.Time.Add(time.Second)
	if _, err := c.bus.Attempt(ctx, e, 0); !errors.Is(err, bus.ErrConflict) {
		return fmt.Errorf("another attempt: %w", err)
	}
	return nil
}

// publishAgain publishes what is there already.
func publishAgain(account string, k life.Kind) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		e := event(account, k)
		for range 2 {
			if _, err := c.bus.PublishOnce(ctx, e); err != nil {
				return err
			}
			e.Time = e.Time.Add(time.Second)
		}
		return nil
	}
}

// endAgain ends a message with alternates that the same role has ended otherwise.
func endAgain(first, then life.Kind) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		e := event("spool-spool1", first)
		e.Subject = &life.Subject{Alternates: []message.Alternate{{Recipient: message.NewAddress("358409")}}}
		for _, k := range []life.Kind{first, then} {
			e.Kind = k
			if _, err := c.bus.Conclude(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}
}

// glance is how long an operation that waits for something goes on: what is
// refused is refused at once.
const glance = time.Second

// take waits for a message that nobody submits.
func take(ctx context.Context, c *client) error {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	taker, err := c.bus.Taker(ctx, []string{"idle"})
	if err != nil {
		return unlessOver(ctx, err)
	}
	_, err = taker.Take(ctx)
	return unlessOver(ctx, err)
}

// unlessOver takes the end of a glance for success: what is refused ends sooner.
func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() == context.DeadlineExceeded {
		return nil
	}
	return err
}

func follow(account string) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		ctx, cancel := context.WithTimeout(ctx, glance)
		defer cancel()
		err := c.bus.FollowAccount(ctx, account, func(context.Context, *life.Event) error { return nil })
		return unlessOver(ctx, err)
	}
}

// followAndAcknowledge also says that an event is still being handled: whoever may
// create consumers can look at events, but not take them away from their follower.
func followAndAcknowledge(account string) func(context.Context, *client) error {
	watch := follow(account)
	return func(ctx context.Context, c *client) error {
		if err := watch(ctx, c); err != nil {
			return err
		}
		return c.nc.Publish("$JS.ACK."+subject.Default().StreamEvents()+"."+subject.ConsumerAccount(account)+".1.1.1.1.1", []byte("+WPI"))
	}
}

// joinParts adds a part to a group, completes the group, looks for it, and empties it.
func joinParts(ctx context.Context, c *client) error {
	key := subject.JoinKey(subject.Inbox, newID(), false, 1, 2)
	steps := []func(*join.Group) bool{
		func(g *join.Group) bool { g.Done = []join.Done{{ID: "one", Time: time.Now()}}; return true },
		func(g *join.Group) bool { g.Done = append(g.Done, join.Done{ID: "two", Time: time.Now()}); return true },
		func(g *join.Group) bool { g.Done = nil; return true },
	}
	for i, change := range steps {
		if err := c.bus.ChangeGroup(ctx, key, change); err != nil {
			return err
		}
		keys, err := c.bus.Groups(ctx)
		if err != nil {
			return err
		}
		if last := i == len(steps)-1; slices.Contains(keys, key) == last {
			return fmt.Errorf("after step %d the groups are %q", i+1, keys)
		}
	}
	return nil
}

func tail(ctx context.Context, c *client) error {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	return unlessOver(ctx, c.bus.Tail(ctx, func(*life.Event) {}))
}

// withdraw takes back a message that is not there any more.
func withdraw(ctx context.Context, c *client) error {
	s := submission("spool-spool1")
	w := &bus.Waiting{Submission: s}
	return c.bus.Withdraw(ctx, w, &life.Event{
		ID: s.ID, Account: s.Account, Time: time.Now(), Subject: life.SubjectOf(s), Kind: life.Expired{},
	})
}

// cancelOne takes back a message of the command line that waits.
func cancelOne(ctx context.Context, c *client) error {
	s := submission("cli-ops1")
	if err := c.bus.Submit(ctx, s); err != nil {
		return err
	}
	return c.bus.Cancel(ctx, s.Account, s.ID, "cli-ops1")
}

// replaceOne changes a message of the command line that waits, and its alternates.
func replaceOne(ctx context.Context, c *client) error {
	s := withAlternate("cli-ops1")
	s.ExpiresAt = time.Now().Add(2 * time.Hour)
	if err := c.bus.Submit(ctx, s); err != nil {
		return err
	}
	return c.bus.Replace(ctx, "", s.ID, func(s *message.Submission) error {
		s.DeliverAt = time.Now().Add(time.Hour)
		return nil
	})
}

// putAside moves a message of the command line to where deferred ones wait.
func putAside(ctx context.Context, c *client) error {
	s := submission("cli-ops1")
	if err := c.bus.Submit(ctx, s); err != nil {
		return err
	}
	postponed, err := c.bus.Postpone(ctx, s.Account, s.ID, s.Revision, time.Now().Add(time.Hour))
	if err == nil && !postponed {
		err = errors.New("it was not put aside")
	}
	return err
}

func modemState(host string) func(context.Context, *client) error {
	return func(ctx context.Context, c *client) error {
		return c.bus.ModemState(ctx, &life.ModemStatus{State: life.ModemIdle, Identity: life.Modem{Host: host, Name: "SIM1"}})
	}
}

func answer(host string) func(context.Context, *client) error {
	return func(_ context.Context, c *client) error {
		stop, err := c.bus.AnswerCommands(host, "SIM1", func(wire.Command) wire.Reply { return wire.Reply{} })
		if err != nil {
			return err
		}
		defer stop()
		return c.nc.Flush()
	}
}

func subscribe(c *client, subject string) error {
	if _, err := c.nc.SubscribeSync(subject); err != nil {
		return err
	}
	return c.nc.Flush()
}
