// Command bench measures Viesti beside the smsd of SMS Server Tools 3: the same
// smsd.conf, the same message files, the same simulated modems, in one run. It
// prints Markdown for docs/performance.md.
//
// Run it from the services folder: go run ./test/bench
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	dir, viestid, smsd, conf, profile string
	modems, messages, only            string
	rounds, samples, idle, binds      int
	files, timers, due                int
	patience, span                    time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "where to work; default a new directory in .cache of the repository")
	flag.StringVar(&o.viestid, "viestid", "", "a viestid to measure; default one built from the tree")
	flag.StringVar(&o.smsd, "smsd", "/usr/sbin/smsd", "the smsd to measure")
	flag.StringVar(&o.conf, "conf", "", "the smsd.conf for one modem; default bench/smsd-tuned.conf of the shared folder")
	flag.StringVar(&o.profile, "profile", "", "also write CPU profiles of viestid into this directory; they cost some speed")
	flag.StringVar(&o.modems, "modems", "1,16", "numbers of modems")
	flag.StringVar(&o.messages, "messages", "1500,2500", "numbers of messages, for each number of modems")
	flag.StringVar(&o.only, "only", "", "measure only this system, viesti or smsd; or only the idle modems: idle; or only SMPP: smpp; or only very many files at once: flood; or only pending timers: timers")
	flag.IntVar(&o.rounds, "rounds", 3, "how often to measure the throughput; the median is shown")
	flag.IntVar(&o.samples, "samples", 200, "how many messages to measure the latency with; 0: not at all")
	flag.IntVar(&o.idle, "idle", 1000, "how many idle modems to measure viestid with; 0: not at all")
	flag.IntVar(&o.files, "files", 100000, "how many files to drop at once with -only flood")
	flag.IntVar(&o.timers, "timers", 100000, "how many timers shall be pending with -only timers")
	flag.IntVar(&o.due, "due", 10000, "how many timers of each kind shall be due at one second with -only timers")
	flag.IntVar(&o.binds, "binds", 10000, "how many idle SMPP sessions to measure; 0: none")
	flag.DurationVar(&o.span, "span", 5*time.Second, "how long to load SMPP each time")
	flag.DurationVar(&o.patience, "patience", 3*time.Minute, "how long one measurement may take")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures everything and prints the report.
func run(ctx context.Context, o options) error {
	cases, err := o.cases()
	if err != nil {
		return err
	}
	b, clean, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	defer clean()
	if o.only == onlyIdle {
		return b.printIdle(ctx, o.idle)
	}
	if o.only == onlySMPP {
		return b.smpp(ctx, o)
	}
	if o.only == onlyFlood {
		return b.flood(ctx, o.files)
	}
	if o.only == onlyTimers {
		return b.timers(ctx, o.timers, o.due)
	}
	r := report{facts: machineFacts(b.dir, b.systems)}
	for _, c := range cases {
		row, err := b.throughputs(ctx, c, o.rounds)
		if err != nil {
			return err
		}
		r.throughput = append(r.throughput, row)
	}
	if o.samples > 0 {
		if r.latency, err = b.latencies(ctx, o.samples); err != nil {
			return err
		}
	}
	r.print(os.Stdout, b.systems, b.absent)
	if o.idle > 0 && o.only != onlySmsd {
		if err := b.printIdle(ctx, o.idle); err != nil {
			return err
		}
	}
	return r.verdict(b.systems)
}

// load is one case of the throughput measurement.
type load struct {
	modems, messages int
}

// Values of -only.
const (
	onlyViesti = "viesti"
	onlySmsd   = "smsd"
	onlyIdle   = "idle"
	onlySMPP   = "smpp"
	onlyFlood  = "flood"
	onlyTimers = "timers"
)

// cases checks the flags and returns what to measure the throughput with.
func (o options) cases() ([]load, error) {
	if known := []string{"", onlyViesti, onlySmsd, onlyIdle, onlySMPP, onlyFlood, onlyTimers}; !slices.Contains(known, o.only) {
		return nil, fmt.Errorf("-only is %q: want one of%s", o.only, strings.Join(known, " "))
	}
	modems, err := numbers(o.modems)
	if err != nil {
		return nil, err
	}
	messages, err := numbers(o.messages)
	if err != nil {
		return nil, err
	}
	if len(modems) != len(messages) {
		return nil, fmt.Errorf("-modems lists %d numbers, -messages %d: want as many", len(modems), len(messages))
	}
	var cases []load
	for i, n := range modems {
		cases = append(cases, load{n, messages[i]})
	}
	return cases, nil
}

func numbers(list string) ([]int, error) {
	var out []int
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("reading %q: want positive numbers separated by commas", list)
		}
		out = append(out, n)
	}
	return out, nil
}
