package policy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/viesti-sms/viesti/services/internal/core/message"
	"github.com/viesti-sms/viesti/services/internal/core/route"
)

const helsinki = "Europe/Helsinki" // +2, in summer +3, from 03:00 on 29 March to 04:00 on 25 October 2026

// silence prepares quiet hours, which must be valid.
func silence(t interface {
	Helper()
	Fatal(...any)
}, hours ...QuietHours) *Silence {
	t.Helper()
	p := &Policy{Quiet: hours}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := p.Silence()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func nights(change func(*QuietHours)) QuietHours {
	q := QuietHours{Name: "nights", From: 22 * 60, To: 7 * 60, Zone: helsinki}
	if change != nil {
		change(&q)
	}
	return q
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestSilenceUntil(t *testing.T) {
	t.Parallel()
	noon := nights(func(q *QuietHours) { q.From, q.To = 12*60, 13*60 })
	for name, c := range map[string]struct {
		hours     QuietHours
		now, want string // of Helsinki; want is empty when it may go
	}{
		"within a day":             {noon, "2026-11-25T12:30:00+02:00", "2026-11-25T13:00:00+02:00"},
		"just begun":               {noon, "2026-11-25T12:00:00+02:00", "2026-11-25T13:00:00+02:00"},
		"about to begin":           {noon, "2026-11-25T11:59:59.999+02:00", ""},
		"nearly over":              {noon, "2026-11-25T12:59:59.999+02:00", "2026-11-25T13:00:00+02:00"},
		"just over":                {noon, "2026-11-25T13:00:00+02:00", ""},
		"before midnight":          {nights(nil), "2026-11-25T23:15:00+02:00", "2026-11-26T07:00:00+02:00"},
		"midnight":                 {nights(nil), "2026-11-26T00:00:00+02:00", "2026-11-26T07:00:00+02:00"},
		"after midnight":           {nights(nil), "2026-11-26T06:59:00+02:00", "2026-11-26T07:00:00+02:00"},
		"by day":                   {nights(nil), "2026-11-26T07:00:00+02:00", ""},
		"another zone's clock":     {nights(nil), "2026-11-25T20:00:00Z", "2026-11-26T07:00:00+02:00"},
		"until midnight":           {nights(func(q *QuietHours) { q.To = day }), "2026-11-25T23:59:00+02:00", "2026-11-26T00:00:00+02:00"},
		"clocks put forward":       {nights(nil), "2026-03-29T01:00:00+02:00", "2026-03-29T07:00:00+03:00"},
		"clocks put back":          {nights(nil), "2026-10-25T01:00:00+03:00", "2026-10-25T07:00:00+02:00"},
		"an end that is left out":  {nights(func(q *QuietHours) { q.To = 3*60 + 30 }), "2026-03-29T02:00:00+02:00", "2026-03-29T04:00:00+03:00"},
		"a beginning left out":     {nights(func(q *QuietHours) { q.From, q.To = 3*60+30, 5*60 }), "2026-03-29T04:00:00+03:00", "2026-03-29T05:00:00+03:00"},
		"an hour that comes twice": {nights(func(q *QuietHours) { q.To = 4 * 60 }), "2026-10-25T03:30:00+03:00", "2026-10-25T04:00:00+02:00"},
	} {
		s := silence(t, c.hours)
		got, rule := s.Until(&message.Submission{}, at(t, c.now))
		switch {
		case c.want == "" && (!got.IsZero() || rule != ""):
			t.Errorf("%s: until %s by %q, want now", name, got, rule)
		case c.want != "" && (!got.Equal(at(t, c.want)) || rule != "nights"):
			t.Errorf("%s: until %s by %q, want %s", name, got, rule, c.want)
		}
	}
}

// TestSilenceConcerns: quiet hours hold up the messages that they are about, and no
// other.
func TestSilenceConcerns(t *testing.T) {
	t.Parallel()
	night := at(t, "2026-11-26T03:00:00+02:00") // a Thursday
	both := nights(func(q *QuietHours) { q.Queues, q.Prefixes = []string{"eu"}, []string{"49", "s49"} })
	german := nights(func(q *QuietHours) { q.Prefixes = []string{"49"} })
	eu := nights(func(q *QuietHours) { q.Queues = []string{"eu", "uk"} })
	wednesday := nights(func(q *QuietHours) { q.Days = []time.Weekday{time.Monday, time.Wednesday} })
	thursday := nights(func(q *QuietHours) { q.Days = []time.Weekday{time.Thursday} })
	for name, c := range map[string]struct {
		hours QuietHours
		m     message.Submission
		waits bool
	}{
		"everything":                  {nights(nil), message.Submission{Queue: "fi"}, true},
		"high priority":               {nights(nil), message.Submission{Priority: message.High}, false},
		"by prefix":                   {german, message.Submission{Recipient: message.NewAddress("491701")}, true},
		"another prefix":              {german, message.Submission{Recipient: message.NewAddress("358401")}, false},
		"by queue":                    {eu, message.Submission{Queue: "uk"}, true},
		"another queue":               {eu, message.Submission{Queue: "us"}, false},
		"both":                        {both, message.Submission{Queue: "eu", Recipient: message.NewAddress("4917")}, true},
		"short number":                {both, message.Submission{Queue: "eu", Recipient: message.NewAddress("s49")}, true},
		"queue alone":                 {both, message.Submission{Queue: "eu", Recipient: message.NewAddress("358")}, false},
		"prefix alone":                {both, message.Submission{Queue: "us", Recipient: message.NewAddress("49")}, false},
		"the night of the day before": {wednesday, message.Submission{}, true},
		"the night of today":          {thursday, message.Submission{}, false},
	} {
		until, _ := silence(t, c.hours).Until(&c.m, night)
		if until.IsZero() == c.waits {
			t.Errorf("%s: until %v, want it to wait: %v", name, until, c.waits)
		}
	}
	var none *Silence
	if until, _ := none.Until(&message.Submission{}, night); !until.IsZero() {
		t.Error("without quiet hours something waits")
	}
}

// TestSilenceTogether: hours that follow upon others are waited for too, and what is
// never over is looked at again.
func TestSilenceTogether(t *testing.T) {
	t.Parallel()
	sunday := nights(func(q *QuietHours) { q.Name, q.From, q.To, q.Days = "sunday", 0, day, []time.Weekday{time.Sunday} })
	s := silence(t, nights(nil), sunday)
	got, rule := s.Until(&message.Submission{}, at(t, "2026-11-28T23:00:00+02:00"))
	if want := at(t, "2026-11-30T07:00:00+02:00"); !got.Equal(want) || rule != "nights" {
		t.Errorf("from Saturday night until %s by %s, want %s by nights", got, rule, want)
	}
	always := silence(t, nights(func(q *QuietHours) { q.From, q.To = 0, day }))
	now := at(t, "2026-11-28T23:00:00+02:00")
	if got, _ := always.Until(&message.Submission{}, now); !got.Equal(now.Add(longest)) {
		t.Errorf("always quiet: until %s", got)
	}
}

// TestSilenceProperties: what waits, waits while the clock on the wall shows quiet
// hours, and no longer. That is told by another way of reckoning, minute by minute.
func TestSilenceProperties(t *testing.T) {
	t.Parallel()
	zones := []string{helsinki, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		q := QuietHours{
			Name: "q", Zone: rapid.SampledFrom(zones).Draw(t, "zone"), From: rapid.IntRange(0, day-1).Draw(t, "from"), To: rapid.IntRange(1, day).Draw(t, "to"),
			Days: rapid.SliceOfDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), rapid.ID).Draw(t, "days"),
		}
		if q.From == q.To {
			q.From = (q.From + 1) % day
		}
		zone, err := time.LoadLocation(q.Zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now")/60*60, 0)
		if rapid.Bool().Draw(t, "clocks change") {
			if _, jump := now.In(zone).ZoneBounds(); !jump.IsZero() {
				now = jump.Truncate(time.Minute).Add(time.Duration(rapid.IntRange(-day, day).Draw(t, "around it")) * time.Minute)
			}
		}
		until, _ := silence(t, q).Until(&message.Submission{}, now)
		end := now
		for end.Before(now.Add(longest)) && shows(&q, end.In(zone)) {
			end = end.Add(time.Minute)
		}
		if until.IsZero() {
			until = now
		}
		if !until.Equal(end) {
			t.Fatalf("%s waits until %s, want %s", now.In(zone), until.In(zone), end.In(zone))
		}
	})
}

