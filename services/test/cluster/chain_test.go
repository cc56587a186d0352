package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/escalation"
	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// Waits of chains: one that ends while the test looks on, and one that must not.
const (
	soon  = time.Second
	never = time.Hour
)

// chain is one seed: a message with two alternates, and what is to become of it.
type chain struct {
	seed    uint64
	round   *round
	kind    *kind
	watch   *watch
	step    step
	links   [3]*message.Submission
	mu      sync.Mutex
	out     [3]int
	permits [3]chan struct{}
}

// kind is a fate.
type kind struct {
	name  string
	waits [2]time.Duration
	// fails are the messages that cannot be sent, held those that a modem takes only
	// when live says so, and paused those of which it has begun to send and then waits.
	fails, held, paused []int
	// want are the messages that must be sent.
	want []int
	// steps are the writes of schedulers, as (family, message), at which it can be held.
	steps []step
	// live does what the networks and people do.
	live func(ctx context.Context, c *chain)
}

// step is a write of a scheduler about a message of a chain.
type step struct {
	family  string
	message int
}

var kinds = []*kind{
	{
		name: "no report", waits: [2]time.Duration{soon, never}, want: []int{0, 1},
		steps: []step{{"alt", 0}, {"escalation", 0}, {"alt", 1}, {"out", 1}, {"escalation", 1}},
		live: func(ctx context.Context, c *chain) {
			c.await(ctx, 1, life.SentState)
			c.report(ctx, 1, life.Delivered)
			c.decided(ctx, 1)
		},
	},
	{
		name: "two failures", waits: [2]time.Duration{never, never}, fails: []int{1}, want: []int{0, 1, 2},
		steps: []step{{"alt", 0}, {"escalation", 0}, {"alt", 1}, {"out", 1}, {"escalation", 1}, {"out", 2}},
		live: func(ctx context.Context, c *chain) {
			c.await(ctx, 0, life.SentState)
			c.timed(ctx)
			c.report(ctx, 0, life.Undeliverable)
			c.await(ctx, 2, life.SentState)
		},
	},
	{
		name: "delivered", waits: [2]time.Duration{never, never}, want: []int{0},
		steps: []step{{"alt", 0}, {"escalation", 0}},
		live: func(ctx context.Context, c *chain) {
			c.await(ctx, 0, life.SentState)
			c.timed(ctx)
			c.report(ctx, 0, life.Delivered)
			c.decided(ctx, 0)
		},
	},
	{
		name: "late report, the next one waits", waits: [2]time.Duration{never, never}, fails: []int{0}, held: []int{1}, want: []int{0},
		steps: []step{{"escalation", 0}, {"out", 1}, {"try", 1}},
		live: func(ctx context.Context, c *chain) {
			c.decided(ctx, 0)
			c.report(ctx, 0, life.Delivered)
			c.withdrawn(ctx, 1)
			close(c.permits[1])
		},
	},
	{
		name: "late report, the next one is being sent", waits: [2]time.Duration{never, never}, fails: []int{0, 1}, paused: []int{1}, want: []int{0, 1},
		steps: []step{{"escalation", 0}, {"out", 1}, {"escalation", 1}},
		live: func(ctx context.Context, c *chain) {
			c.begun(ctx, 1)
			c.report(ctx, 0, life.Delivered)
			c.decided(ctx, 1)
			close(c.permits[1])
			c.await(ctx, 1, life.FailedState)
		},
	},
	{
		name: "cancelled", waits: [2]time.Duration{soon, never}, held: []int{0}, want: nil,
		steps: []step{{"escalation", 0}},
		live: func(ctx context.Context, c *chain) {
			c.check(c.round.bus.Cancel(ctx, c.links[0].Account, c.links[0].ID, "its owner"))
			c.decided(ctx, 0)
			close(c.permits[0])
		},
	},
}

// newChain draws a chain from its seed.
func newChain(r *round, seed uint64) *chain {
	rng := rand.New(rand.NewPCG(seed, 0x63686169))
	c := &chain{seed: seed, round: r, kind: kinds[rng.IntN(len(kinds))]}
	c.links[0] = &message.Submission{
		ID: fmt.Sprintf("s%d", seed), Account: r.account, Queue: r.account, Recipient: message.NewAddress("3584000"), AcceptedAt: time.Now(),
		Body: message.NewBody([]byte("the rack is on fire")),
		Alternates: []message.Alternate{
			{Recipient: message.NewAddress("3584001"), After: c.kind.waits[0]}, {Recipient: message.NewAddress("3584002"), After: c.kind.waits[1]},
		},
	}
	for i := 1; i < len(c.links); i++ {
		c.links[i] = escalation.Next(c.links[i-1], r.account, time.Now())
	}
	for i := range c.permits {
		c.permits[i] = make(chan struct{})
	}
	s := c.kind.steps[rng.IntN(len(c.kind.steps))]
	c.step = s
	c.watch = &watch{name: c.links[0].ID, passed: make(chan struct{}), point: point{subject: c.subject(s), after: rng.IntN(2) == 0}}
	for _, l := range c.links {
		c.watch.ids = append(c.watch.ids, "."+l.ID)
	}
	return c
}

