package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/viesti-sms/viesti/proto/subject"
	"github.com/viesti-sms/viesti/services/internal/driver/bus"
)

// timersReport is everything about timers.
type timersReport struct {
	// pending are how many there are, made in created.
	pending int
	created time.Duration
	kinds   []timerSize
	// stored is the growth of the store for each: right after, and after a restart.
	stored, restored int64
	// without and with are a gateway that has none, and the one that has them.
	without, with idling
	// ready is from the start of the program until it is ready again, after it was
	// stopped and after it was killed; counted says how many timers there were then.
	ready   []time.Duration
	counted []int
	due     []dueResult
}

// timerHost is a viestid that holds timers.
type timerHost struct {
	dir, conf, profile string
	system             *system
	process            *process
	nc                 *nats.Conn
	bus                *bus.Bus
	out, jobs, events  jetstream.Stream
	// pulses counts what schedulers store for themselves.
	pulses *atomic.Int64
}

// timers measures pending timers and prints what came out.
func (b *bench) timers(ctx context.Context, pending, due int) error {
	const times = 10 // of the patience that one measurement needs
	ctx, cancel := context.WithTimeout(ctx, times*b.patience)
	defer cancel()
	facts := machineFacts(b.dir, b.systems)
	r, err := b.timersReport(ctx, pending, due)
	if err != nil {
		return fmt.Errorf("timers: %w", err)
	}
	for _, fact := range facts {
		fmt.Fprintf(os.Stdout, "- %s\n", fact)
	}
	r.print(os.Stdout)
	return nil
}

// timersReport holds two gateways without modems side by side, one of them with
// timers: what everything else needs is the difference of none.
func (b *bench) timersReport(ctx context.Context, pending, due int) (r *timersReport, err error) {
	without, err := b.openTimers(ctx, "timers-none")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, without.close()) }()
	with, err := b.openTimers(ctx, "timers")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, with.close()) }()
	r = &timersReport{}
	if err := r.fill(ctx, with, pending); err != nil {
		return nil, err
	}
	if err := r.idle(ctx, without, with); err != nil {
		return nil, err
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := r.restart(ctx, with, signal); err != nil {
			return nil, err
		}
	}
	b.toggleProfile(with.system, with.process)
	for _, kind := range dueKinds {
		result, err := with.fire(ctx, kind, due)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind.name, err)
		}
		r.due = append(r.due, result)
	}
	b.toggleProfile(with.system, with.process)
	left, err := with.pending(ctx)
	if err == nil && left != r.pending {
		err = fmt.Errorf("%d timers that were not due are left of %d", left, r.pending)
	}
	return r, err
}

// idle measures both gateways at the same time.
func (r *timersReport) idle(ctx context.Context, without, with *timerHost) error {
	const settle, span = time.Minute, time.Minute
	var both sync.WaitGroup
	var errs [2]error
	both.Go(func() { r.without, errs[0] = measureIdle(ctx, without.process, 0, settle, span) })
	both.Go(func() { r.with, errs[1] = measureIdle(ctx, with.process, 0, settle, span) })
	both.Wait()
	return errors.Join(errs[:]...)
}

// restart ends the gateway by a signal, starts it again and counts its timers.
func (r *timersReport) restart(ctx context.Context, h *timerHost, signal syscall.Signal) error {
	h.nc.Close()
	_ = h.process.cmd.Process.Signal(signal)
	if err := h.process.stop(); err != nil {
		return err
	}
	began := time.Now()
	if err := h.start(ctx); err != nil {
		return fmt.Errorf("after %v: %w", signal, err)
	}
	r.ready = append(r.ready, time.Since(began))
	counted, err := h.pending(ctx)
	if err != nil {
		return err
	}
	r.counted = append(r.counted, counted)
	if counted != r.pending {
		return fmt.Errorf("after %v there are %d timers of %d", signal, counted, r.pending)
	}
	if signal == syscall.SIGTERM {
		size, err := h.stored()
		r.restored = (size - r.kinds[0].before) / int64(r.pending)
		return err
	}
	return nil
}

// openTimers starts a viestid without modems, and with the default settings.
func (b *bench) openTimers(ctx context.Context, name string) (*timerHost, error) {
	b.runs++
	h := &timerHost{dir: filepath.Join(b.dir, fmt.Sprintf("run%d", b.runs)), system: b.systems[0], profile: b.profilePath(name)}
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		return nil, err
	}
	h.conf = filepath.Join(h.dir, "viesti.yaml")
	text := fmt.Sprintf("host: bench\nstate: %s\n", filepath.Join(h.dir, "state"))
	if err := os.WriteFile(h.conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return h, h.start(ctx)
}

