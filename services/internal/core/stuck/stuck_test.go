package stuck

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/life"
	"github.com/viesti-sms/viesti/services/internal/core/message"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func modem(state life.ModemState, queues ...string) life.ModemStatus {
	return life.ModemStatus{State: state, Queues: queues, Since: noon, Identity: life.Modem{Host: "h", Name: "M1"}}
}

// waiting is a queue whose oldest message has been there so long.
func waiting(name string, p message.Priority, age time.Duration) Queue {
	return Queue{Name: name, Priority: p, Messages: 3, Oldest: "old", Since: noon.Add(-age)}
}

func TestFind(t *testing.T) {
	busy := modem(life.ModemSending)
	busy.MessageID, busy.Since = "m", noon.Add(-11*time.Minute)
	quick := busy
	quick.Since = noon.Add(-time.Minute)
	for name, c := range map[string]struct {
		view View
		want []string
	}{
		"nothing":            {View{Queues: []Queue{{Name: "q"}}}, nil},
		"served":             {View{Queues: []Queue{waiting("q", message.Normal, 29*time.Minute)}, Modems: []life.ModemStatus{modem(life.ModemIdle, "q")}}, nil},
		"too old":            {View{Queues: []Queue{waiting("q", message.Normal, 31*time.Minute)}, Modems: []life.ModemStatus{modem(life.ModemTrouble, "q")}}, []string{"message-stuck q/normal 4"}},
		"high, too old":      {View{Queues: []Queue{waiting("q", message.High, 6*time.Minute)}, Modems: []life.ModemStatus{modem(life.ModemIdle, "q")}}, []string{"message-stuck q/high 4"}},
		"unserved":           {View{Queues: []Queue{waiting("q", message.Normal, 3*time.Minute)}, Modems: []life.ModemStatus{modem(life.ModemIdle, "r")}}, []string{"queue-unserved q/normal 3"}},
		"served by stopped":  {View{Queues: []Queue{waiting("q", message.Normal, 3*time.Minute)}, Modems: []life.ModemStatus{modem(life.ModemStopped, "q")}}, []string{"queue-unserved q/normal 3"}},
		"unserved, just now": {View{Queues: []Queue{waiting("q", message.Normal, time.Minute)}}, nil},
		"silent":             {View{Modems: []life.ModemStatus{busy}}, []string{"modem-silent h/M1 3"}},
		"quick":              {View{Modems: []life.ModemStatus{quick}}, nil},
		"all": {View{Queues: []Queue{waiting("r", message.High, time.Hour), waiting("q", message.Normal, time.Hour)}, Modems: []life.ModemStatus{busy}},
			[]string{"modem-silent h/M1 3", "queue-unserved q/normal 3", "queue-unserved r/high 3"}},
	} {
		c.view.Now = noon
		var got []string
		for _, f := range Find(c.view, Defaults()) {
			got = append(got, fmt.Sprint(f.Code, " ", f.About, " ", f.Severity))
			if !strings.Contains(f.Text, "viesti") && !strings.Contains(f.Text, "worker") {
				t.Errorf("%s: %q does not say what to do", name, f.Text)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if found := Find(c.view, Limits{}); len(found) > 0 {
			t.Errorf("%s: without limits there is %+v", name, found)
		}
	}
}

func TestCompare(t *testing.T) {
	l := Defaults()
	q := Trouble{Code: MessageStuck, About: "q/high", Severity: severityWarning, Text: "text"}
	known := Compare(nil, []Trouble{q}, noon, l)
	tell := Alarms(known)
	if len(tell) != 1 || tell[0].Text != "text" || tell[0].Severity != severityWarning || len(known) != 1 {
		t.Fatalf("new: %+v, %+v", known, tell)
	}
	first := tell[0].ID
	if again := Alarms(known); again[0].ID != first {
		t.Error("what is told again has another id")
	}
	known = Compare(known, []Trouble{q}, noon.Add(59*time.Minute), l)
	if tell = Alarms(known); len(tell) != 0 || len(known) != 1 {
		t.Fatalf("it persists: %+v, %+v", known, tell)
	}
	known = Compare(known, []Trouble{q}, noon.Add(time.Hour), l)
	if tell = Alarms(known); len(tell) != 1 || tell[0].ID == first {
		t.Fatalf("it still persists: %+v, %+v", known, tell)
	}
	known = Compare(known, nil, noon.Add(90*time.Minute), l)
	if tell = Alarms(known); len(tell) != 1 || tell[0].Severity != severityNotice || !strings.Contains(tell[0].Text, "1h30m0s") {
		t.Fatalf("it is over: %+v, %+v", known, tell)
	}
	if known = Compare(known, nil, noon.Add(2*time.Hour), l); len(known) != 0 {
		t.Fatalf("it was told: %+v", known)
	}
}

// TestCompareProperties wants one alarm for each beginning and each end, whatever
// comes and goes.
func TestCompareProperties(t *testing.T) {
	l := Defaults()
	rapid.Check(t, func(t *rapid.T) {
		var known []Known
		there := map[string]bool{}
		ids := map[string]bool{}
		for step := range rapid.IntRange(1, 20).Draw(t, "steps") {
			var found []Trouble
			now := map[string]bool{}
			for _, about := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID).Draw(t, "found") {
				found, now[about] = append(found, Trouble{Code: MessageStuck, About: about}), true
			}
			want := 0
			for _, about := range []string{"a", "b", "c"} {
				if there[about] != now[about] {
					want++
				}
			}
			known = Compare(known, found, noon.Add(time.Duration(step)*time.Minute), l)
			tell := Alarms(known)
			if len(tell) != want {
				t.Fatalf("step %d: %d alarms, want %d", step, len(tell), want)
			}
			for _, a := range tell {
				if ids[a.ID] {
					t.Fatal("two alarms have one id")
				}
				ids[a.ID] = true
			}
			there = now
		}
	})
}
