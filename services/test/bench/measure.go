package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

// throughput is the result of one system in one case: one figure a round.
type throughput struct {
	rates, cpu []float64
	rss, pss   []float64
	exact      []exactness
}

// throughputRow are the results of all systems in one case.
type throughputRow struct {
	load
	results []throughput
}

// throughputs measures all systems in turn, each round in the other order.
func (b *bench) throughputs(ctx context.Context, c load, rounds int) (throughputRow, error) {
	row := throughputRow{load: c, results: make([]throughput, len(b.systems))}
	for round := range rounds {
		for i := range b.systems {
			if round%2 == 1 {
				i = len(b.systems) - 1 - i
			}
			name := fmt.Sprintf("modems%d-round%d", c.modems, round+1)
			if err := b.throughput(ctx, b.systems[i], c, name, &row.results[i]); err != nil {
				return row, fmt.Errorf("%s with %d modems: %w", b.systems[i].name, c.modems, err)
			}
		}
	}
	return row, nil
}

// throughput measures one system once.
func (b *bench) throughput(ctx context.Context, s *system, c load, name string, into *throughput) (err error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	ss, err := b.open(ctx, s, c.modems, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ss.close()) }()
	b.toggleProfile(s, ss.process)
	before, err := usageOf(ss.process.pid())
	if err != nil {
		return err
	}
	began, err := ss.drop(c.messages)
	if err != nil {
		return err
	}
	ended, err := ss.wait(ctx)
	if err != nil {
		return err
	}
	after, err := usageOf(ss.process.pid())
	if err != nil {
		return err
	}
	b.toggleProfile(s, ss.process)
	rate := float64(c.messages) / ended.Sub(began).Seconds()
	fmt.Fprintf(os.Stderr, "%s, %s: %.0f messages/s\n", s.name, name, rate)
	into.rates = append(into.rates, rate)
	into.cpu = append(into.cpu, (after.cpu-before.cpu).Seconds()*1000/float64(c.messages))
	into.rss = append(into.rss, float64(after.rss)/1024)
	into.pss = append(into.pss, float64(after.pss)/1024)
	into.exact = append(into.exact, ss.check())
	return nil
}

// latency is the result of one system: the times of all samples, in order of size.
type latency struct {
	samples []time.Duration
	exact   exactness
}

// latencies measures all systems side by side, each in its own directories: one
// message after the other goes to each in turn, so that all meet the same weather.
func (b *bench) latencies(ctx context.Context, samples int) (all []latency, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	var sessions []*session
	defer func() {
		for _, ss := range sessions {
			err = errors.Join(err, ss.close())
		}
	}()
	for _, s := range b.systems {
		ss, err := b.open(ctx, s, 1, "latency")
		if err != nil {
			return nil, fmt.Errorf("latency of %s: %w", s.name, err)
		}
		sessions = append(sessions, ss)
	}
	all = make([]latency, len(sessions))
	for range samples {
		for i, ss := range sessions {
			d, err := ss.one(ctx)
			if err != nil {
				return nil, fmt.Errorf("latency of %s: %w", b.systems[i].name, err)
			}
			all[i].samples = append(all[i].samples, d)
		}
	}
	for i, ss := range sessions {
		slices.Sort(all[i].samples)
		all[i].exact = ss.check()
	}
	return all, nil
}

// one measures one message from its renaming to the first octet of its PDU, some
// time after the one before was sent: an idle gateway, hit at any moment of its cycles.
func (ss *session) one(ctx context.Context) (time.Duration, error) {
	const shortest, spread = 20 * time.Millisecond, 100 * time.Millisecond
	pause := time.NewTimer(shortest + rand.N(spread))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	select {
	case <-ss.octets: // of the message before
	default:
	}
	began, err := ss.drop(1)
	if err != nil {
		return 0, err
	}
	if _, err := ss.wait(ctx); err != nil {
		return 0, err
	}
	select {
	case at := <-ss.octets:
		return at.Sub(began), nil
	default:
		return 0, errors.New("the message was sent, but its PDU was not seen")
	}
}

// percentile is the smallest sample that p percent of all do not exceed.
func (l *latency) percentile(p int) time.Duration {
	if len(l.samples) == 0 {
		return 0
	}
	return l.samples[(len(l.samples)*p+99)/100-1]
}

// median is the middle of some figures, of two in the middle the mean.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
