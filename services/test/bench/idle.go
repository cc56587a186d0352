package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// idling is what a gateway needs that has nothing to do.
type idling struct {
	modems int
	// cpu is the share of one core, rss what it occupied at the end.
	cpu, rss float64
}

// idle measures viestid with many modems that are up and have nothing to do. The
// modems are in a process of their own.
func (b *bench) idle(ctx context.Context, modems int) (r idling, err error) {
	const settle, span = time.Minute, time.Minute
	ctx, cancel := context.WithTimeout(ctx, b.patience+settle+span)
	defer cancel()
	b.runs++
	dir := filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs))
	conf, err := idleConf(dir, modems)
	if err != nil {
		return r, err
	}
	simulator := filepath.Join(b.dir, "viesti-sim")
	root, err := repository()
	if err != nil {
		return r, err
	}
	if err := build(ctx, filepath.Join(root, "services"), simulator, false); err != nil {
		return r, err
	}
	s := &system{name: "viesti-sim", program: simulator, arguments: func(dir, _ string) []string {
		return []string{"--pty", dir, "--modems", strconv.Itoa(modems)}
	}}
	sims, err := s.start(filepath.Join(dir, "modems"), "", "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, sims.stop()) }()
	if err := said(ctx, sims, filepath.Join(dir, "modems"), "SIM", modems); err != nil {
		return r, err
	}
	v := *b.systems[0]
	v.arguments = func(_, conf string) []string { return []string{"--config", conf} }
	p, err := v.start(dir, conf, "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := said(ctx, p, dir, "modem ready", modems); err != nil {
		return r, err
	}
	return measureIdle(ctx, p, modems, settle, span)
}

// printIdle measures and prints.
func (b *bench) printIdle(ctx context.Context, modems int) error {
	r, err := b.idle(ctx, modems)
	if err == nil {
		fmt.Fprintf(os.Stdout, "\n%d idle modems in one process: %.0f MiB of memory (RSS), %.1f %% of one core\n", r.modems, r.rss, 100*r.cpu)
	}
	return err
}

// measureIdle lets a gateway settle and then looks at it for a span.
func measureIdle(ctx context.Context, p *process, modems int, settle, span time.Duration) (r idling, err error) {
	if err := rest(ctx, settle); err != nil {
		return r, err
	}
	before, err := usageOf(p.pid())
	if err != nil {
		return r, err
	}
	began := time.Now()
	if err := rest(ctx, span); err != nil {
		return r, err
	}
	after, err := usageOf(p.pid())
	r = idling{
		modems: modems, cpu: (after.cpu - before.cpu).Seconds() / time.Since(began).Seconds(),
		rss: float64(kib(fmt.Sprintf("/proc/%d/status", p.pid()), "VmRSS:")) / 1024,
	}
	return r, err
}

// idleConf writes a configuration with defaults for many modems.
func idleConf(dir string, modems int) (string, error) {
	if err := os.MkdirAll(filepath.Join(dir, "modems"), 0o755); err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "state: %s\nmodems:\n", filepath.Join(dir, "state"))
	for i := range modems {
		name := fmt.Sprintf("SIM%d", i+1)
		fmt.Fprintf(&text, "  - name: %s\n    device: %s\n", name, filepath.Join(dir, "modems", name))
	}
	path := filepath.Join(dir, "viesti.yaml")
	return path, os.WriteFile(path, []byte(text.String()), 0o644)
}

// said waits until a program has said something so many times.
func said(ctx context.Context, p *process, dir, what string, times int) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		out, err := os.ReadFile(filepath.Join(dir, "output.txt"))
		if err != nil || bytes.Count(out, []byte(what)) >= times {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: waiting for %q %d times", context.Cause(ctx), what, times)
		case <-p.done:
			return p.died(dir)
		case <-look.C:
		}
	}
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
