package esme

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
)

// Load is clients that submit.
type Load struct {
	Client Config
	// Connections is how many sessions there are; default 1.
	Connections int
	// Messages is how many to submit, over all sessions; 0: until the context ends.
	Messages int
	// Rate is how many to submit in a second, over all sessions; 0: as many as the
	// window lets through.
	Rate float64
	// Message is the message number n, counted from 0. It is called by one goroutine
	// for each session; what it returns is written before the next call.
	Message func(n int) *smpp.ShortMessage
	// Linger is called, when every response is there, before the sessions unbind, with
	// what came of it so far.
	Linger func(ctx context.Context, r *Result)
}

// Result is what came of a Load.
type Result struct {
	// Acknowledged counts responses that said OK; Refused all others, by status.
	Acknowledged int
	Refused      map[smpp.Status]int
	// Unanswered counts submits whose session ended first.
	Unanswered int
	// Took is the time from the first submit to the last response.
	Took time.Duration
	// Times are those from submits to their responses, in order of size. With a Rate
	// they begin when the submit was due, so that waiting for the window counts.
	Times []time.Duration
}

// Rate is how many submits were acknowledged in a second.
func (r *Result) Rate() float64 { return float64(r.Acknowledged) / r.Took.Seconds() }

// Percentile is the time that p of 100 responses came within.
func (r *Result) Percentile(p float64) time.Duration {
	if len(r.Times) == 0 {
		return 0
	}
	return r.Times[min(int(p/100*float64(len(r.Times))), len(r.Times)-1)]
}

// Run binds, submits, and unbinds. It returns an error when a session cannot be
// bound or ends before it should; the Result is that of what was done.
func (l *Load) Run(ctx context.Context) (*Result, error) {
	clients, err := l.dial(ctx)
	defer func() {
		for _, c := range clients {
			_ = c.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	parts := make([]collector, len(clients))
	errs := make([]error, len(clients))
	began := time.Now()
	var busy sync.WaitGroup
	for i, c := range clients {
		parts[i].refused = map[smpp.Status]int{}
		busy.Go(func() { errs[i] = l.submit(ctx, c, i, &parts[i]) })
	}
	busy.Wait()
	r := merge(parts, began)
	if l.Linger != nil {
		l.Linger(ctx, r)
	}
	return r, errors.Join(append(errs, unbind(ctx, clients))...)
}

func (l *Load) dial(ctx context.Context) ([]*Client, error) {
	var clients []*Client
	for range max(l.Connections, 1) {
		c, err := Dial(ctx, l.Client)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}

// unbind ends the sessions that are left, also when the load was ended.
func unbind(ctx context.Context, clients []*Client) error {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	var errs []error
	for _, c := range clients {
		if c.Err() == nil {
			errs = append(errs, c.Unbind(ctx))
		}
	}
	return errors.Join(errs...)
}

// submit is the work of session i: every message whose number leaves the rest i.
func (l *Load) submit(ctx context.Context, c *Client, i int, part *collector) error {
	defer part.under.Wait()
	step := max(l.Connections, 1)
	pace := newPacer(l.Rate, step, i)
	for n := i; (l.Messages == 0 || n < l.Messages) && ctx.Err() == nil; n += step {
		due, err := pace.wait(ctx)
		if err != nil {
			break
		}
		part.under.Add(1)
		err = c.Go(ctx, smpp.SubmitSMID, l.Message(n), func(r Reply) { part.take(r, due) })
		if err != nil {
			part.under.Done()
			if ctx.Err() == nil {
				return fmt.Errorf("submitting: %w", err)
			}
			break
		}
	}
	return nil
}

// collector takes the responses of a session.
type collector struct {
	under      sync.WaitGroup
	mu         sync.Mutex
	times      []time.Duration
	refused    map[smpp.Status]int
	ok         int
	unanswered int
	last       time.Time
}

// take is called by the goroutine that reads the session, and by one that ends it.
func (c *collector) take(r Reply, due time.Time) {
	defer c.under.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case r.Err != nil:
		c.unanswered++
		return
	case r.Status != smpp.OK:
		c.refused[r.Status]++
	default:
		c.ok++
	}
	c.last = time.Now()
	if !due.IsZero() {
		r.Took = c.last.Sub(due)
	}
	c.times = append(c.times, r.Took)
}

func merge(parts []collector, began time.Time) *Result {
	r := &Result{Refused: map[smpp.Status]int{}}
	last := began
	for i := range parts {
		p := &parts[i]
		r.Acknowledged += p.ok
		r.Unanswered += p.unanswered
		for status, n := range p.refused {
			r.Refused[status] += n
		}
		r.Times = append(r.Times, p.times...)
		if p.last.After(last) {
			last = p.last
		}
	}
	slices.Sort(r.Times)
	r.Took = last.Sub(began)
	return r
}

// pacer spreads submits evenly over time.
type pacer struct {
	every time.Duration
	next  time.Time
}

// newPacer is that of session i of n, which share a rate.
func newPacer(rate float64, n, i int) *pacer {
	if rate <= 0 {
		return &pacer{}
	}
	one := time.Duration(float64(time.Second) / rate)
	return &pacer{every: one * time.Duration(n), next: time.Now().Add(one * time.Duration(i))}
}

// wait waits for the next submit and returns when it was due; a submit that is
// late is made at once. Without a rate it does not wait, and nothing is due.
func (p *pacer) wait(ctx context.Context) (due time.Time, err error) {
	if p.every == 0 {
		return time.Time{}, nil
	}
	due = p.next
	p.next = p.next.Add(p.every)
	d := time.Until(due)
	if d <= 0 {
		return due, nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return due, nil
	case <-ctx.Done():
		return due, context.Cause(ctx)
	}
}
