package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/viesti-sms/viesti/services/internal/codec/smpp"
	"github.com/viesti-sms/viesti/services/internal/sim/esme"
)

// smppIdle is what sessions need that say nothing.
type smppIdle struct {
	binds int
	// each is the memory for one, in KiB; cpu the share of one core for all.
	each, cpu float64
}

// smppIdle measures how much the memory of a viestid grows with idle sessions.
func (b *bench) smppIdle(ctx context.Context, binds int) (r smppIdle, err error) {
	const settle, span, dialling = 20 * time.Second, 20 * time.Second, 16
	ctx, cancel := context.WithTimeout(ctx, b.patience+settle+span)
	defer cancel()
	s, err := b.openSMPP(ctx, smppSettings[1], "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.process.stop()) }()
	before, err := settled(ctx, s.process, settle)
	if err != nil {
		return r, err
	}
	clients, err := bindMany(ctx, esme.Config{Addr: s.address, Bind: smpp.BindTransmitterID, SystemID: smppAccount, Password: s.secret}, binds, dialling)
	defer func() {
		for _, c := range clients {
			_ = c.Close()
		}
	}()
	if err != nil {
		return r, fmt.Errorf("after %d sessions: %w", len(clients), err)
	}
	r.binds = len(clients)
	after, err := settled(ctx, s.process, settle)
	if err != nil {
		return r, err
	}
	idle, err := measureIdle(ctx, s.process, 0, 0, span)
	r.cpu, r.each = idle.cpu, (after-before)/float64(binds)
	for _, c := range clients {
		if err := c.Err(); err != nil {
			return r, fmt.Errorf("an idle session ended: %w", err)
		}
	}
	return r, err
}

// settled is the memory of a process after a time, in KiB.
func settled(ctx context.Context, p *process, settle time.Duration) (float64, error) {
	if err := rest(ctx, settle); err != nil {
		return 0, err
	}
	return float64(kib(fmt.Sprintf("/proc/%d/status", p.pid()), "VmRSS:")), nil
}

// bindMany binds many sessions, some at a time.
func bindMany(ctx context.Context, cfg esme.Config, binds, atOnce int) (clients []*esme.Client, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() {
			for n := i; n < binds && ctx.Err() == nil; n += atOnce {
				c, problem := esme.Dial(ctx, cfg)
				mu.Lock()
				if problem != nil {
					err = errors.Join(err, problem)
					mu.Unlock()
					return
				}
				clients = append(clients, c)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return clients, err
}

func (r smppIdle) print(w io.Writer) {
	if r.binds > 0 {
		fmt.Fprintf(w, "%d idle sessions hold: %.1f KiB of memory (RSS) each, %.1f %% of one core for all\n", r.binds, r.each, 100*r.cpu)
	}
}
