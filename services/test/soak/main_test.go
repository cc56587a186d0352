// Package soak lets a gateway live through a simulated hour of bad weather, and
// then asks for every message.
//
// Fifty simulated modems with seeded faults, modem workers as processes of their
// own that are killed and restarted, a broker that is restarted, messages in both
// directions. At the end every submission must be accounted for: sent, as often as
// the event says, according to the journal of the simulated network; failed with a
// reason and not sent; or flagged as possibly doubled or unknown. Every incoming
// message must have been delivered, under one identity. No worker may have more
// goroutines or descriptors than when it began.
//
// Time is scaled, not faked: testing/synctest needs everything in one bubble of one
// process, and here are sockets, pseudo terminals and processes that are killed. All
// times of modems, of workers' configurations and of the weather are divided by one
// factor instead, which is what the flag -scale says. What the programs do not let
// be configured (probing a deaf modem, reconnecting to the broker) takes its own
// time, which makes those troubles longer in simulated time, not shorter.
//
// The run of "go test" is a short one; "make soak" is the hour. The seed is printed
// and decides what the weather and the modems do, as a function of what they are
// asked; the interleaving of processes is not reproducible.
package soak

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// plan is what the flags say.
type plan struct {
	seed      uint64
	simulated time.Duration
	scale     int
	modems    int
	hosts     int
	// perMinute is how many messages each modem gets to send in a simulated minute.
	perMinute float64
}

var chosen plan

func TestMain(m *testing.M) {
	if orders := os.Getenv(workerOrders); orders != "" {
		os.Exit(runWorker(orders))
	}
	flag.Uint64Var(&chosen.seed, "seed", 0, "seed of the weather; 0: a new one")
	flag.DurationVar(&chosen.simulated, "simulated", 3*time.Minute, "how long the bad weather lasts, in simulated time")
	flag.IntVar(&chosen.scale, "scale", 20, "how many simulated seconds a second has")
	flag.IntVar(&chosen.modems, "modems", 12, "number of modems")
	flag.IntVar(&chosen.hosts, "hosts", 3, "number of worker processes; the first is never killed")
	flag.Float64Var(&chosen.perMinute, "rate", 6, "messages for each modem in a simulated minute")
	flag.Parse()
	if chosen.seed == 0 {
		chosen.seed = rand.Uint64()
	}
	fmt.Printf("seed %d\n", chosen.seed)
	goleak.VerifyTestMain(m)
}

// of scales a simulated time.
func (p *plan) of(d time.Duration) time.Duration { return d / time.Duration(p.scale) }

// random returns the source of one kind of chance, so that one kind does not
// change what another one draws.
func (p *plan) random(kind string) *rand.Rand {
	var salt uint64
	for _, c := range kind {
		salt = salt*31 + uint64(c)
	}
	return rand.New(rand.NewPCG(p.seed, salt))
}

// pause waits, and reports whether ctx is still going on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// eventually waits until what holds holds.
func eventually(t *testing.T, what string, patience time.Duration, holds func() bool) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Errorf("waited in vain for %s", what)
			return false
		case <-look.C:
		}
	}
	return true
}
