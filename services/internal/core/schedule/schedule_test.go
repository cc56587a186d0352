package schedule

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestClockCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []Clock{
		{Every: time.Second}, {Every: 5 * time.Minute}, {Cron: "0 2 * * *"}, {Cron: "30 0 2 * * MON-FRI", Zone: "Europe/Helsinki"},
		{Cron: "@daily"}, {Cron: "*/15 * * * *", Zone: "UTC"},
	} {
		if err := c.Check(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for want, clocks := range map[error][]Clock{
		ErrClock: {
			{}, {Every: time.Second, Cron: "@daily"}, {Cron: "61 * * * *"}, {Cron: "* * *"}, {Cron: "@every 5s"}, {Cron: "TZ=UTC 0 2 * * *"},
			{Cron: "0 2 * * *", Zone: "Atlantis/Town"}, {Every: time.Minute, Zone: "UTC"}, {Cron: "0 0 0 * * * *"},
		},
		ErrInterval: {{Every: -time.Second}, {Every: 500 * time.Millisecond}, {Every: 1500 * time.Millisecond}},
	} {
		for _, c := range clocks {
			if err := c.Check(); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", c, err, want)
			}
		}
	}
}

func TestClockPattern(t *testing.T) {
	t.Parallel()
	for c, want := range map[Clock]string{
		{Every: 90 * time.Second}:                "@every 1m30s ",
		{Cron: "0 2  * * *", Zone: "Asia/Tokyo"}: "0 0 2 * * * Asia/Tokyo",
		{Cron: "30 0 2 * * *"}:                   "30 0 2 * * * ",
		{Cron: "@hourly"}:                        "@hourly ",
	} {
		if pattern, zone := c.Pattern(); pattern+" "+zone != want {
			t.Errorf("%+v: %q %q, want %q", c, pattern, zone, want)
		}
	}
}

// TestClockNext has the days on which Helsinki changes its clocks.
func TestClockNext(t *testing.T) {
	t.Parallel()
	c := Clock{Cron: "30 4 * * *", Zone: "Europe/Helsinki"}
	for now, want := range map[string]string{
		"2026-03-28T12:00:00Z": "2026-03-29T01:30:00Z", // summer time has begun at 01:00Z
		"2026-03-27T12:00:00Z": "2026-03-28T02:30:00Z",
		"2026-10-24T12:00:00Z": "2026-10-25T02:30:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		next, ok := c.Next(at)
		if got := next.UTC().Format(time.RFC3339); !ok || got != want {
			t.Errorf("after %s: %s, want %s", now, got, want)
		}
	}
	for _, c := range []Clock{{Every: time.Minute}, {Cron: "nonsense"}} {
		if _, ok := c.Next(time.Time{}); ok {
			t.Errorf("%+v knows its next time", c)
		}
	}
	for c, want := range map[Clock]string{
		{Every: 5 * time.Minute}: "every 5m", {Cron: "@daily"}: "@daily UTC", {Cron: "0 2 * * *", Zone: "Asia/Tokyo"}: "0 2 * * * Asia/Tokyo",
	} {
		if got := c.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestJobCheck(t *testing.T) {
	t.Parallel()
	good := Job{Name: "a", Command: "/bin/true", Timeout: time.Minute, Clock: Clock{Every: time.Minute}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Job){
		"name": func(j *Job) { j.Name = "" }, "long name": func(j *Job) { j.Name = strings.Repeat("x", maxName+1) },
		"command": func(j *Job) { j.Command = " " }, "timeout": func(j *Job) { j.Timeout = 0 }, "clock": func(j *Job) { j.Clock = Clock{} },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Check(); err == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
	if !good.RunsOn("x") || (&Job{Hosts: []string{"a"}}).RunsOn("x") || !(&Job{Hosts: []string{"x", "a"}}).RunsOn("a") {
		t.Error("the hosts are taken wrongly")
	}
	other := good
	other.Command += " -x"
	if a, b := good.Declare("h"), other.Declare("h"); string(a.Digest) == string(b.Digest) || a.What != b.What {
		t.Errorf("declared %+v and %+v", a, b)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	running := State{Run: "r", Tick: 7, Running: true, Attempt: 1}
	for _, c := range []struct {
		state State
		tick  uint64
		sign  Sign
		want  Step
	}{
		{State{}, 7, Unheard, Begin},
		{running.Ended(), 7, Unheard, Drop},
		{running.Ended(), 8, Unheard, Begin},
		{running.Ended(), 6, Unheard, Begin}, // the stream was made anew: numbers begin again
		{running, 7, Unheard, Watch},
		{running, 8, Unheard, Watch},
		{running, 7, Alive, Leave},
		{running, 8, Alive, Overrun},
		{running, 7, Silent, Bury},
		{running, 8, Silent, Bury},
	} {
		if got := c.state.Judge(c.tick, c.sign); got != c.want {
			t.Errorf("%+v, tick %d, sign %d: step %d, want %d", c.state, c.tick, c.sign, got, c.want)
		}
	}
	if running.Succeed(8, false) != Begin || running.Succeed(7, false) != Drop || running.Succeed(7, true) != Begin {
		t.Error("a dead runner is succeeded wrongly")
	}
	again := running
	for range maxAttempts - 1 {
		again = again.Begun(7, "next", "h", time.Time{})
	}
	if again.Attempt != maxAttempts || again.Succeed(7, true) != Drop || again.Begun(8, "new", "h", time.Time{}).Attempt != 1 {
		t.Errorf("after %d attempts: %+v", maxAttempts, again)
	}
}

// TestTicksRunOnce lets schedulers get ticks in any order, die, and have their ticks
// handed out again: no tick is run twice unless its runner died and the job wants
// that, and no two runs overlap.
func TestTicksRunOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rerun := rapid.Bool().Draw(t, "rerun")
		var state State
		alive, runs := false, map[uint64]int{}
		deaths := map[uint64]int{}
		latest := uint64(0)
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"tick", "again", "end", "die"}).Draw(t, "step") {
			case "tick":
				latest++
				fallthrough
			case "again":
				if latest == 0 {
					continue
				}
				sign := Silent
				if alive {
					sign = Alive
				}
				step := state.Judge(latest, Unheard)
				if step == Watch {
					step = state.Judge(latest, sign)
				}
				if step == Bury {
					if step = state.Succeed(latest, rerun); step == Drop {
						state = state.Ended()
					}
				}
				if step != Begin {
					continue
				}
				if alive {
					t.Fatal("two runs at once")
				}
				state, alive = state.Begun(latest, fmt.Sprint(i), "h", time.Time{}), true
				runs[latest]++
			case "end":
				if alive {
					state, alive = state.Ended(), false
				}
			case "die":
				if alive {
					alive = false
					deaths[state.Tick]++
				}
			}
		}
		for tick, n := range runs {
			if n > 1+deaths[tick] || n > 1 && !rerun || n > maxAttempts {
				t.Fatalf("tick %d ran %d times after %d deaths, rerun %v", tick, n, deaths[tick], rerun)
			}
		}
	})
}
