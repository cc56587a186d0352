package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// floodModems is how many modems send what is dropped at once.
const floodModems = 16

// quarters is in how many steps a flood is followed.
const quarters = 4

// flood drops very many files at once, and prints how fast they were sent and how much
// memory viestid had after each quarter of them. test/flood kills it meanwhile.
func (b *bench) flood(ctx context.Context, files int) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*b.patience)
	defer cancel()
	ss, err := b.open(ctx, b.systems[0], floodModems, "flood")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ss.close()) }()
	b.toggleProfile(b.systems[0], ss.process)
	before, err := usageOf(ss.process.pid())
	if err != nil {
		return err
	}
	warm := ss.next
	began, err := ss.drop(files)
	if err != nil {
		return err
	}
	last := began
	fmt.Printf("| files sent | files/s in this quarter | memory (PSS), MiB |\n|---|---|---|\n")
	var after usage
	for q := 1; q <= quarters; q++ {
		now, err := ss.waitFor(ctx, warm+q*files/quarters)
		if err != nil {
			return err
		}
		if after, err = usageOf(ss.process.pid()); err != nil {
			return err
		}
		rate := float64(files/quarters) / now.Sub(last).Seconds()
		fmt.Printf("| %d | %.0f | %d |\n", q*files/quarters, rate, after.pss/1024)
		last = now
	}
	b.toggleProfile(b.systems[0], ss.process)
	fmt.Printf("\n%d files, %d modems: %.0f files/s, %.2f s of CPU per 1000, at most %d MiB (RSS)\n", files, floodModems,
		float64(files)/last.Sub(began).Seconds(), (after.cpu-before.cpu).Seconds()*1000/float64(files), after.rss/1024)
	if e := ss.check(); !e.ok() {
		return fmt.Errorf("%d messages: %d missing, %d repeated, %d foreign", e.messages, e.missing, e.repeated, e.foreign)
	}
	_, err = fmt.Fprintf(os.Stdout, "All reached a modem exactly once, in %v.\n", last.Sub(began).Round(time.Millisecond))
	return err
}
