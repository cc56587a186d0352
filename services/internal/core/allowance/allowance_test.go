package allowance

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

func TestSpan(t *testing.T) {
	t.Parallel()
	l := Limit{Count: 2, Span: time.Minute}
	var tally Tally
	take := func(at time.Duration, want bool) {
		t.Helper()
		var ok bool
		if tally, ok = l.Take(tally, noon.Add(at)); ok != want {
			t.Errorf("at %v: %v, want %v", at, ok, want)
		}
	}
	take(0, true)
	take(30*time.Second, true)
	take(59*time.Second, false)
	if until, ok := l.Exhausted(tally, noon.Add(59*time.Second)); !ok || !until.Equal(noon.Add(time.Minute)) {
		t.Errorf("exhausted until %v, %v", until, ok)
	}
	take(time.Minute, true)
	take(time.Minute, true)
	take(time.Minute, false)
	tally = l.GiveBack(tally, noon.Add(time.Minute))
	take(61*time.Second, true)
	// One of the first minute was not done after all: it does not count any more.
	tally = l.GiveBack(tally, noon)
	take(62*time.Second, false)
	// The clock is set back: nothing is blocked for longer than a span.
	take(-time.Hour, true)
}

func TestDaily(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		t.Fatal(err)
	}
	l := Limit{Count: 1, Daily: true}
	// The day on which the clocks go forward has 23 hours.
	morning := time.Date(2026, 3, 29, 0, 30, 0, 0, zone)
	tally, ok := l.Take(Tally{}, morning)
	until, exhausted := l.Exhausted(tally, morning.Add(22*time.Hour))
	if want := time.Date(2026, 3, 30, 0, 0, 0, 0, zone); !ok || !exhausted || !until.Equal(want) || want.Sub(morning) != 22*time.Hour+30*time.Minute {
		t.Errorf("exhausted until %v (%v, %v), want %v", until, ok, exhausted, want)
	}
	if _, ok := l.Take(tally, until); !ok {
		t.Error("nothing may be done on the next day")
	}
}

func TestForEver(t *testing.T) {
	t.Parallel()
	tally, _ := Limit{Count: 1}.Take(Tally{}, noon)
	if until, ok := (Limit{Count: 1}).Exhausted(tally, noon.AddDate(10, 0, 0)); !ok || !until.IsZero() {
		t.Errorf("exhausted until %v, %v", until, ok)
	}
	for range 5 {
		var ok bool
		if tally, ok = (Limit{}).Take(tally, noon); !ok {
			t.Error("no limit limits")
		}
	}
}

// TestNeverMore takes and gives back at random: no span has more than its count.
func TestNeverMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{Count: rapid.IntRange(1, 5).Draw(t, "count"), Span: time.Minute}
		var tally Tally
		now, done := noon, []time.Time{}
		for range 60 {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
			var ok bool
			if tally, ok = l.Take(tally, now); !ok {
				continue
			}
			if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
				tally = l.GiveBack(tally, now)
				continue
			}
			done = append(done, now)
			inSpan := 0
			for _, d := range done {
				if !d.Before(tally.Since) {
					inSpan++
				}
			}
			if inSpan > l.Count {
				t.Fatalf("%d in a span, want at most %d", inSpan, l.Count)
			}
		}
	})
}
