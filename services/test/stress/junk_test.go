package stress

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
	"github.com/viesti-sms/viesti/services/test/partner"
)

// junkRate is how many PDUs of junk come in a second.
const junkRate = 10000

// TestJunk lets a client with a right to bind send junk: submits without an end, which
// are answered, and PDUs of everything else, which end its session again and again.
// Another client, elsewhere, goes on submitting: everything is acknowledged, and in
// full the slowest responses must not take twice as long as without the junk. Quiet and
// junk take turns, so that both meet the same weather.
func TestJunk(t *testing.T) {
	const turns, rate = 6, 200
	s := partner.Start(t, viestid, partner.Options{})
	slice := *junkTime / turns
	var quiet, loud []time.Duration
	submits := func(into *[]time.Duration) { *into = append(*into, submitting(t, s, rate, slice).Times...) }
	sent := 0
	submitting(t, s, rate, slice/2) // until everything is warm
	for range turns {
		submits(&quiet)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan int)
		go func() { done <- junk(ctx, t, s) }()
		submits(&loud)
		stop()
		sent += <-done
	}
	before, under := p99(quiet), p99(loud)
	t.Logf("%d PDUs of junk; the response takes p99 %v without and %v with it", sent, before, under)
	if sent < junkRate/10 {
		t.Errorf("only %d PDUs of junk were sent", sent)
	}
	const grain = 2 * time.Millisecond // of the clocks and the scheduler
	if *full && under > 2*before+grain {
		t.Errorf("p99 is %v with junk and %v without", under, before)
	}
}

// p99 is the time that 99 of 100 do not exceed.
func p99(times []time.Duration) time.Duration {
	slices.Sort(times)
	return (&esme.Result{Times: times}).Percentile(99)
}

// submitting submits for a time and wants everything acknowledged.
func submitting(t *testing.T, s *partner.Site, rate float64, d time.Duration) *esme.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	load := esme.Load{Client: s.Client(), Rate: rate, Message: func(int) *smpp.ShortMessage { return esme.Text("Viesti", "358401234567", "Test", false) }}
	r, err := load.Run(ctx)
	if err != nil || len(r.Refused) > 0 || r.Unanswered > 0 {
		t.Fatalf("%v; refused %v, not answered %d", err, r.Refused, r.Unanswered)
	}
	return r
}

// junk sends junk from another network until ctx ends, and returns how many PDUs.
func junk(ctx context.Context, t *testing.T, s *partner.Site) (sent int) {
	const beat = 10 * time.Millisecond
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	cfg := s.Client()
	cfg.From = "127.0.1.1"
	var steady, rough *esme.Client
	redial := func(c *esme.Client) *esme.Client {
		if c != nil && c.Err() == nil {
			return c
		}
		if c != nil {
			_ = c.Close()
		}
		again, err := esme.Dial(ctx, cfg)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, smpp.RBindFail) && !errors.Is(err, esme.ErrGone) {
				t.Errorf("binding again: %v", err)
			}
			return nil
		}
		return again
	}
	defer func() {
		for _, c := range []*esme.Client{steady, rough} {
			if c != nil {
				_ = c.Close()
			}
		}
	}()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	var octets []byte
	for {
		steady, rough = redial(steady), redial(rough)
		octets = octets[:0]
		for range junkRate * int(beat) / int(time.Second) {
			octets = esme.JunkSubmit(octets, random)
		}
		if steady != nil {
			steady.SendOctets(octets)
			sent += junkRate * int(beat) / int(time.Second)
		}
		if rough != nil {
			rough.SendOctets(esme.Junk(nil, random, 200))
			sent++
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sent
		}
	}
}
