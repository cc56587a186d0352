package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// The load on the SMPP port.
const (
	smppConnections = 4
	smppWindow      = 100
)

// smppSetting is one durability of the broker.
type smppSetting struct {
	// name is the value of sync_interval.
	name     string
	interval time.Duration
}

var smppSettings = []smppSetting{{"always", 0}, {"2m", 2 * time.Minute}}

// smppRow is what was measured with one setting, one figure a round.
type smppRow struct {
	setting smppSetting
	// bare are the messages a second of bare JetStream, served those of the SMPP port.
	bare, served []float64
	// half is the load at which the latency was measured, p50 and p99 its times in
	// milliseconds, and waited what a message waited for a core meanwhile.
	half             float64
	p50, p99, waited []float64
	// cpu is the time of the server for a message.
	cpu []float64
}

// smppReport is everything about SMPP.
type smppReport struct {
	rows []smppRow
	// plain is bare JetStream of a server that syncs every write by itself.
	plain []float64
	// kannel are the messages a second of Kannel's HTTP ingress; nil: it is not here.
	kannel []float64
	idle   smppIdle
}

// smpp measures the SMPP port and prints what came out.
func (b *bench) smpp(ctx context.Context, o options) error {
	r, err := b.smppReport(ctx, o)
	if err != nil {
		return err
	}
	for _, fact := range machineFacts(b.dir, b.systems) {
		fmt.Fprintf(os.Stdout, "- %s\n", fact)
	}
	r.print(os.Stdout)
	return nil
}

func (b *bench) smppReport(ctx context.Context, o options) (*smppReport, error) {
	r := &smppReport{}
	for _, setting := range smppSettings {
		row := smppRow{setting: setting}
		for round := range o.rounds {
			if err := b.smppRound(ctx, &row, round, o.span); err != nil {
				return nil, fmt.Errorf("SMPP with sync_interval %s: %w", setting.name, err)
			}
		}
		row.half = median(row.served) / 2
		for round := range o.rounds {
			if err := b.smppLatency(ctx, &row, round, o.span); err != nil {
				return nil, fmt.Errorf("SMPP latency with sync_interval %s: %w", setting.name, err)
			}
		}
		r.rows = append(r.rows, row)
	}
	for range o.rounds {
		rate, err := b.barePlain(ctx, o.span)
		if err != nil {
			return nil, err
		}
		r.plain = append(r.plain, rate)
	}
	var err error
	if r.kannel, err = b.kannels(ctx, o); err != nil {
		return nil, err
	}
	if o.binds > 0 {
		r.idle, err = b.smppIdle(ctx, o.binds)
	}
	return r, err
}

// smppRound measures both once, each round in the other order.
func (b *bench) smppRound(ctx context.Context, row *smppRow, round int, span time.Duration) error {
	steps := []func() error{
		func() error {
			rate, err := b.bare(ctx, row.setting, span)
			row.bare = append(row.bare, rate)
			return err
		},
		func() error {
			name := fmt.Sprintf("smpp-%s-round%d", row.setting.name, round+1)
			result, per, err := b.serve(ctx, row.setting, name, 0, span)
			if err == nil {
				row.served, row.cpu = append(row.served, result.Rate()), append(row.cpu, per.cpu)
			}
			return err
		},
	}
	if round%2 == 1 {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "SMPP, sync_interval %s, round %d: %.0f messages/s; bare JetStream %.0f\n", row.setting.name, round+1,
		row.served[round], row.bare[round])
	return nil
}

// smppLatency measures the responses at half the load that was served.
func (b *bench) smppLatency(ctx context.Context, row *smppRow, round int, span time.Duration) error {
	result, per, err := b.serve(ctx, row.setting, fmt.Sprintf("smpp-%s-latency%d", row.setting.name, round+1), row.half, span)
	if err != nil {
		return err
	}
	row.p50, row.p99 = append(row.p50, ms(result.Percentile(50))), append(row.p99, ms(result.Percentile(99)))
	row.waited = append(row.waited, per.waited)
	fmt.Fprintf(os.Stderr, "SMPP, sync_interval %s, at %.0f/s: p50 %.1f ms, p99 %.1f ms; %.0f µs of waiting for a core for a message\n",
		row.setting.name, row.half, row.p50[round], row.p99[round], per.waited)
	return nil
}

// print writes the report as Markdown.
func (r *smppReport) print(w io.Writer) {
	fmt.Fprintf(w, "\n| SMPP, %d connections with a window of %d | %s |\n|---|%s\n", smppConnections, smppWindow,
		strings.Join(r.headings(), " | "), strings.Repeat("---|", len(r.rows)))
	line := func(name string, cell func(*smppRow) string) {
		cells := []string{name}
		for i := range r.rows {
			cells = append(cells, cell(&r.rows[i]))
		}
		printCells(w, cells)
	}
	line("acknowledged submit_sm/s", func(row *smppRow) string { return spread(row.served, "%.0f") })
	line("bare JetStream, the same messages/s", func(row *smppRow) string { return spread(row.bare, "%.0f") })
	line("SMPP : bare", func(row *smppRow) string { return spread(quotients(row.served, row.bare), "%.2f") })
	line("CPU of the server, broker included, µs for a message", func(row *smppRow) string { return spread(row.cpu, "%.1f") })
	line("half of it, messages/s", func(row *smppRow) string { return fmt.Sprintf("%.0f", row.half) })
	line("response at half the load, p50, ms", func(row *smppRow) string { return spread(row.p50, "%.1f") })
	line("response at half the load, p99, ms", func(row *smppRow) string { return spread(row.p99, "%.1f") })
	line("meanwhile the server's threads waited for a core, µs for a message", func(row *smppRow) string { return spread(row.waited, "%.0f") })
	fmt.Fprintf(w, "\nbare JetStream of a nats-server that syncs each write by itself: %s messages/s\n", spread(r.plain, "%.0f"))
	if len(r.kannel) > 0 {
		fmt.Fprintf(w, "Kannel's HTTP ingress with its spool store: %s messages/s; SMPP with sync_interval always is %.1f times as fast\n",
			spread(r.kannel, "%.0f"), median(r.rows[0].served)/median(r.kannel))
	} else {
		fmt.Fprintln(w, "Kannel is not installed here (Debian: kannel)")
	}
	r.idle.print(w)
}

func (r *smppReport) headings() []string {
	var all []string
	for _, row := range r.rows {
		all = append(all, "`sync_interval: "+row.setting.name+"`")
	}
	return all
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quotients divides figures of the same rounds.
func quotients(a, b []float64) []float64 {
	var out []float64
	for i := range a {
		out = append(out, a[i]/b[i])
	}
	return out
}
