package policyfile

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/viesti-sms/viesti/services/internal/core/policy"
	"github.com/viesti-sms/viesti/services/internal/kit/config"
)

// QuietHours are hours at which messages wait that are not of high priority.
type QuietHours struct {
	// Name is for people.
	Name string `yaml:"name"`
	// Queues and Prefixes say which messages: those of these queues, and to numbers that
	// begin so; none: all.
	Queues   []string      `yaml:"queues"`
	Prefixes []config.Text `yaml:"prefixes"`
	// Days are mon, tue, wed, thu, fri, sat and sun, on which the hours begin; none: every
	// day.
	Days []config.Text `yaml:"days"`
	// From and To are times like 22:00 and 07:00. Where To is not later than From, it is on the
	// next day; 24:00 is the end of the day.
	From config.Text `yaml:"from"`
	To   config.Text `yaml:"to"`
	// Zone is the time zone, such as Europe/Helsinki.
	Zone string `yaml:"zone"`
}

// days are the days of the week in the order of time.Weekday.
var days = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Hours makes quiet hours of what is written; what cannot be read is left out, and told.
func (q *QuietHours) Hours() (policy.QuietHours, error) {
	out := policy.QuietHours{Name: q.Name, Queues: q.Queues, Prefixes: texts(q.Prefixes), Zone: q.Zone}
	var errs []error
	for _, text := range q.Days {
		d, err := weekday(string(text))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out.Days = append(out.Days, d)
	}
	var err error
	if out.From, err = minutes("from", string(q.From)); err != nil {
		errs = append(errs, err)
	}
	if out.To, err = minutes("to", string(q.To)); err != nil {
		errs = append(errs, err)
	}
	if out.To == 0 {
		out.To = endOfDay // 00:00 is the midnight that comes
	}
	if out.From == endOfDay {
		out.From = 0
	}
	return out, errors.Join(errs...)
}

// endOfDay is 24:00.
const endOfDay = 24 * 60

func weekday(text string) (time.Weekday, error) {
	for i, name := range days {
		if strings.EqualFold(text, name) || strings.EqualFold(text, time.Weekday(i).String()) {
			return time.Weekday(i), nil
		}
	}
	return 0, fmt.Errorf("days: %q is none of mon, tue, wed, thu, fri, sat and sun", text)
}

// minutes reads a time of day as minutes after midnight.
func minutes(what, text string) (int, error) {
	if text == "24:00" {
		return endOfDay, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no time like 07:30", what, text)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// FromQuietHours are quiet hours as people write them.
func FromQuietHours(q *policy.QuietHours) QuietHours {
	out := QuietHours{Name: q.Name, Queues: q.Queues, Prefixes: fromTexts(q.Prefixes), From: clock(q.From), To: clock(q.To), Zone: q.Zone}
	for _, d := range q.Days {
		out.Days = append(out.Days, config.Text(days[d]))
	}
	return out
}

func clock(minutes int) config.Text {
	return config.Text(fmt.Sprintf("%02d:%02d", minutes/60, minutes%60))
}
