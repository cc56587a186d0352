package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	facts      []string
	throughput []throughputRow
	latency    []latency
}

// print writes the report as Markdown.
func (r *report) print(w io.Writer, systems []*system, absent string) {
	for _, fact := range r.facts {
		fmt.Fprintf(w, "- %s\n", fact)
	}
	if absent != "" {
		fmt.Fprintf(w, "- %s\n", absent)
	}
	fmt.Fprintf(w, "\n| measurement | %s |\n|---|%s\n", strings.Join(headings(systems), " | "),
		strings.Repeat("---|", len(headings(systems))))
	for _, row := range r.throughput {
		row.print(w)
	}
	r.printLatency(w)
	fmt.Fprintf(w, "\n%s\n", r.sentOnce(systems))
}

// headings are the columns: each system, and their ratio when there are two.
func headings(systems []*system) []string {
	var names []string
	for _, s := range systems {
		names = append(names, s.name)
	}
	if len(names) == 2 {
		names = append(names, names[0]+" : "+names[1])
	}
	return names
}

func (row *throughputRow) print(w io.Writer) {
	of := fmt.Sprintf("%d modems, %d messages", row.modems, row.messages)
	if row.modems == 1 {
		of = fmt.Sprintf("1 modem, %d messages", row.messages)
	}
	row.line(w, of+": messages/s", "%.0f", func(t *throughput) []float64 { return t.rates })
	row.line(w, of+": CPU s per 1000", "%.2f", func(t *throughput) []float64 { return t.cpu })
	row.line(w, of+": peak RSS, sum over processes, MiB", "%.0f", func(t *throughput) []float64 { return t.rss })
	row.line(w, of+": PSS at the end, MiB", "%.0f", func(t *throughput) []float64 { return t.pss })
}

// line shows medians, with the extremes where there are several rounds.
func (row *throughputRow) line(w io.Writer, name, format string, of func(*throughput) []float64) {
	cells := []string{name}
	var all [][]float64
	for i := range row.results {
		figures := of(&row.results[i])
		cells, all = append(cells, spread(figures, format)), append(all, figures)
	}
	printCells(w, append(cells, ratio(all)...))
}

// spread shows the median, with the extremes where there are several figures.
func spread(figures []float64, format string) string {
	cell := fmt.Sprintf(format, median(figures))
	if len(figures) > 1 {
		cell += fmt.Sprintf(" ("+format+"–"+format+")", slices.Min(figures), slices.Max(figures))
	}
	return cell
}

func (r *report) printLatency(w io.Writer) {
	if len(r.latency) == 0 {
		return
	}
	for _, p := range []int{50, 99} {
		cells := []string{fmt.Sprintf("file drop to first octet of the PDU, p%d of %d, ms", p, len(r.latency[0].samples))}
		var values [][]float64
		for _, l := range r.latency {
			ms := float64(l.percentile(p)) / float64(time.Millisecond)
			cells, values = append(cells, fmt.Sprintf("%.1f", ms)), append(values, []float64{ms})
		}
		printCells(w, append(cells, ratio(values)...))
	}
}

func printCells(w io.Writer, cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

// ratio is the cell that compares two systems, by the median of the ratios of
// each round, whose measurements lie next to each other; none for one system.
func ratio(systems [][]float64) []string {
	if len(systems) != 2 {
		return nil
	}
	var ratios []float64
	for i, figure := range systems[0] {
		if other := systems[1][i]; other > 0 {
			ratios = append(ratios, figure/other)
		}
	}
	if len(ratios) == 0 {
		return []string{"–"}
	}
	return []string{fmt.Sprintf("%.2f", median(ratios))}
}

// all lists the exactness of everything that a system did.
func (r *report) all(system int) []exactness {
	var all []exactness
	for _, row := range r.throughput {
		all = append(all, row.results[system].exact...)
	}
	if len(r.latency) > 0 {
		all = append(all, r.latency[system].exact)
	}
	return all
}

// sentOnce says whether every message reached a modem once.
func (r *report) sentOnce(systems []*system) string {
	var texts []string
	for i, s := range systems {
		var sum exactness
		for _, e := range r.all(i) {
			sum.messages += e.messages
			sum.missing += e.missing
			sum.repeated += e.repeated
			sum.foreign += e.foreign
		}
		if sum.ok() {
			texts = append(texts, fmt.Sprintf("%s: all %d messages, those of the warm-up included, reached a modem exactly once.", s.name, sum.messages))
		} else {
			texts = append(texts, fmt.Sprintf("%s: NOT exactly once: of %d messages %d are missing, %d repeated, %d not ours.",
				s.name, sum.messages, sum.missing, sum.repeated, sum.foreign))
		}
	}
	return strings.Join(texts, "\n")
}

// errNotOnce says that a message was lost or sent twice.
var errNotOnce = errors.New("not every message was sent exactly once")

// verdict is an error when a message was lost or sent twice.
func (r *report) verdict(systems []*system) error {
	for i := range systems {
		for _, e := range r.all(i) {
			if !e.ok() {
				return errNotOnce
			}
		}
	}
	return nil
}