// start starts the gateway and waits until it is ready.
func (h *timerHost) start(ctx context.Context) error {
	v := *h.system
	v.arguments = func(_, conf string) []string { return []string{"--config", conf} }
	var err error
	if h.process, err = v.start(h.dir, h.conf, h.profile); err != nil {
		return err
	}
	if err := h.connect(ctx); err != nil {
		return errors.Join(err, h.process.stop())
	}
	return nil
}

func (h *timerHost) connect(ctx context.Context) error {
	if err := said(ctx, h.process, h.dir, "viestid is running", 1); err != nil {
		return err
	}
	var err error
	if h.nc, h.bus, err = openBus(h.dir); err != nil {
		return err
	}
	js, err := jetstream.New(h.nc)
	if err != nil {
		return err
	}
	space, pulses := subject.Default(), new(atomic.Int64)
	pulse, _ := space.Pulses()
	if _, err := h.nc.Subscribe(pulse, func(*nats.Msg) { pulses.Add(1) }); err != nil {
		return err
	}
	h.pulses = pulses
	var errs [3]error
	h.out, errs[0] = js.Stream(ctx, space.StreamOut())
	h.jobs, errs[1] = js.Stream(ctx, space.StreamJobs())
	h.events, errs[2] = js.Stream(ctx, space.StreamEvents())
	return errors.Join(errs[:]...)
}

func (h *timerHost) close() error {
	h.nc.Close()
	return h.process.stop()
}

// pending counts the timers that wait.
func (h *timerHost) pending(ctx context.Context) (int, error) {
	space, all := subject.Default(), 0
	for _, of := range []struct {
		stream jetstream.Stream
		filter string
	}{
		{h.out, space.LaterOfAccount(pendingAccount)},
		{h.jobs, space.Expiry(pendingAccount, "*")},
		{h.jobs, space.Alternate(pendingAccount, "*")},
	} {
		subjects, err := subjectsOf(ctx, of.stream, of.filter)
		if err != nil {
			return 0, err
		}
		all += len(subjects)
	}
	return all, nil
}

// subjectsOf counts the messages of a stream by subject.
func subjectsOf(ctx context.Context, stream jetstream.Stream, filter string) (map[string]uint64, error) {
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", filter, err)
	}
	return info.State.Subjects, nil
}

// stored is what the store of the broker takes on the disk, in octets.
func (h *timerHost) stored() (int64, error) {
	const block = 512 // the unit of st_blocks (inode(7))
	var all int64
	err := filepath.WalkDir(filepath.Join(h.dir, "state"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // files of the broker come and go
		}
		if err == nil {
			all += info.Sys().(*syscall.Stat_t).Blocks * block
		}
		return err
	})
	return all, err
}

// print writes the report as Markdown.
func (r *timersReport) print(w io.Writer) {
	fmt.Fprintf(w, "\n| %d pending timers | |\n|---|---|\n", r.pending)
	row := func(name, format string, values ...any) {
		printCells(w, []string{name, fmt.Sprintf(format, values...)})
	}
	row("created in, s", "%.1f (%.0f/s)", r.created.Seconds(), float64(r.pending)/r.created.Seconds())
	row("on disk, octets for each", "%d; after a restart %d", r.stored, r.restored)
	for _, k := range r.kinds {
		row("… "+k.name+", octets for each message", "%d", k.each)
	}
	row("CPU when idle, of one core", "%.2f %%; without timers %.2f %%", 100*r.with.cpu, 100*r.without.cpu)
	row("memory (RSS), MiB", "%.0f; without timers %.0f", r.with.rss, r.without.rss)
	row("stopped and started: ready in, s", "%.2f, with all %d", r.ready[0].Seconds(), r.counted[0])
	row("killed and started: ready in, s", "%.2f, with all %d", r.ready[1].Seconds(), r.counted[1])
	for _, d := range r.due {
		row(fmt.Sprintf("%d %s due at one second: all handled after, s", d.n, d.name), "%.2f, each exactly once; %.1f s of CPU",
			d.took.Seconds(), d.cpu.Seconds())
	}
}