// subject is where a scheduler publishes a step.
func (c *chain) subject(s step) string {
	space, m := c.round.bus.Space(), c.links[s.message]
	switch s.family {
	case "alt":
		return space.Alternate(m.Account, m.ID)
	case "try":
		return space.Attempt(m.Account, m.ID, 1)
	case "out":
		return "sms.out." + m.Queue + ".n." + m.Account + "." + m.ID
	default:
		return space.Event(m.Account, m.ID, "escalation")
	}
}

func (c *chain) String() string {
	return fmt.Sprintf("seed %d (%s, %s)", c.seed, c.kind.name, c.watch.point)
}

// check fails the test over an error that is not the end of it.
func (c *chain) check(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		c.round.t.Errorf("%s: %v", c, err)
	}
}

// run submits the message and lives its life.
func (c *chain) run(ctx context.Context) {
	c.check(c.round.bus.Submit(ctx, c.links[0]))
	c.kind.live(ctx, c)
}

// poll asks again and again until holds holds.
func (c *chain) poll(ctx context.Context, what string, holds func() (bool, error)) {
	const often = 50 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		ok, err := holds()
		if ok {
			return
		}
		select {
		case <-ctx.Done():
			c.round.t.Errorf("%s: waited in vain for %s (%v)", c, what, err)
			return
		case <-tick.C:
		}
	}
}

// until waits until the events of a message are as f wants them.
func (c *chain) until(ctx context.Context, i int, what string, f func(*bus.Recorded) bool) {
	c.poll(ctx, fmt.Sprintf("%s of message %d", what, i), func() (bool, error) {
		r, err := c.round.bus.Recorded(ctx, c.round.account, c.links[i].ID)
		return err == nil && f(r), err
	})
}

func (c *chain) await(ctx context.Context, i int, want life.State) {
	c.until(ctx, i, want.String(), func(r *bus.Recorded) bool { return life.Fold(r.Events) == want })
}

func (c *chain) decided(ctx context.Context, i int) {
	c.until(ctx, i, "a decision", func(r *bus.Recorded) bool { return escalation.FactsOf(r.Events, r.Stored).Decided != nil })
}

// timed waits, if the chain is to be held when its first message is given its timer,
// until it is: a report that comes before makes the timer needless.
func (c *chain) timed(ctx context.Context) {
	if (c.step != step{"alt", 0}) {
		return
	}
	select {
	case <-c.watch.passed:
	case <-ctx.Done():
	}
}

func (c *chain) begun(ctx context.Context, i int) { c.attempted(ctx, i, life.Attempting) }

func (c *chain) withdrawn(ctx context.Context, i int) { c.attempted(ctx, i, life.Withdrawn) }

func (c *chain) attempted(ctx context.Context, i int, want life.AttemptState) {
	c.poll(ctx, fmt.Sprintf("an attempt of message %d", i), func() (bool, error) {
		p, err := c.round.bus.Progress(ctx, c.links[i])
		return err == nil && p.Attempts[1].State == want, err
	})
}

// report is what the network says about a message.
func (c *chain) report(ctx context.Context, i int, o life.Outcome) {
	c.check(c.round.bus.Publish(ctx, c.event(i, life.Report{Part: 1, Total: 1, Outcome: o, PDU: []byte{byte(o)}})))
}

func (c *chain) event(i int, k life.Kind) *life.Event {
	m := c.links[i]
	return &life.Event{ID: m.ID, Account: m.Account, Time: time.Now(), Subject: life.SubjectOf(m), Kind: k}
}

// judge reads what is stored of the chain, and judges it.
func (c *chain) judge(ctx context.Context, t *testing.T) {
	var links []Link
	c.mu.Lock()
	out := c.out
	c.mu.Unlock()
	for i, m := range c.links {
		r, err := c.round.bus.Recorded(ctx, m.Account, m.ID)
		if err != nil {
			t.Errorf("%s: %v", c, err)
			return
		}
		links = append(links, Link{Submission: m, Events: r.Events, Stored: r.Stored, Out: out[i]})
	}
	for _, wrong := range Judge(links, c.kind.want) {
		t.Errorf("%s: %s", c, wrong)
	}
}
