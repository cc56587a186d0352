package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
	"github.com/viesti-sms/viesti/services/scheduler"
)

// TestEscalations runs all seeds, in rounds.
func TestEscalations(t *testing.T) {
	perCluster := (plan.seeds + plan.beside - 1) / plan.beside
	for k := range plan.beside {
		t.Run(fmt.Sprint("cluster ", k), func(t *testing.T) {
			t.Parallel()
			b := startBrokers(t)
			nc := b.connect("test", nil)
			t.Cleanup(nc.Close)
			first := plan.first + uint64(k*perCluster)
			for from := 0; from < perCluster; from += plan.rounds {
				seeds := min(plan.rounds, perCluster-from)
				runRound(t, b, nc, first+uint64(from), seeds)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// round is one loss, with all that is under way then.
type round struct {
	t       *testing.T
	brokers *brokers
	bus     *bus.Bus
	account string
	chains  []*chain
	watches *watches
	reached chan string
	// cfg is the configuration of schedulers.
	cfg scheduler.Config
	// schedulers are those that run, and died those that were killed.
	schedulers []*runner
	died       []*runner
}

// runner is a scheduler that runs.
type runner struct {
	wire *wire
	nc   *nats.Conn
	stop context.CancelFunc
	done chan struct{}
}

func runRound(t *testing.T, b *brokers, nc *nats.Conn, first uint64, seeds int) {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r := &round{t: t, brokers: b, bus: b.bus(nc), account: fmt.Sprintf("r%d", first), reached: make(chan string, seeds)}
	if err := r.bus.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	r.watches = &watches{reached: r.reached}
	for i := range seeds {
		c := newChain(r, first+uint64(i))
		r.chains, r.watches.all = append(r.chains, c), append(r.watches.all, c.watch)
	}
	rng := rand.New(rand.NewPCG(first, 0x726f756e))
	together := rng.IntN(4) == 0 // all three are there from the beginning
	r.start()
	if together {
		r.start()
		r.start()
	}
	stopModem := r.modem(ctx)
	var lives sync.WaitGroup
	for _, c := range r.chains {
		lives.Go(func() { c.run(ctx) })
	}
	r.awaitPoints(ctx)
	node := rng.IntN(nodes)
	r.lose(node)
	lost := time.Now()
	lives.Wait()
	r.quiet(ctx, nc)
	b.start(node)
	stopModem()
	for _, c := range r.chains {
		c.judge(ctx, t)
	}
	b.whole(ctx, nc)
	r.end()
	t.Logf("seeds %d to %d, together %v: broker %d lost after %v, all done %v later", first, first+uint64(seeds)-1, together, node,
		lost.Sub(began).Round(time.Millisecond), time.Since(lost).Round(time.Millisecond))
}

// start starts a scheduler on a connection of its own.
func (r *round) start() {
	w := &wire{watches: r.watches}
	one := &runner{wire: w, nc: r.brokers.connect("scheduler", w), done: make(chan struct{})}
	ctx, stop := context.WithCancel(context.Background())
	one.stop = stop
	s := scheduler.New(r.cfg, r.brokers.bus(one.nc), zap.NewNop())
	go func() {
		defer close(one.done)
		if err := s.Run(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errCut) {
			r.t.Errorf("a scheduler ended: %v", err)
		}
	}()
	r.schedulers = append(r.schedulers, one)
}

// lose kills a broker, and the scheduler on which most is held, when there are three. Another
// one takes its place.
func (r *round) lose(node int) {
	for len(r.schedulers) < nodes {
		r.start()
	}
	victim := slices.MaxFunc(r.schedulers, func(x, y *runner) int { return r.watches.heldBy(x.wire) - r.watches.heldBy(y.wire) })
	r.brokers.kill(node)
	r.kill(victim)
	r.watches.release(victim.wire)
	r.start()
}

// kill kills a scheduler as kill -9 does: what it would still say is not heard.
func (r *round) kill(one *runner) {
	one.wire.kill()
	one.stop()
	r.schedulers = slices.DeleteFunc(r.schedulers, func(x *runner) bool { return x == one })
	r.died = append(r.died, one)
}

// end stops everything.
func (r *round) end() {
	for _, one := range append(r.schedulers, r.died...) {
		one.stop()
	}
	for _, one := range append(r.schedulers, r.died...) {
		one.nc.Close()
		<-one.done
	}
}

// awaitPoints waits until every chain is held at its point.
func (r *round) awaitPoints(ctx context.Context) {
	r.t.Helper()
	open := map[string]fmt.Stringer{}
	for _, c := range r.chains {
		open[c.watch.name] = c
	}
	r.await(ctx, open)
}

// await waits until all that is watched is held at its point.
func (r *round) await(ctx context.Context, open map[string]fmt.Stringer) {
	r.t.Helper()
	for len(open) > 0 {
		select {
		case name := <-r.reached:
			delete(open, name)
		case <-ctx.Done():
			for _, c := range open {
				r.t.Errorf("%s: its point was not reached", c)
			}
			r.t.FailNow()
		}
	}
}

// quiet waits until schedulers have nothing in hand and nothing to do.
func (r *round) quiet(ctx context.Context, nc *nats.Conn) {
	r.t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		r.t.Fatal(err)
	}
	idle := func(stream, consumer string) bool {
		try, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		c, err := js.Consumer(try, stream, consumer)
		return err == nil && c.CachedInfo().NumPending == 0 && c.CachedInfo().NumAckPending == 0
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !idle("SMS_EVT", "chain") || !idle("SMS_JOB", "altdue") {
		select {
		case <-ctx.Done():
			r.t.Fatal("the schedulers do not come to rest")
		case <-tick.C:
		}
	}
}

// modem takes the messages of the round and does with each what its chain wants.
func (r *round) modem(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() {
		taker, err := r.bus.Taker(ctx, []string{r.account})
		if err != nil {
			r.t.Errorf("the modem: %v", err)
			return
		}
		for ctx.Err() == nil {
			work, err := taker.Take(ctx)
			if err != nil {
				continue
			}
			all.Go(func() { r.handle(ctx, work) })
		}
	})
	return func() { cancel(); all.Wait() }
}

func (r *round) handle(ctx context.Context, work *bus.Work) {
	for _, c := range r.chains {
		for i, m := range c.links {
			if m.ID == work.Submission.ID {
				c.check(c.send(ctx, i, work))
				return
			}
		}
	}
	r.t.Errorf("message %s is of no chain", work.Submission.ID)
}

// send does what a modem worker does with a message of the chain.
func (c *chain) send(ctx context.Context, i int, work *bus.Work) error {
	permitted := func() {
		select {
		case <-c.permits[i]:
		case <-ctx.Done():
		}
	}
	if slices.Contains(c.kind.held, i) {
		permitted()
	}
	_, err := c.round.bus.Attempt(ctx, c.event(i, life.Attempt{Part: 1, Total: 1, Number: 1, State: life.Attempting}), 0)
	if errors.Is(err, bus.ErrConflict) {
		return c.withheld(ctx, i, work)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.out[i]++
	c.mu.Unlock()
	if slices.Contains(c.kind.paused, i) {
		permitted()
	}
	var k life.Kind = life.Sent{Report: true}
	if slices.Contains(c.kind.fails, i) {
		k = life.Failed{Reason: "a test", Unknown: true}
	}
	return errors.Join(c.round.bus.Publish(ctx, c.event(i, k)), work.Done(ctx))
}

// withheld ends a message that somebody else has decided about.
func (c *chain) withheld(ctx context.Context, i int, work *bus.Work) error {
	p, err := c.round.bus.Progress(ctx, c.links[i])
	if err != nil {
		return err
	}
	if p.Attempts[1].State == life.Withdrawn && p.Final == nil {
		_, err = c.round.bus.PublishOnce(ctx, c.event(i, life.Cancelled{}))
	}
	return errors.Join(err, work.Done(ctx))
}
