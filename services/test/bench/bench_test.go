package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/viesti-sms/viesti/services/internal/codec/tpdu"
	sim "github.com/viesti-sms/viesti/services/internal/sim/modem"
)

func TestConfFor(t *testing.T) {
	t.Parallel()
	const one = "devices = modem1\nsent = @DIR@/sent\n[default]\nsend_delay = 0\n[modem1]\ndevice = @DIR@/modem1\n"
	got, err := confFor(one, "/d", 2)
	if err != nil {
		t.Fatal(err)
	}
	want := "devices = modem1,modem2\nsent = /d/sent\n[default]\nsend_delay = 0\n[modem1]\ndevice = /d/modem1\n[modem2]\ndevice = /d/modem2\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"devices = modem1\n", "[modem1]\n", ""} {
		if _, err := confFor(bad, "/d", 1); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	// The name holds what a naive reader would stumble over.
	const line = "42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 5"
	got, err := parseStat(line)
	if err != nil {
		t.Fatal(err)
	}
	if got.parent != 7 || got.cpu != time.Second {
		t.Errorf("got %+v, want parent 7 and 1s", got)
	}
	for _, bad := range []string{"", "42 (a) S 7", strings.Replace(line, "20 30", "20 x", 1), strings.Replace(line, "S 7", "S x", 1)} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestUsageOf(t *testing.T) {
	t.Parallel()
	u, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.rss <= 0 || u.pss <= 0 {
		t.Errorf("a process without memory: %+v", u)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var l latency
	if got := l.percentile(50); got != 0 {
		t.Errorf("no samples: %v", got)
	}
	for i := range 200 {
		l.samples = append(l.samples, time.Duration(i+1))
	}
	for p, want := range map[int]time.Duration{50: 100, 99: 198, 100: 200, 1: 2} {
		if got := l.percentile(p); got != want {
			t.Errorf("p%d is %d, want %d", p, got, want)
		}
	}
}

func TestMedianAndRatio(t *testing.T) {
	t.Parallel()
	if got := median([]float64{9, 1, 4}); got != 4 {
		t.Errorf("median of three is %v", got)
	}
	if got := median([]float64{4, 1}); got != 2.5 {
		t.Errorf("median of two is %v", got)
	}
	got := ratio([][]float64{{2, 9, 8}, {1, 3, 4}})
	if diff := cmp.Diff([]string{"2.00"}, got); diff != "" {
		t.Error(diff)
	}
	if ratio([][]float64{{1}}) != nil {
		t.Error("one system has a ratio")
	}
}

// TestCompare takes records that miss one message, repeat another and hold a
// third that nobody dropped.
func TestCompare(t *testing.T) {
	t.Parallel()
	records := []sim.Record{record(t, 1), record(t, 1), record(t, 3), record(t, 9)}
	got := compare(records, 3)
	if want := (exactness{messages: 3, missing: 1, repeated: 1, foreign: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.ok() || !compare(records[1:2], 1).ok() {
		t.Error("ok is wrong")
	}
}

// record is the record of the n-th message.
func record(t *testing.T, n int) sim.Record {
	t.Helper()
	submit := tpdu.Submit{DA: tpdu.Address{TOA: 0x91, Digits: number(n)}, NoVP: true}
	octets, err := submit.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Record{TPDU: octets, Accepted: true}
}

func TestProfileOverlay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, err := profileOverlay("/services", dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Replace":{"/services/cmd/viestid/profile_hook.go":"` + filepath.Join(dir, "hook.go") + `"}}`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}
