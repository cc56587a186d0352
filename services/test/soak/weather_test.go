package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

// faults are what a modem does wrong by itself. Two things it never does, because no
// gateway could tell the truth from the lie: to say that the network refused what it
// has, and to answer commands in another order than that in which they were given
// (ITU-T V.250 §5.2). A late answer therefore holds up those behind it.
func (p *plan) faults() []sim.Rule {
	text := func(d time.Duration) string { return p.of(d).String() }
	rules, err := sim.ParseRules(fmt.Appendf(nil, `[
		{"stage":"command","match":"CMGS","action":"urc","reply":"^RSSI:17","probability":0.05},
		{"stage":"command","match":"CMGS","action":"delay","delay":%q,"probability":0.02},
		{"stage":"command","match":"CMGS","action":"reply","reply":"COMMAND NOT SUPPORT","probability":0.005},
		{"stage":"command","match":"CMGS","action":"reply","reply":"OK","probability":0.004},
		{"stage":"command","match":"CMGS","action":"hang","delay":%q,"probability":0.003},
		{"stage":"command","match":"CMGS","action":"drop","delay":%q,"probability":0.003},
		{"stage":"pdu","action":"urc","reply":"+CREG: 1","probability":0.05},
		{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 500","probability":0.01},
		{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 38","probability":0.005},
		{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 21","probability":0.005},
		{"stage":"pdu","action":"reply","reply":"+CMS ERROR: 310","probability":0.002},
		{"stage":"pdu","action":"reply","reply":"TOO MANY PARAMETERS","probability":0.004},
		{"stage":"pdu","action":"reply","reply":"ERROR","probability":0.004},
		{"stage":"pdu","action":"silence","probability":0.003},
		{"stage":"pdu","action":"hang","delay":%q,"probability":0.003},
		{"stage":"pdu","action":"drop","delay":%q,"probability":0.003},
		{"stage":"accepted","action":"urc","reply":"^RSSI:3","probability":0.05},
		{"stage":"accepted","action":"slow","delay":%q,"probability":0.03},
		{"stage":"accepted","action":"delay","delay":%q,"probability":0.01},
		{"stage":"accepted","action":"delay","delay":%q,"probability":0.005},
		{"stage":"accepted","action":"reply","reply":"OK","probability":0.005},
		{"stage":"accepted","action":"silence","probability":0.005},
		{"stage":"accepted","action":"hang","delay":%q,"probability":0.003},
		{"stage":"accepted","action":"drop","delay":%q,"probability":0.004},
		{"stage":"command","match":"CMG[LRD]","action":"reply","reply":"+CMS ERROR: 320","probability":0.01},
		{"stage":"command","match":"CMG[LRD]","action":"slow","delay":%q,"probability":0.01},
		{"stage":"command","match":"CMG[LRD]","action":"silence","probability":0.003},
		{"stage":"command","match":"CMG[LRD]","action":"garbage","probability":0.005},
		{"stage":"command","match":"CMG[LRD]","action":"drop","delay":%q,"probability":0.002},
		{"stage":"command","match":"CIMI|CGSN","action":"reply","reply":"ERROR","probability":0.05},
		{"stage":"command","action":"delay","delay":%q,"probability":0.005},
		{"stage":"command","action":"hang","delay":%q,"probability":0.0005}
	]`, text(8*time.Second), text(4*time.Minute), text(20*time.Second), text(2*time.Minute), text(10*time.Second),
		text(200*time.Millisecond), text(30*time.Second), text(63*time.Second), text(2*time.Minute), text(30*time.Second),
		text(100*time.Millisecond), text(10*time.Second), text(8*time.Second), text(90*time.Second)))
	if err != nil {
		panic(err)
	}
	return rules
}

// storm is the weather of a run.
type storm struct {
	*world
	wg sync.WaitGroup
	// counts tells what happened how often.
	mu     sync.Mutex
	counts map[string]int
}

func (s *storm) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

// run lets everything happen until ctx ends, and then the sun shine.
func (s *storm) run(ctx context.Context) {
	for _, m := range s.modems {
		m.SetRules(s.faults()...)
	}
	s.every(ctx, "worker killed", 3*time.Minute, func(r *rand.Rand) { s.bounce(ctx, r, syscall.SIGKILL) })
	s.every(ctx, "worker stopped", 5*time.Minute, func(r *rand.Rand) { s.bounce(ctx, r, syscall.SIGTERM) })
	s.every(ctx, "broker restarted", 8*time.Minute, func(r *rand.Rand) {
		s.restartBroker(ctx, s.of(time.Duration(r.Int64N(int64(20*time.Second)))))
	})
	s.every(ctx, "network denied", time.Minute, func(r *rand.Rand) {
		m := s.modems[r.IntN(len(s.modems))]
		m.SetRegistration([]sim.Registration{sim.RegistrationDenied, sim.Searching, sim.NotRegistered}[r.IntN(3)])
		long := 30*time.Second + time.Duration(r.Int64N(int64(2*time.Minute)))
		s.wg.Go(func() {
			pause(ctx, s.of(long))
			m.SetRegistration(sim.RegisteredHome)
		})
	})
	s.every(ctx, "modem restarted by itself", 2*time.Minute, func(r *rand.Rand) { s.modems[r.IntN(len(s.modems))].PowerCycle() })
	s.wg.Wait()
	for _, m := range s.modems {
		m.SetRules()
		m.SetRegistration(sim.RegisteredHome)
		m.PowerCycle()
	}
}

// every lets something happen at random, on average once in a while.
func (s *storm) every(ctx context.Context, what string, mean time.Duration, f func(*rand.Rand)) {
	r := s.random(what)
	s.wg.Go(func() {
		for pause(ctx, s.of(time.Duration(r.ExpFloat64()*float64(mean)))) {
			s.note(what)
			f(r)
		}
	})
}

// bounce ends a worker, but for the first, and starts it again.
func (s *storm) bounce(ctx context.Context, r *rand.Rand, sig syscall.Signal) {
	if len(s.hosts) < 2 {
		return
	}
	h := s.hosts[1+r.IntN(len(s.hosts)-1)]
	h.restart.Lock()
	defer h.restart.Unlock()
	h.end(sig)
	pause(ctx, s.of(time.Duration(r.Int64N(int64(30*time.Second)))))
	h.start()
}