// shows reports whether the clock on the wall shows quiet hours.
func shows(q *QuietHours, now time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	on := func(d time.Weekday) bool {
		for _, one := range q.Days {
			if one == d {
				return true
			}
		}
		return len(q.Days) == 0
	}
	for m := 0; m < day; m++ { // all minutes of the hours that begin today, and of those of yesterday
		if length := (q.To - q.From + day - 1) % day; m > length {
			break
		}
		switch begun := q.From + m; {
		case begun == minute && on(now.Weekday()):
			return true
		case begun-day == minute && on((now.Weekday()+6)%7):
			return true
		}
	}
	return false
}

func TestQuietProblems(t *testing.T) {
	t.Parallel()
	p := &Policy{
		Routes: route.Policy{Queues: []route.Queue{{Name: "eu"}}},
		Quiet: []QuietHours{
			{Name: "ok", From: 0, To: day, Zone: "UTC", Queues: []string{"eu"}, Prefixes: []string{"49"}, Days: []time.Weekday{time.Sunday}},
			{Name: "ok", From: day, To: 0, Zone: "Atlantis", Queues: []string{"us"}, Prefixes: []string{""}, Days: []time.Weekday{7}},
			{From: 5, To: 5},
		},
	}
	err := p.Validate()
	if !errors.Is(err, ErrInvalid) {
		t.Fatal(err)
	}
	for _, want := range []string{
		`quiet_hours[1]: the name "ok" is taken`, `quiet_hours[1]: there is no queue "us"`, `quiet_hours[1]: "" is no prefix`,
		"quiet_hours[1]: 7 is no day", "quiet_hours[1]: from must be", "quiet_hours[1]: to must be", `quiet_hours[1]: zone: there is no "Atlantis"`,
		"quiet_hours[2]: it needs a name", "quiet_hours[2]: from and to are the same", "quiet_hours[2]: zone is missing",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q in:\n%v", want, err)
		}
	}
	if n := len(Each(err)); n != 10 {
		t.Errorf("%d problems, want 10:\n%v", n, err)
	}
	if s, err := p.Silence(); err == nil || len(s.rules) != 2 {
		t.Errorf("hours of an unknown zone: %+v, %v", s, err)
	}
}
